import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// The texts of Fixtures/parity/make_parity.py, made from the same snippets by the same generator, so that
/// only hashes of what the reference makes of them need to be kept.
enum ParityTexts {
  /// Each kind of text is hashed in so many blocks.
  static let blockCount = 20

  /// Knuth's MMIX constants; the upper 31 bits of the state.
  private struct Generator {
    var state: UInt64

    mutating func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
  }

  /// 1,000 texts of at least 1,000 characters of every script, code, emoji and control characters.
  static func mixed() throws -> [[UInt8]] { try mixedTexts.get() }

  private static let mixedTexts = Result {
    let json = try JSONObject(path: try Places.fixture("parity/snippets.json"))
    let snippets = try #require(json["snippets"]?.array?.compactMap { $0.string?.text })
    let lengths = snippets.map(\.unicodeScalars.count)
    var generator = Generator(state: 1)
    return (0..<1000).map { _ -> [UInt8] in
      var text: [UInt8] = []
      var length = 0
      while length < 1000 {
        let snippet = generator.below(snippets.count)
        text += snippets[snippet].utf8
        length += lengths[snippet]
        if generator.below(3) == 0 {
          text.append(0x20)
          length += 1
        }
      }
      return text
    }
  }

  private static let ranges: [(start: Int, count: Int)] = [
    (0x20, 0x5F), (0x61, 0x1A), (0x00, 0x20), (0xA0, 0x160), (0x300, 0x70), (0x370, 0x190), (0x590, 0x170),
    (0x900, 0x80), (0x1100, 0x100), (0x2000, 0x70), (0x3040, 0xC0), (0x4E00, 0x5000), (0xAC00, 0x2BA4),
    (0xFF00, 0xF0), (0x1F300, 0x350), (0x20, 1), (0x0, 0xD800), (0xE000, 0x102000),
  ]

  /// 10,000 strings of 0 to 39 characters.
  static let random = {
    var generator = Generator(state: 2)
    return (0..<10_000).map { _ -> [UInt8] in
      var text = ""
      for _ in 0..<generator.below(40) {
        let range = ranges[generator.below(ranges.count)]
        if let scalar = Unicode.Scalar(UInt32(range.start + generator.below(range.count))) {
          text.unicodeScalars.append(scalar)
        }
      }
      return Array(text.utf8)
    }
  }()

  /// FNV-1a over each number in four bytes, and over four bytes of ones after each text.
  static func hash(_ texts: some Sequence<[Int]>) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for numbers in texts {
      for number in numbers + [0xFFFF_FFFF] {
        for shift in [0, 8, 16, 24] { value = (value ^ UInt64(number >> shift & 0xFF)) &* 0x100_0000_01B3 }
      }
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The hash of each block of texts.
  static func hashes(of texts: [[UInt8]], in blocks: Int, _ numbers: ([UInt8]) -> [Int]) -> [String] {
    let size = texts.count / blockCount
    return (0..<blocks).map { block in hash(texts[block * size..<(block + 1) * size].lazy.map(numbers)) }
  }
}
