import Foundation
import Testing

@testable import Checkpoint

/// Patterns and properties against Oniguruma, by way of Hugging Face's `tokenizers` (Fixtures/regex/make_regex.py).
@Suite struct RegexParityTests {
  private let expected: JSONObject

  init() throws { expected = try JSONObject(path: try Places.fixture("regex/expected.json")) }

  @Test func matchesAreThoseOfTheReference() throws {
    let texts = try #require(expected["texts"]?.array?.compactMap { $0.string?.bytes }).map(AlignedScalar.scan)
    let patterns = try expected.objects("patterns")
    #expect(texts.count > 100 && patterns.count > 30)
    for entry in patterns {
      let pattern = try entry.string("pattern")
      let automaton = try RegexAutomaton(pattern: pattern)
      let matches = try #require(entry["matches"]?.array)
      for (text, match) in zip(texts, matches) {
        let found = automaton.matches(in: text[...]).flatMap { [$0.lowerBound, $0.upperBound] }
        #expect(found == match.wholeNumbers, "\(pattern) in \(String(decoding: text[...].bytes, as: UTF8.self).debugDescription)")
      }
    }
  }

  @Test func propertiesHaveTheCharactersThatTheReferenceGivesThem() throws {
    let values = Array(UInt32(0)..<0x1_8000) + stride(from: UInt32(0x1_8000), to: 0x11_0000, by: 61)
    let scalars = values.filter { Unicode.Scalar($0) != nil }.map { AlignedScalar(value: $0, byteRange: 0..<0) }
    for entry in try expected.objects("properties") {
      let pattern = try entry.string("pattern")
      let automaton = try RegexAutomaton(pattern: "(?:" + pattern + ")+")
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for place in automaton.matches(in: scalars[...]).flatMap({ [$0.lowerBound, $0.upperBound] }) {
        for shift in [0, 8, 16, 24] { hash = (hash ^ UInt64(place >> shift & 0xFF)) &* 0x100_0000_01B3 }
      }
      let digits = String(hash, radix: 16)
      #expect(String(repeating: "0", count: 16 - digits.count) + digits == (try entry.string("hash")), "\(pattern)")
    }
  }
}
