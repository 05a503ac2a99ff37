import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer
@testable import Exploration

/// The bytes of `.npz` and safetensors files.
@Suite struct ArrayFilesTests {
  /// The check value of the CRC catalogues, and that of nothing.
  @Test func checksums() {
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.checksum([]) == 0)
  }

  /// One entry `a` with the bytes `hi`, field by field as APPNOTE has them.
  @Test func aZipFileIsAsTheFormatSays() {
    var archive = ZipArchive()
    let isAdded = archive.add("a", Data("hi".utf8))
    #expect(isAdded)
    let common: [UInt8] = [
      20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0, 0xAC, 0x2A, 0x93, 0xD8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0,
    ]
    let entry = Array("PK\u{3}\u{4}".utf8) + common + Array("ahi".utf8)
    let directory =
      Array("PK\u{1}\u{2}\u{14}\u{0}".utf8) + common + [UInt8](repeating: 0, count: 14) + Array("a".utf8)
    let end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 47, 0, 0, 0, 33, 0, 0, 0, 0, 0]
    #expect(entry.count == 33 && directory.count == 47)
    #expect(Array(archive.finished()) == entry + directory + end)
  }

  @Test func anArrayForNumPyBeginsAtAMultipleOf64() {
    let file = Array(NPZ.npy(NamedArray("x", [true, false, true], shape: [1, 3])))
    #expect(file.prefix(10) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
    let header = String(decoding: file[10..<128], as: UTF8.self)
    #expect(
      header.trimmingCharacters(in: .whitespacesAndNewlines)
        == "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 3, ), }")
    #expect(header.last == "\n" && file[128...] == [1, 0, 1])
    #expect(Array(NPZ.npy(NamedArray("y", [258]))).suffix(8) == [2, 1, 0, 0, 0, 0, 0, 0])
    #expect(Array(NPZ.npy(NamedArray("z", [Float(1)], shape: [1]))).suffix(4) == [0, 0, 0x80, 0x3F])
  }

  @Test func tensorsStandWidestFirstBehindTheirHeader() throws {
    let file = try SafetensorsExport.data(
      [NamedArray("kept/a", [true, false], shape: [2]), NamedArray("ids", [7])], metadata: ["schema": "x"])
    let header = """
      {"__metadata__":{"schema":"x"},"ids":{"data_offsets":[0,8],"dtype":"I64","shape":[1]},\
      "kept/a":{"data_offsets":[8,10],"dtype":"BOOL","shape":[2]}}
      """
    let length = (header.utf8.count + 7) / 8 * 8
    #expect(Array(file.prefix(8)) == [UInt8(length), 0, 0, 0, 0, 0, 0, 0])
    #expect(
      String(decoding: file[8..<8 + length], as: UTF8.self).trimmingCharacters(in: .whitespaces) == header)
    #expect(Array(file[(8 + length)...]) == [7, 0, 0, 0, 0, 0, 0, 0, 1, 0])
  }

  /// What the map says, read back by the reader of checkpoints: names with brackets, slashes and commas
  /// included.
  @Test(arguments: [Granularity.kvHead, .queryHead])
  func tensorsHoldEveryMaskAndScore(_ granularity: Granularity) async throws {
    let run = try await RunTests.tell(
      ["snapkv(w=8,kernel=5)/ada", "streaming"], budget: 24, granularity: granularity)
    let folder = try ScratchFolder()
    let path = folder.path("kept.safetensors")
    try AtomicFile.write(try KeptExport(run).data(.safetensors, path: path), to: path)
    let file = try Safetensors(path: path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let count = run.prompt.tokens.count
    for result in run.results {
      let heads = granularity.headCount(in: result.kept.shape)
      let shape = [result.kept.shape.layerCount, heads, count]
      let mask = try #require(file.tensors["kept/\(result.policy.name)"])
      #expect(mask.shape == shape && mask.typeName == "BOOL")
      let kept = result.kept.positions.map { heads in
        heads.map { positions in (0..<count).map { UInt8(positions.contains($0) ? 1 : 0) } }
      }
      #expect(Array(bytes[mask.byteRange]) == Array(kept.joined().joined()))
      let scores = try file.floats("scores/\(result.policy.name)", shape: shape)
      let table = try #require(result.scores)
      for (index, score) in scores.enumerated() {
        let (layer, head, position) = (index / count / heads, index / count % heads, index % count)
        let isProtected = table.protected(layer: layer, head: head).contains(position)
        #expect(isProtected ? score.isNaN : score == table.layers[layer][head][position])
      }
    }
    let full = try #require(file.tensors["kept/full"])
    #expect(
      full.shape[1] == granularity.headCount(in: run.results[0].kept.shape)
        && bytes[full.byteRange].allSatisfy { $0 == 1 })
    #expect(file.tensors["scores/full"] == nil)
  }

  @Test func equalRunsHaveEqualBytes() async throws {
    let runs = [
      try await RunTests.tell(["laq"], budget: 24), try await RunTests.tell(["laq"], budget: 24),
    ]
    for format in [ExportFormat.json, .csv, .npz, .safetensors] {
      let files = try runs.map { try KeptExport($0).data(format, path: "kept") }
      #expect(files[0] == files[1], "\(format)")
    }
  }
}
