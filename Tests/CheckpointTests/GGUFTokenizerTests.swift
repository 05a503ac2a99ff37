import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Vocabularies in GGUF metadata that was made for the test.
@Suite struct GGUFTokenizerTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder(inMemory: true) }

  private static let bytes = ByteAlphabet.scalars.map { String(Character($0)) }

  /// A byte-level vocabulary with one merge and a token of each kind.
  private static func byteLevel(_ pre: String? = "gpt-2") -> GGUFBytes {
    var file = GGUFBytes()
    file.add("tokenizer.ggml.model", "gpt2")
    if let pre { file.add("tokenizer.ggml.pre", pre) }
    file.add("tokenizer.ggml.tokens", bytes + ["ab", "<|end|>", "<tool>"])
    file.add("tokenizer.ggml.token_type", [UInt32](repeating: 1, count: 257) + [3, 4])
    file.add("tokenizer.ggml.merges", ["a b"])
    file.add("tokenizer.ggml.bos_token_id", 257)
    file.add("tokenizer.ggml.eos_token_id", 257)
    return file
  }

  /// A SentencePiece vocabulary: unknown, begin, end, the bytes, and pieces with scores.
  private static func sentencePiece() -> GGUFBytes {
    var file = GGUFBytes()
    file.add("tokenizer.ggml.model", "llama")
    let bytes = (0..<256).map {
      "<0x" + String($0 >> 4, radix: 16).uppercased() + String($0 & 15, radix: 16).uppercased() + ">"
    }
    let pieces = ["▁", "a", "b", "ab", "▁a", "▁ab"]
    file.add("tokenizer.ggml.tokens", ["<unk>", "<s>", "</s>"] + bytes + pieces)
    file.add(
      "tokenizer.ggml.token_type", [2, 3, 3] + [UInt32](repeating: 6, count: 256) + [1, 1, 1, 1, 1, 1])
    let scores = [Float](repeating: 0, count: 259) + [-5, -5, -5, -1, -2, -3]
    file.add(
      "tokenizer.ggml.scores", type: 9,
      GGUFBytes.number(6 as UInt32) + GGUFBytes.number(UInt64(scores.count))
        + scores.flatMap { GGUFBytes.number($0.bitPattern) })
    file.add("tokenizer.ggml.bos_token_id", 1)
    file.add("tokenizer.ggml.eos_token_id", 2)
    file.add("tokenizer.ggml.unknown_token_id", 0)
    return file
  }

  private func tokenizer(_ file: GGUFBytes) throws -> Tokenizer {
    try Tokenizer(gguf: GGUFFile(path: try folder.write(file.bytes, as: "vocabulary.gguf")).metadata)
  }

  private func replacing(_ file: GGUFBytes, _ key: String, _ change: (inout GGUFBytes) -> Void) -> GGUFBytes {
    var result = file
    result.entries.removeAll { $0.starts(with: GGUFBytes.string(key)) }
    change(&result)
    return result
  }

  @Test func byteLevelTokensOfEveryKindAreFound() throws {
    let tokenizer = try tokenizer(Self.byteLevel())
    #expect(tokenizer.vocabularySize == 259)
    let ids = tokenizer.encode(Array("ab<|end|>a<tool>\u{FF}".utf8)).map(\.id)
    #expect(ids == [256, 257, 97, 258, 0xC3, 0xBF])
    #expect(tokenizer.isSpecial(257) && !tokenizer.isSpecial(258))
    #expect(tokenizer.decode(ids) == "aba<tool>\u{FF}")
  }

  @Test func piecesMergeByScoreAndUnknownCharactersBecomeBytes() throws {
    let tokenizer = try tokenizer(Self.sentencePiece())
    let tokens = tokenizer.encode(Array("ab aé".utf8))
    #expect(tokens.map(\.id) == [1, 264, 263, 3 + 0xC3, 3 + 0xA9])
    #expect(covers(tokens, Array("ab aé".utf8)))
    #expect(tokenizer.decode(tokens.map(\.id), startsText: true) == "ab aé")
    #expect(tokenizer.decode(tokens.map(\.id)) == " ab aé")
  }

  @Test func beginAndEndAreAddedAsTheFileSays() throws {
    func around(_ begin: UInt8?, _ end: UInt8?, _ file: GGUFBytes) throws -> [Int] {
      var file = file
      if let begin { file.add("tokenizer.ggml.add_bos_token", type: 7, [begin]) }
      if let end { file.add("tokenizer.ggml.add_eos_token", type: 7, [end]) }
      return try tokenizer(file).encode(Array("ab".utf8)).map(\.id)
    }
    #expect(try around(nil, nil, Self.byteLevel()) == [256])
    #expect(try around(nil, nil, Self.byteLevel("llama-bpe")) == [257, 256])
    #expect(try around(1, 1, Self.byteLevel()) == [257, 256, 257])
    #expect(try around(0, nil, Self.sentencePiece()) == [264])
    #expect(try around(nil, 1, Self.sentencePiece()) == [1, 264, 2])
  }

  @Test func noSpaceIsAddedWhereTheFileSaysSo() throws {
    var file = Self.sentencePiece()
    file.add("tokenizer.ggml.add_space_prefix", type: 7, [0])
    #expect(try tokenizer(file).encode(Array("ab".utf8)).map(\.id) == [1, 262])
  }

  @Test func everyKnownPreTokenizerCompiles() throws {
    for name in GGUFPreTokenizer.rules.keys {
      let text = Array("Ab 12\u{4E00}…\r\n  x'LL".utf8)
      let tokens = try tokenizer(Self.byteLevel(name)).encode(text)
      #expect(covers(tokens, text), "\(name)")
    }
  }

  @Test func anUnknownPreTokenizerIsNamedWithTheKnownOnes() throws {
    let problem = failure { _ = try tokenizer(Self.byteLevel("afmoe")) }
    #expect(
      problem?.contains("'afmoe'") == true && problem?.contains("llama-bpe") == true, "\(problem ?? "")")
  }

  @Test func bytesThatTheVocabularyLacksAreDropped() throws {
    let lacking = replacing(Self.byteLevel(), "tokenizer.ggml.tokens") {
      let tokens = Self.bytes.enumerated().map { [4, 0x21, 0xF0].contains($0) ? "[unused\($0)]" : $1 }
      $0.add("tokenizer.ggml.tokens", tokens + ["ab", "<|end|>", "<tool>"])
    }
    let text = Array("a\u{4}b! \u{1F600}".utf8)
    let encoding = try tokenizer(lacking).encoding(of: text)
    #expect(encoding.tokens.map(\.id) == [97, 98, 32, 0x9F, 0x98, 0x80])
    #expect(encoding.dropped == [1..<2, 3..<4, 5..<6] && covers(encoding.tokens, text))
    // Without bytes and without an unknown token, SentencePiece's vocabulary drops what it has no piece for.
    let pieces = replacing(
      replacing(Self.sentencePiece(), "tokenizer.ggml.unknown_token_id") { _ in }, "tokenizer.ggml.tokens"
    ) {
      $0.add("tokenizer.ggml.tokens", (0..<259).map { "[unused\($0)]" } + ["▁", "a", "b", "ab", "▁a", "▁ab"])
    }
    let bare = try tokenizer(pieces).encoding(of: Array("abxé".utf8))
    #expect(bare.tokens.map(\.id) == [1, 264] && bare.dropped == [2..<5])
  }

  @Test func controlTokensAreFoundWhateverTheirType() throws {
    for type in [UInt32(1), 3, 4, 5] {
      let file = replacing(
        replacing(Self.byteLevel(), "tokenizer.ggml.tokens") {
          $0.add("tokenizer.ggml.tokens", Self.bytes + ["ab", "<|im_end|>", "<|im_start|>"])
        }, "tokenizer.ggml.token_type"
      ) { $0.add("tokenizer.ggml.token_type", [UInt32](repeating: 1, count: 257) + [type, 3]) }
      let tokenizer = try tokenizer(file)
      #expect(tokenizer.encode(Array("a<|im_end|><|im_start|>".utf8)).map(\.id) == [97, 257, 258], "\(type)")
      #expect(tokenizer.isSpecial(257) && tokenizer.decode([97, 257, 97]) == "aa")
    }
  }

  @Test func theUnknownTokenInATextIsItself() throws {
    let tokenizer = try tokenizer(Self.sentencePiece())
    #expect(tokenizer.encode(Array("ab<unk>ab</s>".utf8)).map(\.id) == [1, 264, 0, 264, 2])
    #expect(tokenizer.isSpecial(0) && tokenizer.bytes(of: 0).isEmpty)
  }

  @Test func specialIDsThatNoTokenHasAreIgnoredAndTold() throws {
    var file = Self.byteLevel("llama-bpe")
    file = replacing(file, "tokenizer.ggml.bos_token_id") { $0.add("tokenizer.ggml.bos_token_id", .max) }
    file.add("tokenizer.ggml.padding_token_id", type: 5, GGUFBytes.number(Int32(-1)))
    file.add("tokenizer.ggml.add_bos_token", type: 7, [1])
    let tokenizer = try tokenizer(file)
    #expect(tokenizer.encode(Array("ab".utf8)).map(\.id) == [256])
    #expect(tokenizer.notices.count == 2)
    #expect(tokenizer.notices.contains { $0.contains("bos_token_id is 4294967295") })
    #expect(tokenizer.notices.contains { $0.contains("padding_token_id is -1") })
    // SentencePiece's own places hold where a key is missing, or wrong.
    let pieces = replacing(Self.sentencePiece(), "tokenizer.ggml.bos_token_id") {
      $0.add("tokenizer.ggml.bos_token_id", 1_000)
    }
    #expect(try self.tokenizer(pieces).encode(Array("ab".utf8)).map(\.id) == [1, 264])
  }

  @Test func damagedMetadataIsAnErrorNamingTheKey() throws {
    func problem(_ file: GGUFBytes, _ key: String, _ change: (inout GGUFBytes) -> Void) -> String {
      failure { _ = try tokenizer(replacing(file, key, change)) } ?? "was accepted"
    }
    let (level, piece) = (Self.byteLevel(), Self.sentencePiece())
    let cases: [(String, String)] = [
      (problem(level, "tokenizer.ggml.model") { $0.add("tokenizer.ggml.model", "bert") }, "'bert'"),
      (problem(level, "tokenizer.ggml.model") { _ in }, "tokenizer.ggml.model"),
      (
        problem(level, "tokenizer.ggml.tokens") { $0.add("tokenizer.ggml.tokens", [] as [String]) },
        "tokenizer.ggml.tokens"
      ),
      (
        problem(level, "tokenizer.ggml.token_type") { $0.add("tokenizer.ggml.token_type", [1, 1]) },
        "tokenizer.ggml.token_type"
      ),
      (
        problem(level, "tokenizer.ggml.merges") { $0.add("tokenizer.ggml.merges", ["ab"]) },
        "tokenizer.ggml.merges"
      ),
      (problem(level, "tokenizer.ggml.merges") { _ in }, "tokenizer.ggml.merges"),
      (problem(piece, "tokenizer.ggml.scores") { _ in }, "tokenizer.ggml.scores"),
      (
        problem(piece, "tokenizer.ggml.scores") { $0.add("tokenizer.ggml.scores", [1, 2]) },
        "tokenizer.ggml.scores"
      ),
      (
        problem(piece, "tokenizer.ggml.bos_token_id") { $0.add("tokenizer.ggml.bos_token_id", "<s>") },
        "tokenizer.ggml.bos_token_id"
      ),
    ]
    for (problem, cause) in cases { #expect(problem.contains(cause), "\(problem)") }
  }

  @Test func changedMetadataIsAnErrorOrATokenizer() throws {
    let text = Array("ab <|end|> \u{E9}\n12".utf8) + [0xFF]
    var generator = SeededGenerator(seed: 3)
    for whole in [Self.byteLevel("llama-bpe").bytes, Self.sentencePiece().bytes] {
      var validCount = 0
      for _ in 0..<MutationTests.count / 2 {
        let bytes = MutationTests.changed(whole, header: whole.count, &generator)
        let path = try folder.write(bytes, as: "changed.gguf")
        let problem = failure {
          let tokenizer = try Tokenizer(gguf: GGUFFile(path: path).metadata)
          let tokens = tokenizer.encode(text)
          #expect(covers(tokens, text))
          _ = tokenizer.decode(tokens.map(\.id))
          validCount += 1
        }
        #expect(problem?.hasPrefix("another") != true, "\(problem ?? "")")
      }
      #expect(validCount < MutationTests.count / 2)
    }
  }
}
