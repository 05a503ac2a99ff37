import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct JSONLinesTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func file(_ bytes: Data) throws -> JSONLines {
    JSONLines(path: try folder.write(bytes, as: "lines.jsonl"))
  }

  @Test func emptyLinesCountButHoldNothing() throws {
    let file = try file(Data("{}\r\n\n \t\r\n[1]\nlast".utf8))
    let places = try file.places()
    #expect(places.map(\.number) == [1, 4, 5])
    #expect(
      try places.map { String(decoding: try file.bytes($0), as: UTF8.self) } == ["{}\r", "[1]", "last"])
  }

  @Test func anEmptyFileHasNoLines() throws {
    #expect(try file(Data()).places().isEmpty)
    #expect(try file(Data("\n\n".utf8)).places().isEmpty)
  }

  @Test func linesAcrossBlocksStayWhole() throws {
    // A block is 1 MiB; the lines' ends fall before, on and behind its border.
    for length in [1_048_574, 1_048_575, 1_048_576, 1_048_577, 3_000_000] {
      let line = Data(repeating: UInt8(ascii: "x"), count: length)
      let file = try file(line + Data("\n \nend".utf8))
      let places = try file.places()
      #expect(places.map(\.length) == [length, 3] && places.map(\.number) == [1, 3])
      #expect(try file.bytes(places[0]) == line)
      #expect(try file.bytes(places[1]) == Data("end".utf8))
    }
  }

  @Test func aLineOfFiftyMegabytesIsNamedAndNotRead() throws {
    let file = try file(Data(repeating: UInt8(ascii: "x"), count: 50_000_000) + Data("\n{}".utf8))
    let places = try file.places()
    #expect(throws: BenchmarkError.self) { try file.bytes(places[0]) }
    do {
      _ = try file.bytes(places[0])
    } catch {
      #expect("\(error)" == "\(file.path), line 1: has 50000000 bytes, and lines of up to 16 MiB are read")
    }
    #expect(try file.bytes(places[1]) == Data("{}".utf8))
  }

  @Test func aFileThatHasBecomeShorterIsSaid() throws {
    let file = try file(Data("{\"a\": 1}\n{\"b\": 2}\n".utf8))
    let places = try file.places()
    try Data("{}\n".utf8).write(to: URL(fileURLWithPath: file.path))
    #expect(
      throws: BenchmarkError.line(file.path, 2, reason: "is not there any more: the file has been changed")
    ) {
      try file.bytes(places[1])
    }
  }
}
