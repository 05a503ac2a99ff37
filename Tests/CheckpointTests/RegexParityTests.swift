import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Patterns and properties against Oniguruma, by way of Hugging Face's `tokenizers`
/// (Fixtures/regex/make_regex.py).
@Suite struct RegexParityTests {
  private let expected: JSONObject

  init() throws { expected = try JSONObject(path: try Places.fixture("regex/expected.json")) }

  @Test func matchesAreThoseOfTheReference() throws {
    let texts = try #require(expected["texts"]?.array?.compactMap { $0.string?.bytes }).map(
      AlignedScalar.scan)
    let patterns = try expected.objects("patterns")
    #expect(texts.count > 100 && patterns.count > 30)
    for entry in patterns {
      let pattern = try entry.string("pattern")
      let automaton = try RegexAutomaton(pattern: pattern)
      let matches = try #require(entry["matches"]?.array)
      for (text, match) in zip(texts, matches) {
        let found = automaton.matches(in: text[...]).flatMap { [$0.lowerBound, $0.upperBound] }
        #expect(
          found == match.wholeNumbers,
          "\(pattern) in \(String(decoding: text[...].bytes, as: UTF8.self).debugDescription)")
      }
    }
  }

  @Test func piecesOfEveryPreTokenizerAreThoseOfTheReference() throws {
    let texts = try #require(expected["texts"]?.array?.compactMap { $0.string?.bytes }).map(
      AlignedScalar.scan)
    for entry in try expected.objects("pre") {
      let names = try #require(entry["names"]?.array?.compactMap { $0.string?.text })
      let pieces = try #require(entry["pieces"]?.array?.map(\.wholeNumbers))
      for name in names {
        let rules = try #require(GGUFPreTokenizer.rules[name], "\(name)")
        let steps = try rules.patterns.map {
          PreTokenizer.Step.split(SplitStep(pattern: try RegexAutomaton(pattern: $0), behavior: .isolated))
        }
        for (text, expected) in zip(texts, pieces) {
          let found = PreTokenizer(steps: steps).split(text[...]).flatMap { [$0.startIndex, $0.endIndex] }
          #expect(
            found == expected, "\(name): \(String(decoding: text[...].bytes, as: UTF8.self).debugDescription)"
          )
        }
      }
    }
  }

  /// Every scalar up to the ideographs, each seventh of the first planes, and each 61st of the others.
  private static let characters: [AlignedScalar] = {
    let values =
      Array(UInt32(0)..<0x3400) + stride(from: UInt32(0x3400), to: 0x1_8000, by: 7)
      + stride(from: UInt32(0x1_8000), to: 0x11_0000, by: 61)
    return values.filter { Unicode.Scalar($0) != nil }.map { AlignedScalar(value: $0, byteRange: 0..<0) }
  }()

  /// FNV-1a over each number in four bytes.
  private func hash(_ numbers: some Sequence<Int>) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for number in numbers {
      for shift in [0, 8, 16, 24] { hash = (hash ^ UInt64(number >> shift & 0xFF)) &* 0x100_0000_01B3 }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  @Test func normalizersChangeTheCharactersThatTheReferenceChanges() throws {
    for entry in try expected.objects("normalizers") {
      let (type, expected) = (try entry.string("type"), try entry.string("hash"))
      let json = JSONObject(
        file: "tokenizer.json", values: ["normalizer": .object(["type": .string(ByteString(type))])])
      let normalized = try Normalizer(json).normalized(Self.characters[...])
      #expect(hash(normalized.lazy.map { Int($0.value) }) == expected, "\(type)")
    }
  }

  @Test func propertiesHaveTheCharactersThatTheReferenceGivesThem() throws {
    for entry in try expected.objects("properties") {
      let (pattern, expected) = (try entry.string("pattern"), try entry.string("hash"))
      let automaton = try RegexAutomaton(pattern: "(?:" + pattern + ")+")
      let places = automaton.matches(in: Self.characters[...]).flatMap { [$0.lowerBound, $0.upperBound] }
      #expect(hash(places) == expected, "\(pattern)")
    }
  }
}
