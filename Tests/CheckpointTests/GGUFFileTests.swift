import Foundation
import TestSupport
import Testing

@testable import Checkpoint

@Suite struct GGUFFileTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func open(_ bytes: GGUFBytes) throws -> GGUFFile { try GGUFFile(path: folder.write(bytes.bytes)) }

  private func problem(_ change: (inout GGUFBytes) -> Void) -> String? {
    failure {
      var bytes = GGUFBytes()
      change(&bytes)
      _ = try open(bytes)
    }
  }

  @Test func everyTypeOfMetadataIsRead() throws {
    let file = try GGUFFile(path: Places.fixture("formats/metadata.gguf"))
    let metadata = file.metadata
    let numbers: [(type: String, value: Int)] = [
      ("uint8", 255), ("int8", -128), ("uint16", 65_535), ("int16", -32_768), ("uint32", 4_294_967_295),
      ("int32", -2_147_483_648), ("int64", Int.min),
    ]
    for (type, value) in numbers {
      #expect(metadata["one.\(type)"] == .integer(value), "\(type)")
      #expect(metadata["list.\(type)"] == .integers([value, 1]), "\(type)")
    }
    #expect(metadata["one.uint64"] == .number(0x1p64))
    #expect(metadata["list.uint64"] == .numbers([0x1p64, 1]))
    #expect(metadata["one.float32"] == .number(Double(Float(0.1))))
    #expect(metadata["list.float32"] == .numbers([Double(Float(0.1)), 1]))
    #expect(metadata["one.float64"] == .number(0.1))
    #expect(metadata["list.float64"] == .numbers([0.1, 1]))
    #expect(metadata["one.bool"] == .bool(true) && metadata["list.bool"] == .bools([true, false]))
    #expect(metadata["one.string"] == .string("Grüße\u{1B}"))
    #expect(metadata["list.string"] == .strings(["a", "", "Ω"]))
    #expect(metadata["list.list"] == .arrays([.integers([1, 2]), .integers([3])]))
  }

  @Test func alignmentDecidesWhereTensorsStand() throws {
    let file = try GGUFFile(path: Places.fixture("formats/metadata.gguf"))
    #expect(try file.metadata.integer("general.alignment", in: 1...99) == 64)
    #expect(file.tensors["last"]?.shape == [2, 3])
    #expect(try file.floats(named: "odd") == [0, 1, 2])
    #expect(try file.floats(named: "last") == [0, 1, 2, 3, 4, 5])
  }

  @Test func valuesOfAnotherTypeAreErrorsThatNameTheKey() throws {
    let metadata = try GGUFFile(path: Places.fixture("formats/metadata.gguf")).metadata
    let attempts: [(key: String, read: () throws -> Void)] = [
      ("one.bool", { _ = try metadata.integer("one.bool", in: 0...1) }),
      ("one.int8", { _ = try metadata.integer("one.int8", in: 0...1) }),
      ("one.uint8", { _ = try metadata.flag("one.uint8") }),
      ("one.uint8", { _ = try metadata.string("one.uint8") }),
      ("list.int8", { _ = try metadata.strings("list.int8") }),
      ("list.string", { _ = try metadata.integers("list.string") }),
      ("list.bool", { _ = try metadata.numbers("list.bool") }),
      ("none", { _ = try metadata.string("none") }),
    ]
    for (key, read) in attempts { #expect(failure(of: read)?.contains("'\(key)'") == true) }
    let text = failure { _ = try metadata.integer("one.string", in: 0...1) }
    #expect(text?.contains("\\u{1b}") == true && text?.contains("\u{1B}") == false)
  }

  @Test func aSmallFileIsRead() throws {
    let file = try open(.small)
    #expect(file.tensors.count == 5)
    #expect(file.tensors["token_embd.weight"]?.shape == [3, 4])
    #expect(file.tensors["output.weight"]?.byteRange.count == 68)
    #expect(try file.floats(named: "output.weight").count == 64)
    #expect(try file.configuration().integer("vocab_size", in: 1...9) == 3)
  }

  @Test func otherVersionsAndByteOrdersAreRefusedByName() {
    #expect(problem { $0.version = 1 }?.contains("version 1") == true)
    #expect(problem { $0.version = 4 }?.contains("version 4") == true)
    #expect(problem { $0.version = 0x0300_0000 }?.contains("big-endian") == true)
    #expect(problem { $0.version = 2 } == nil)
    #expect(problem { $0.magic = Array("GGML".utf8) }?.contains("GGUF") == true)
  }

  @Test func countsBeyondTheFileAreRefusedBeforeAnythingIsAllocated() {
    for count in [UInt64.max, 1 << 63, 1 << 40, 100] {
      #expect(problem { $0.claimedTensors = count }?.contains("tensors") == true)
      #expect(problem { $0.claimedEntries = count }?.contains("keys") == true)
      let number = GGUFBytes.number(count)
      #expect(problem { $0.add("s", type: 8, number) }?.contains("string") == true)
      for type in 0...12 as ClosedRange<UInt32> where type != 9 {
        #expect(problem { $0.add("a", type: 9, GGUFBytes.number(type) + number) }?.contains("array") == true)
      }
      #expect(problem { $0.entries.append(number + [0, 0, 0, 0, 0]) }?.contains("name") == true)
    }
  }

  @Test func nestedArraysAreReadToADepth() throws {
    func nested(_ depth: Int) -> [UInt8] {
      let array = GGUFBytes.number(9 as UInt32) + GGUFBytes.number(1 as UInt64)
      let innermost = GGUFBytes.number(0 as UInt32) + GGUFBytes.number(1 as UInt64) + [7]
      return Array(repeatElement(array, count: depth - 1).joined()) + innermost
    }
    #expect(problem { $0.add("a", type: 9, nested(4)) } == nil)
    #expect(problem { $0.add("a", type: 9, nested(5)) }?.contains("nested") == true)
    #expect(problem { $0.add("a", type: 9, nested(100_000)) }?.contains("nested") == true)
  }

  @Test func valuesThatCannotBeAreRefused() {
    #expect(problem { $0.add("t", type: 13, [0, 0]) }?.contains("type 13") == true)
    #expect(problem { $0.add("b", type: 7, [2]) }?.contains("truth") == true)
    #expect(
      problem { $0.entries = [[1, 0, 0, 0, 0, 0, 0, 0, 0xFF, 7, 0, 0, 0, 1]] }?.contains("UTF-8") == true)
    #expect(
      problem {
        $0.add("a", 1); $0.add("a", 2)
      }?.contains("twice") == true)
    #expect(
      problem {
        $0.add("\u{2126}", 1); $0.add("\u{3A9}", 2)
      }?.contains("twice") == true)
    for alignment in [0, 3, 48, UInt32.max] {
      #expect(problem { $0.add("general.alignment", alignment) }?.contains("alignment") == true)
    }
  }

  private static let impossibleTensors: [(sizes: [UInt64], type: UInt32, offset: UInt64, cause: String)] = [
    ([8], 0, 8, "multiples"), ([8], 0, 1 << 62, "multiples"), ([8], 0, .max, "multiples"),
    ([65], 0, 0, "beyond"),
    ([8], 0, 256, "beyond"), ([1 << 32, 1 << 32], 0, 0, "memory"), ([.max], 0, 0, "impossible"),
    ([1 << 62, 4], 0, 0, "memory"), ([1, 1, 1, 1, 1], 0, 0, "dimensions"), ([31], 8, 0, "multiple"),
    ([128], 14, 0, "multiple"), ([256, 2], 14, 0, "beyond"),
  ]

  @Test(arguments: impossibleTensors)
  func tensorsThatCannotBeAreRefused(
    _ sizes: [UInt64], _ type: UInt32, _ offset: UInt64, naming cause: String
  ) {
    let problem = problem {
      $0.addTensor("x", sizes: sizes, type: type, offset: offset)
      $0.data = [UInt8](repeating: 0, count: 256)
    }
    #expect(
      problem?.contains(cause) == true && problem?.contains("'x'") == true, "\(problem ?? "was accepted")")
  }

  @Test func tensorsThatOverlapOrStandTwiceAreRefused() {
    func pair(_ second: String, offset: UInt64) -> String? {
      problem {
        $0.addTensor("x", sizes: [16], offset: 0)
        $0.addTensor(second, sizes: [8], offset: offset)
        $0.data = [UInt8](repeating: 0, count: 256)
      }
    }
    #expect(pair("y", offset: 32)?.contains("overlaps") == true)
    #expect(pair("x", offset: 64)?.contains("twice") == true)
    #expect(pair("y", offset: 64) == nil)
  }

  @Test func aTypeThatCannotBeReadIsNoErrorUntilItIs() throws {
    var bytes = GGUFBytes()
    bytes.addTensor("x", sizes: [256], type: 16, offset: 0)
    bytes.addTensor("y", sizes: [256], type: 99, offset: 0)
    let file = try open(bytes)
    #expect(failure { _ = try file.floats(named: "x") }?.contains("IQ2_XXS") == true)
    #expect(failure { _ = try file.floats(named: "y") }?.contains("99") == true)
    #expect(failure { _ = try file.floats(named: "z") }?.contains("'z'") == true)
  }

  @Test func emptyTensorsAreRead() throws {
    var bytes = GGUFBytes()
    bytes.addTensor("x", sizes: [0, 1 << 40], offset: 0)
    #expect(try open(bytes).floats(named: "x").isEmpty)
  }

  @Test func aFileThatEndsAnywhereBeforeItsTensorsDoIsRefused() {
    let whole = GGUFBytes.small.bytes
    for count in stride(from: 0, to: whole.count, by: 7) {
      let problem = failure { _ = try GGUFFile(path: folder.write(whole.prefix(count))) }
      #expect(problem?.hasPrefix("another") == false, "\(count) bytes were accepted")
    }
  }

  @Test(.enabled(if: Places.hasSharedData, "../shared/data isn't there"))
  func theVocabularyFilesOfOtherProgramsAreRead() throws {
    let folder = try #require(Places.sharedData) + "/vocab"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".gguf") }
    #expect(!names.isEmpty)
    for name in names {
      let metadata = try GGUFFile(path: folder + "/" + name).metadata
      let tokens = try metadata.strings("tokenizer.ggml.tokens")
      #expect(try metadata.integers("tokenizer.ggml.token_type").count == tokens.count)
      #expect(try !metadata.string("tokenizer.ggml.model").isEmpty)
    }
  }
}
