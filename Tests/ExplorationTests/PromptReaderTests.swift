import Foundation
import TestSupport
import Testing
@testable import Exploration

@Suite struct PromptReaderTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func file(_ name: String, _ data: Data) throws -> String {
    try folder.write(data, as: name)
  }

  @Test func readsAFileWithItsName() throws {
    let path = try file("a.txt", Data("hello".utf8))
    let (name, text) = try PromptReader.read(path)
    #expect(name == "a.txt")
    #expect(text == Array("hello".utf8))
  }

  @Test func saysWhatIsWrongWithAPath() throws {
    #expect(throws: PromptError.missing("/nowhere/x.txt")) { try PromptReader.read("/nowhere/x.txt") }
    #expect(throws: PromptError.notAFile(folder.path)) { try PromptReader.read(folder.path) }
    let empty = try file("empty.txt", Data())
    #expect(throws: PromptError.empty(empty)) { try PromptReader.read(empty) }
  }

  @Test func refusesAHugeFileWithoutReadingIt() throws {
    let path = try file("huge.txt", Data("x".utf8))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 200 << 20)
    try handle.close()
    #expect(
      throws: PromptError.tooLarge(path, byteCount: 200 << 20, limit: PromptReader.byteLimit)
    ) { try PromptReader.read(path) }
  }
}
