import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Against Hugging Face's `tokenizers` on the texts of Fixtures/make_fixtures.py.
@Suite struct TokenizerParityTests {
  static let names = [
    "gpt2", "digits", "prefix-space", "ignore-merges", "sentencepiece", "unknown", "unknown-fused",
    "simplified",
    "byte-normalizer",
  ]

  /// Byte-level vocabularies without some bytes, which drop them, or have something else stand for them.
  static let lacking = ["lacking", "lacking-unknown", "lacking-fallback", "lacking-ignore-merges"]

  private static func texts() throws -> [[UInt8]] {
    let json = try JSONObject(path: try Places.fixture("texts.json"))
    return try #require(json["texts"]?.array?.compactMap { $0.string?.bytes })
  }

  @Test(arguments: names + lacking)
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
      #expect(covers(tokens, text) || tokens.allSatisfy(\.byteRange.isEmpty), "\(shown)")
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
      #expect(covers(tokens, text) || tokens.allSatisfy(\.byteRange.isEmpty), "\(text)")
      if ["gpt2", "digits", "ignore-merges"].contains(name) {
        let decoded = tokens.filter { !$0.byteRange.isEmpty }.flatMap { tokenizer.bytes(of: $0.id) }
        #expect(decoded == text)
      }
    }
  }

  @Test func whatAVocabularyHasNoTokenForIsDroppedAndCounted() throws {
    let tokenizer = try Tokenizer(path: try Places.fixture("lacking.tokenizer.json"))
    let text = "Hello\u{4} world!! caf\u{E9} \u{1F600}"
    let encoding = tokenizer.encoding(of: Array(text.utf8))
    // U+0004, two marks, the first byte of é and that of the face.
    #expect(encoding.dropped == [5..<6, 12..<14, 18..<19, 21..<22])
    #expect(encoding.droppedByteCount == 5)
    #expect(covers(encoding.tokens, Array(text.utf8)))
    #expect(tokenizer.decode(encoding.tokens.map(\.id)).hasPrefix("Hello world caf"))
    let nothing = tokenizer.encoding(of: Array("!\u{4}".utf8), addingSpecialTokens: false)
    #expect(nothing.tokens.isEmpty && nothing.dropped == [0..<2])
    for name in ["lacking-unknown", "lacking-fallback", "gpt2"] {
      let other = try Tokenizer(path: try Places.fixture("\(name).tokenizer.json"))
      #expect(other.encoding(of: Array(text.utf8)).dropped.isEmpty, "\(name)")
    }
  }

  @Test func piecesWithoutBytesAndUnknownAreDropped() throws {
    let folder = try ScratchFolder()
    let text = #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}}"#
    let encoding = try Tokenizer(path: try folder.write(text)).encoding(of: Array("axb\u{E9}b".utf8))
    #expect(encoding.tokens.map(\.id) == [2, 1] && encoding.dropped == [1..<2, 3..<5])
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
