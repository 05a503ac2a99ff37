import TestSupport
import Testing

@testable import Checkpoint

/// Random blocks of every type, against the `gguf` package (`Fixtures/formats/make_fixtures.py`).
@Suite struct GGUFBlocksTests {
  static let types = [
    "F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K",
    "IQ4_NL", "IQ4_XS", "MXFP4",
  ]

  @Test(arguments: types) func floatsAreEqualBitByBit(_ type: String) throws {
    let file = try GGUFFile(path: Places.fixture("formats/blocks.gguf"))
    let expected = try Safetensors(path: Places.fixture("formats/blocks.safetensors"))
    let shape = try #require(file.tensors[type]?.shape)
    let values = try expected.floats(type, shape: shape)
    let floats = try file.floats(named: type)
    #expect(floats.count == 1536 && Set(floats).count > 50)
    #expect(firstDifference(floats.map(\.bitPattern), values.map(\.bitPattern)) == nil)
    #expect(GGMLType.name(try #require(file.tensors[type]?.typeCode)) == type)
    #expect(GGMLType.supported.contains(type))
  }

  @Test(arguments: types) func rowsCanBeReadInAnotherOrder(_ type: String) throws {
    let file = try GGUFFile(path: Places.fixture("formats/blocks.gguf"))
    let straight = try file.floats(named: type).map(\.bitPattern)
    let turned = try file.floats(named: type) { 2 - $0 }.map(\.bitPattern)
    let part = try file.floats(named: type, rows: 1..<3).map(\.bitPattern)
    let turnedPart = try file.floats(named: type, rows: 1..<3) { 2 - $0 }.map(\.bitPattern)
    #expect(part == Array(straight[512...]) && turnedPart == Array(turned[512...]))
    #expect(Array(turned[..<512]) == Array(straight[1024...]))
    #expect(Array(turned[512..<1024]) == Array(straight[512..<1024]))
    #expect(Array(turned[1024...]) == Array(straight[..<512]))
  }
}
