import Foundation
import TestSupport
import Testing

@testable import Checkpoint

@Suite struct SafetensorsTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func file(_ header: String, data: [UInt8], length: UInt64? = nil) -> [UInt8] {
    let count = length ?? UInt64(header.utf8.count)
    return withUnsafeBytes(of: count.littleEndian) { Array($0) } + Array(header.utf8) + data
  }

  private func open(_ bytes: [UInt8]) throws -> Safetensors {
    try Safetensors(path: try folder.write(bytes))
  }

  private func problem(_ header: String, data: Int = 16, length: UInt64? = nil) -> String? {
    failure { _ = try open(file(header, data: [UInt8](repeating: 0, count: data), length: length)) }
  }

  private let valid =
    #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[2,2],"data_offsets":[8,16]}}"#

  @Test func aValidFileIsRead() throws {
    let values: [Float] = [1.5, -0.0]
    let bytes = values.flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    let weights = try open(
      file(valid, data: bytes + [0x80, 0x3F, 0, 0, 0x80, 0xFF, 0xC0, 0x7F]))
    #expect(Set(weights.tensors.keys) == ["a", "b"])
    #expect(try weights.floats("a", shape: [2]).map(\.bitPattern) == values.map(\.bitPattern))
    let halves = try weights.floats("b", shape: [2, 2])
    #expect(try weights.floats("b", shape: [2, 2], rows: 0..<1) == [1, 0])
    #expect(try weights.floats("b", shape: [2, 2], rows: 1..<2)[0] == -.infinity)
    #expect(try weights.floats("b", shape: [2, 2], rows: 1..<1).isEmpty)
    #expect(halves[0] == 1 && halves[1] == 0 && halves[2] == -.infinity && halves[3].isNaN)
  }

  @Test(arguments: ["BF16", "F16"])
  func everySixteenBitPatternBecomesItsFloat(_ type: String) throws {
    let data = (0...UInt16.max).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let header = #"{"x":{"dtype":"\#(type)","shape":[65536],"data_offsets":[0,131072]}}"#
    let floats = try open(file(header, data: data)).floats("x", shape: [65_536])
    for (bits, value) in floats.enumerated() {
      let expected =
        type == "BF16" ? Float(bitPattern: UInt32(bits) << 16) : Self.half(UInt16(bits))
      guard !(expected.isNaN && value.isNaN) else { continue }
      #expect(value.bitPattern == expected.bitPattern)
    }
  }

  /// IEEE 754 binary16 by its definition.
  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * Float(sign: .plus, exponent: -24, significand: 1)
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }

  @Test func otherNamesShapesAndTypesAreErrorsThatNameThem() throws {
    let header = #"{"a":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}}"#
    let weights = try open(file(header, data: [UInt8](repeating: 0, count: 16)))
    #expect(throws: CheckpointError.missingTensor(file: weights.path, tensor: "z")) {
      try weights.floats("z", shape: [2])
    }
    let wrong = CheckpointError.wrongShape(file: weights.path, tensor: "a", expected: [3], found: [2])
    #expect(throws: wrong) { try weights.floats("a", shape: [3]) }
    #expect(failure { _ = try weights.floats("a", shape: [2]) }?.contains("I64") == true)
  }

  @Test(arguments: 0..<8)
  func aFileThatEndsWithinTheLengthIsRefused(_ count: Int) {
    #expect(failure { _ = try open([UInt8](repeating: 0, count: count)) } != nil)
  }

  @Test(arguments: [UInt64.max, 1 << 63, 1 << 62, 100_000_001, 1_000_000] as [UInt64])
  func aLengthBeyondTheFileOrTheLimitIsRefused(_ length: UInt64) {
    #expect(problem(valid, length: length)?.contains("header") == true)
  }

  private static let impossibleHeaders: [(header: String, cause: String)] = [
    ("[]", "object"), ("", "JSON"), ("{", "JSON"), (#"{"a":1}"#, "'a'"), (#"{"a":{}}"#, "a.dtype"),
    (#"{"a":{"dtype":"F32"}}"#, "a.shape"),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, "a.data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "a.shape"),
    (#"{"a":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}}"#, "a.shape"),
    (#"{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}"#, "a.shape"),
    (#"{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}"#, "a.shape"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}"#, "8 bytes"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}"#, "a.data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "a.data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, "a.data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, "a.data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}"#, "a.data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1e300]}}"#, "a.data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}}"#, "a.shape"),
    (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#, "a.shape"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
      "overlaps"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
      "twice"
    ),
    (
      "{\"\u{2126}\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"\u{3A9}\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
      "twice"
    ),
  ]

  @Test(arguments: impossibleHeaders)
  func aHeaderThatCannotBeTrueIsRefused(_ header: String, naming cause: String) {
    #expect(problem(header)?.contains(cause) == true, "\(problem(header) ?? "was accepted")")
  }

  @Test func anUnknownTypeIsNoErrorUntilItIsRead() throws {
    let header = #"{"a":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}}"#
    let weights = try open(file(header, data: [1, 2, 3]))
    #expect(weights.tensors["a"]?.elementType == nil)
    #expect(failure { _ = try weights.floats("a", shape: [3]) }?.contains("F8_E4M3") == true)
  }

  @Test func anEmptyTensorIsRead() throws {
    let header = #"{"a":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}}"#
    #expect(try open(file(header, data: [])).floats("a", shape: [0, 5]).isEmpty)
  }

  @Test func aDeeplyNestedHeaderIsRefused() {
    let header = #"{"a":"# + String(repeating: "[", count: 100_000)
    #expect(problem(header)?.contains("nested") == true)
  }

  @Test func controlCharactersOfANameDoNotReachTheTerminal() {
    let problem = problem("{\"\\u001b[31m\":1}")
    #expect(problem?.contains("\u{1B}") == false)
    #expect(problem?.contains("\\u{1b}") == true)
  }

  @Test func everyChangedOrMissingByteIsAnErrorOrAValidFile() throws {
    let original = file(valid, data: [UInt8](repeating: 1, count: 16))
    func attempt(_ bytes: [UInt8]) throws {
      let problem = failure {
        let weights = try open(bytes)
        for (name, tensor) in weights.tensors where tensor.elementType != nil {
          _ = try weights.floats(name, shape: tensor.shape)
        }
      }
      #expect(problem?.hasPrefix("another") != true)
    }
    for index in original.indices {
      for bit in Set([index % 8, 7]) {
        var changed = original
        changed[index] ^= 1 << UInt8(bit)
        try attempt(changed)
      }
      var shorter = original
      shorter.remove(at: index)
      try attempt(shorter)
      if index % 4 == 0 { try attempt(Array(original[..<index])) }
    }
  }

  @Test func whatIsNoFileIsRefusedWithoutWaiting() throws {
    #expect(failure { _ = try Safetensors(path: folder.path) }?.contains("regular") == true)
    #expect(failure { _ = try Safetensors(path: folder.path + "/none") } != nil)
    #expect(failure { _ = try Safetensors(path: "/dev/zero") }?.contains("regular") == true)
    let pipe = folder.path + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    #expect(failure { _ = try Safetensors(path: pipe) }?.contains("regular") == true)
  }
}
