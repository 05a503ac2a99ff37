import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// A million characters of mixed text and 10,000 random strings, against the hashes of the ids that Hugging
/// Face's `tokenizers` gives them (Fixtures/parity/make_parity.py).
@Suite struct TokenizerHashTests {
  static let families = [
    "llama-3", "qwen2", "smollm", "o200k", "deepseek", "behaviors", "words", "gemma", "mistral", "llama-2",
    "unigram",
    "unigram-words",
  ]

  /// A debug build takes minutes for all of it: it compares the first block of each kind, unless everything
  /// is gone through.
  private static let blocks: Int = {
    #if DEBUG
      return Sample.isExhaustive ? ParityTexts.blockCount : 1
    #else
      return ParityTexts.blockCount
    #endif
  }()

  private func compare(_ tokenizer: Tokenizer, _ name: String, special: Bool) throws {
    let expected = try JSONObject(path: try Places.fixture("parity/hashes.json")).object(name)
    let (mixed, random) = (try ParityTexts.mixed(), ParityTexts.random)
    func check(_ kind: String, _ texts: [[UInt8]], _ numbers: ([UInt8]) -> [Int]) throws {
      let hashes = try #require(expected[kind]?.array?.compactMap { $0.string?.text })
      try #require(hashes.count == ParityTexts.blockCount)
      let found = ParityTexts.hashes(of: texts, in: Self.blocks, numbers)
      #expect(found == Array(hashes.prefix(Self.blocks)), "\(name), \(kind)")
    }
    func ids(_ text: [UInt8]) -> [Int] {
      let tokens = tokenizer.encode(text, addingSpecialTokens: special)
      let inside = tokens.filter { !$0.byteRange.isEmpty }
      #expect(covers(tokens, text) || inside.isEmpty, "\(name): \(text)")
      return tokens.map(\.id)
    }
    try check("mixed", mixed, ids)
    try check("random", random, ids)
    try check("decoded", Array(mixed.prefix(100)) + random.prefix(1000)) { text in
      tokenizer.decode(ids(text), startsText: true).utf8.map { Int($0) }
    }
  }

  @Test(arguments: families)
  func idsAndDecodingAreThoseOfTheReference(_ family: String) throws {
    let tokenizer = try Tokenizer(path: try Places.fixture("parity/\(family).tokenizer.json"))
    try compare(tokenizer, family, special: true)
  }

  @Test(
    .enabled(if: Places.hasSharedData, "../shared/data isn't there"),
    arguments: ["gpt2", "llama2", "qwen2.5"])
  func idsAndDecodingOfRealTokenizersAreThoseOfTheReference(_ name: String) throws {
    let tokenizer = try SharedTokenizers.folder(name)
    try compare(tokenizer, name, special: false)
  }

  @Test func theTextsAreAMillionCharactersAndTenThousandStrings() throws {
    let mixed = try ParityTexts.mixed()
    #expect(mixed.reduce(0) { $0 + String(decoding: $1, as: UTF8.self).unicodeScalars.count } >= 1_000_000)
    #expect(ParityTexts.random.count == 10_000)
  }
}
