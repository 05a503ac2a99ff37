import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// llama.cpp's vocabulary tests and the real tokenizers, beside the project where they are.
@Suite(.enabled(if: Places.hasSharedData, "../shared/data isn't there"))
struct SharedVocabularyTests {
  private func shared(_ path: String) throws -> String { try #require(Places.sharedData) + "/" + path }

  /// The texts of a vocabulary's test and the ids that it expects.
  private func pairs(_ vocabulary: String) throws -> [(text: [UInt8], ids: [Int])] {
    let base = try shared("vocab/ggml-vocab-\(vocabulary).gguf")
    let texts = try String(contentsOfFile: base + ".inp", encoding: .utf8)
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try String(contentsOfFile: base + ".out", encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(texts.count > 40)
    return zip(texts, lines).map { (Array($0.utf8), $1.split(separator: " ").compactMap { Int($0) }) }
  }

  private func compare(_ tokenizer: Tokenizer, with vocabulary: String) throws {
    for (text, ids) in try pairs(vocabulary) {
      let tokens = tokenizer.encode(text, addingSpecialTokens: false)
      let shown = String(decoding: text, as: UTF8.self).debugDescription
      #expect(tokens.map(\.id) == ids, "\(shown)")
      #expect(covers(tokens, text), "\(shown)")
    }
  }

  @Test(arguments: ["deepseek-llm", "gpt-2", "llama-bpe", "llama-spm", "phi-3", "qwen2", "starcoder"])
  func idsFromGGUFAreThoseOfTheVocabularyTests(_ vocabulary: String) throws {
    try compare(try SharedTokenizers.gguf(vocabulary), with: vocabulary)
  }

  @Test(arguments: [("gpt2", "gpt-2"), ("llama2", "llama-spm"), ("qwen2.5", "qwen2")])
  func idsFromHuggingFaceFilesAreThoseOfTheVocabularyTests(_ names: (folder: String, vocabulary: String))
    throws
  {
    try compare(try SharedTokenizers.folder(names.folder), with: names.vocabulary)
  }

  /// A GGUF file does not say that Llama 2 looks for its special tokens in the normalized text, so texts with
  /// their spelling are left out.
  @Test(arguments: [("gpt2", "gpt-2"), ("llama2", "llama-spm"), ("qwen2.5", "qwen2")])
  func bothFormatsGiveTheSameTokens(_ names: (folder: String, vocabulary: String)) throws {
    let folder = try SharedTokenizers.folder(names.folder)
    let file = try SharedTokenizers.gguf(names.vocabulary)
    let texts = (try ParityTexts.mixed() + ParityTexts.random).filter { text in
      let text = String(decoding: text, as: UTF8.self)
      return !["<s>", "</s>", "<unk>"].contains(where: text.contains)
    }
    #if DEBUG
      let step = Sample.isExhaustive ? 1 : 50
    #else
      let step = 1
    #endif
    for text in stride(from: 0, to: texts.count, by: step).map({ texts[$0] }) {
      let tokens = file.encode(text, addingSpecialTokens: false)
      #expect(tokens == folder.encode(text, addingSpecialTokens: false))
    }
  }

  @Test func storiesPromptHasTheKnownTokens() throws {
    let checkpoint = try Checkpoint(path: try shared("stories260k"))
    let tokens = checkpoint.tokenizer.encode(Array("Once upon a time, there was a little girl".utf8))
    #expect(tokens.map(\.id) == [1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421])
    #expect(try checkpoint.weights().has("model.norm.weight"))
  }
}
