import Foundation
import Testing

@testable import Checkpoint

/// Against Hugging Face's `tokenizers` on the texts of Fixtures/make_fixtures.py.
@Suite struct TokenizerParityTests {
  static let names = [
    "gpt2", "digits", "prefix-space", "ignore-merges", "sentencepiece", "unknown", "unknown-fused",
  ]

  private static func texts() throws -> [[UInt8]] {
    let json = try JSONObject(path: try Places.fixture("texts.json"))
    return try #require(json["texts"]?.array?.compactMap { $0.string?.bytes })
  }

  @Test(arguments: names)
  func idsAreThoseOfTheReference(_ name: String) throws {
    let tokenizer = try Tokenizer(path: try Places.fixture("\(name).tokenizer.json"))
    let expected = try JSONObject(path: try Places.fixture("\(name).expected.json"))
      .objects("expected")
    let texts = try Self.texts()
    #expect(texts.count >= 200)
    #expect(texts.count == expected.count)
    for (text, reference) in zip(texts, expected) {
      let tokens = tokenizer.encode(text)
      let shown = String(decoding: text, as: UTF8.self).debugDescription
      #expect(tokens.map(\.id) == reference["ids"]?.wholeNumbers, "\(shown)")
      #expect(covers(tokens, text), "\(shown)")
      if let offsets = reference["offsets"]?.wholeNumbers {
        let found = tokens.flatMap { [$0.byteRange.lowerBound, $0.byteRange.upperBound] }
        #expect(found == offsets, "\(shown)")
      }
    }
  }

  @Test(arguments: ["gpt2", "digits", "ignore-merges"])
  func tokensDecodeToTheTextTheyCover(_ name: String) throws {
    let tokenizer = try Tokenizer(path: try Places.fixture("\(name).tokenizer.json"))
    for text in try Self.texts() {
      for token in tokenizer.encode(text) where !tokenizer.isSpecial(token.id) {
        #expect(tokenizer.bytes(of: token.id) == Array(text[token.byteRange]))
      }
    }
  }

  @Test(arguments: names)
  func arbitraryBytesAreCovered(_ name: String) throws {
    let tokenizer = try Tokenizer(path: try Places.fixture("\(name).tokenizer.json"))
    var generator = SystemRandomNumberGenerator()
    var texts = (0..<256).map { [UInt8($0)] }
    texts += [[0xC3], [0xE2, 0x84], [0xF0, 0x9F, 0x98], [0xC0, 0x80], [0xED, 0xA0, 0x80]]
    texts += [[0xF4, 0x90, 0x80, 0x80], Array("a".utf8) + [0xE2, 0x84] + Array("b ".utf8)]
    texts += (0..<200).map { length in
      (0..<length % 40).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
    for text in texts {
      let tokens = tokenizer.encode(text)
      #expect(covers(tokens, text), "\(text)")
      if ["gpt2", "digits", "ignore-merges"].contains(name) {
        let decoded = tokens.filter { !$0.byteRange.isEmpty }.flatMap { tokenizer.bytes(of: $0.id) }
        #expect(decoded == text)
      }
    }
  }

  @Test func specialTokensComeOnlyWhenAskedForAndDecodeToNothing() throws {
    let tokenizer = try Tokenizer(path: try Places.fixture("gpt2.tokenizer.json"))
    let text = Array("Once".utf8)
    let with = tokenizer.encode(text)
    let without = tokenizer.encode(text, addingSpecialTokens: false)
    #expect(with.map(\.id) == [1] + without.map(\.id))
    #expect(with.first?.byteRange == 0..<0)
    #expect(tokenizer.isSpecial(1))
    #expect(tokenizer.decode(with.map(\.id)) == "Once")
    #expect(tokenizer.bytes(of: -1).isEmpty && tokenizer.bytes(of: Int.max).isEmpty)
  }

  @Test func bothOhmSignsKeepTheirTokens() throws {
    let tokenizer = try Tokenizer(path: try Places.fixture("sentencepiece.tokenizer.json"))
    let ids = ["\u{2126}", "\u{3A9}"].map { tokenizer.encode(Array($0.utf8)).last?.id }
    #expect(ids[0] != nil && ids[1] != nil && ids[0] != ids[1])
    #expect(ids.map { $0.map(tokenizer.bytes) } == [" \u{2126}", " \u{3A9}"].map { Array($0.utf8) })
  }
}
