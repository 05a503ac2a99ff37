import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Tokenizer files that are broken, hostile, or ask for what is not supported.
@Suite struct TokenizerFileTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder(inMemory: true) }

  /// A fixture's text with one part replaced.
  private func changed(_ name: String, _ old: String, _ new: String) throws -> String {
    let text = try String(contentsOfFile: Places.fixture("\(name).tokenizer.json"), encoding: .utf8)
    try #require(text.contains(old), "the fixture has no \(old)")
    return text.replacingOccurrences(of: old, with: new)
  }

  private func problem(_ text: String) throws -> String? {
    let path = try folder.write(text)
    return failure { _ = try Tokenizer(path: path) }
  }

  private static let unusableByteLevel: [(old: String, new: String, cause: String)] = [
    (#""type":"BPE""#, #""type":"Unigram""#, "Unigram"),
    (#""type":"BPE""#, #""type":"WordPiece""#, "WordPiece"),
    (#""<unk>":0"#, #""<unk>":9223372036854775807"#, "vocab.<unk>"),
    (#""<unk>":0"#, #""<unk>":-1"#, "vocab.<unk>"),
    (#""<unk>":0"#, #""<unk>":4194304"#, "vocab.<unk>"),
    (#""<unk>":0"#, #""<unk>":true"#, "vocab.<unk>"),
    (#""<unk>":0"#, #""<unk>":"0""#, "vocab.<unk>"),
    (#""<unk>":0"#, #""<unk>":1"#, "no other token"),
    (#""<unk>":0"#, #""<s>":0"#, "twice"),
    (#""vocab":{"#, #""vocab":[],"other":{"#, "model.vocab"),
    (#""merges":["#, #""merges":{},"other":["#, "model.merges"),
    (#""merges":["#, #""merges":[["a"],"#, "model.merges[0]"),
    (#""merges":["#, #""merges":[7,"#, "model.merges[0]"),
    (#""merges":["#, #""merges":["ab","#, "model.merges[0]"),
    (#""merges":["#, #""merges":[["a","nowhere"],"#, "model.merges[0]"),
    (#""id":1,"content":"<s>""#, #""id":9223372036854775807,"content":"<s>""#, "added_tokens[1].id"),
    (#""id":1,"content":"<s>""#, #""id":-1,"content":"<s>""#, "added_tokens[1].id"),
    (#""lstrip":false"#, #""lstrip":1"#, "lstrip"),
    (#""normalized":false"#, #""normalized":"no""#, "normalized"),
    (#""ids":[1]"#, #""ids":[1000000]"#, "special_tokens.<s>.ids"),
    (#""ids":[1]"#, #""ids":[-1]"#, "special_tokens.<s>.ids"),
    (#""ids":[1]"#, #""ids":1"#, "special_tokens.<s>.ids"),
    (#""normalizer":null"#, #""normalizer":{"type":"BertNormalizer"}"#, "BertNormalizer"),
    (
      #""pre_tokenizer":{"type":"ByteLevel""#, #""pre_tokenizer":{"type":"BertPreTokenizer""#,
      "BertPreTokenizer"
    ),
    (
      #""pre_tokenizer":{"type":"ByteLevel""#,
      #""pre_tokenizer":{"type":"Split","behavior":"Isolated","pattern":{"Regex":"(?<=ab)b"}"#,
      "look behind"
    ),
    (
      #""pre_tokenizer":{"type":"ByteLevel""#,
      #""pre_tokenizer":{"type":"Split","behavior":"Isolate","pattern":{"Regex":"b"}"#,
      "'Isolated'"
    ),
    (#""decoder":{"type":"ByteLevel""#, #""decoder":{"type":"WordPiece""#, "WordPiece"),
    (#""type":"TemplateProcessing""#, #""type":"BertProcessing""#, "'post_processor.cls'"),
    (#""type":"TemplateProcessing""#, #""type":"Nothing""#, "the post-processor Nothing"),
    (#""dropout":null"#, #""dropout":0.5"#, "dropout"),
    (#""end_of_word_suffix":null"#, #""end_of_word_suffix":"</w>""#, "end_of_word_suffix"),
    (#""unk_token":null"#, #""unk_token":"nowhere""#, "unk_token"),
  ]

  @Test(arguments: unusableByteLevel)
  func aByteLevelFileThatCannotBeUsedIsAnErrorNamingWhy(
    _ old: String, _ new: String, naming cause: String
  ) throws {
    let problem = try problem(try changed("gpt2", old, new))
    #expect(problem?.contains(cause) == true, "\(problem ?? "was accepted")")
  }

  private static let unusableSentencePiece: [(old: String, new: String, cause: String)] = [
    (#""type":"Prepend""#, #""type":"Sandwich""#, "Sandwich"),
    (#""prepend":"▁""#, #""prepend":7"#, "prepend"),
    (#""String":" ""#, #""Regex":" *""#, "the empty text"),
  ]

  @Test(arguments: unusableSentencePiece)
  func aSentencePieceFileThatCannotBeUsedIsAnErrorNamingWhy(
    _ old: String, _ new: String, naming cause: String
  ) throws {
    let text = try changed("sentencepiece", old, new)
      .replacingOccurrences(of: #""unk_token":"<unk>""#, with: #""unk_token":null"#)
    let problem = try problem(text)
    #expect(problem?.contains(cause) == true, "\(problem ?? "was accepted")")
  }

  @Test func brokenFilesAreRefused() throws {
    for text in ["", "[]", "{}", #"{"model":1}"#, #"{"model":{}}"#, #"{"model":{"vocab":{},"merges":[]}}"#] {
      #expect(try problem(text) != nil, "\(text)")
    }
    let deep = String(repeating: #"{"model":"#, count: 100_000)
    #expect(try problem(deep)?.contains("nested") == true)
  }

  @Test(arguments: ["gpt2", "sentencepiece"])
  func changedBytesAreAnErrorOrATokenizer(_ name: String) throws {
    let original = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: Places.fixture("\(name).tokenizer.json"))))
    let text = Array("Once upon\u{301} a time 12 \u{2126} 😀".utf8) + [0xFF]
    for index in Sample.oneIn(3, of: Array(stride(from: 0, to: original.count, by: 37))) {
      var bytes = original
      bytes[index] ^= 1 << UInt8(index % 7)
      let path = try folder.write(bytes)
      let problem = failure {
        let tokens = try Tokenizer(path: path).encode(text)
        #expect(covers(tokens, text))
      }
      #expect(problem?.hasPrefix("another") != true)
    }
  }

  @Test func mergesAreSplitAtTheSpaceByteEvenBeforeACombiningMark() throws {
    let text = """
      {"model": {"type": "BPE", "unk_token": "u", "vocab": {"u": 0, "▁": 1, "e": 2, "\u{301}": 3, "e\u{301}": 4,
      "\u{E9}": 5}, "merges": ["e \u{301}"]}, "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}}
      """
    let tokenizer = try Tokenizer(path: try folder.write(text))
    #expect(tokenizer.encode(Array("e\u{301}".utf8)).map(\.id) == [4])
    #expect(tokenizer.encode(Array("\u{E9}".utf8)).map(\.id) == [5])
  }

  @Test(arguments: TokenizerHashTests.families)
  func changedFilesOfEveryFamilyAreAnErrorOrATokenizer(_ family: String) throws {
    let original = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: Places.fixture("parity/\(family).tokenizer.json"))))
    let text = Array("ab Once upon\u{301} <|end|> 12 \u{2126} ｶﾞ😀".utf8) + [0xFF]
    // The vocabulary, in the middle, is like every other: most changes go to what stands around it.
    let head = min(original.count, 3_000)
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<MutationTests.count / 15 {
      let path = try folder.write(MutationTests.changed(original, header: head, &generator))
      let problem = failure {
        let tokenizer = try Tokenizer(path: path)
        let tokens = tokenizer.encode(text)
        #expect(covers(tokens, text) || tokens.allSatisfy(\.byteRange.isEmpty))
        _ = tokenizer.decode(tokens.map(\.id), startsText: true)
      }
      #expect(problem?.hasPrefix("another") != true, "\(problem ?? "")")
    }
  }

  @Test func theOlderFilesOfAFolderAreOpened() throws {
    let configuration =
      #"{"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": {"257": {"content": "<|end|>", "special": true}}}"#
    let vocabulary = ByteAlphabet.scalars.map { String(Character($0)) } + ["ab"]
    let entries = vocabulary.enumerated().map { id, entry in
      let escaped = entry == "\"" || entry == "\\" ? "\\" + entry : entry
      return "\"\(escaped)\": \(id)"
    }
    _ = try folder.write("{" + entries.joined(separator: ",") + "}", as: "vocab.json")
    _ = try folder.write("#version: 0.2\na b\n", as: "merges.txt")
    _ = try folder.write(configuration, as: "tokenizer_config.json")
    let tokenizer = try Tokenizer(folder: folder.path)
    #expect(tokenizer.encode(Array("ab 1<|end|>".utf8)).map(\.id) == [256, 0x20, 0x31, 257])
    let begun = configuration.replacingOccurrences(
      of: "{\"tokenizer_class\"", with: #"{"bos_token": "<|end|>", "add_bos_token": true, "tokenizer_class""#)
    _ = try folder.write(begun, as: "tokenizer_config.json")
    #expect(try Tokenizer(folder: folder.path).encode(Array("ab".utf8)).map(\.id) == [257, 256])
    _ = try folder.write(
      configuration.replacingOccurrences(of: "Qwen2", with: "Bert"), as: "tokenizer_config.json")
    #expect(failure { _ = try Tokenizer(folder: folder.path) }?.contains("BertTokenizer") == true)
  }
}
