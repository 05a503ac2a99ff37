import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Tokens that the small files of a folder add beside `tokenizer.json`, against transformers'
/// (Fixtures/folders/make_folders.py).
@Suite struct FolderTokensTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder(inMemory: true) }

  private func write(_ contents: Any, as name: String) throws {
    _ = try folder.write(JSONSerialization.data(withJSONObject: contents), as: name)
  }

  @Test func idsAndNamesAreThoseOfTheReference() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Places.fixture("folders/expected.json")))
    let whole = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let texts = try #require(whole["texts"] as? [String])
    let tokenizers = try #require(whole["tokenizers"] as? [String: [String: Any]])
    let cases = try #require(whole["cases"] as? [[String: Any]])
    #expect(cases.count > 20)
    for entry in cases {
      let name = try #require(entry["name"] as? String)
      let kind = try #require(entry["tokenizer"] as? String)
      var description = try #require(tokenizers[kind])
      if let listed = entry["listed"] as? [Any] { description["added_tokens"] = listed }
      try write(description, as: "tokenizer.json")
      let files = try #require(entry["files"] as? [String: Any])
      for (file, contents) in files {
        try? FileManager.default.removeItem(atPath: folder.path + "/" + file)
        if !(contents is NSNull) { try write(contents, as: file) }
      }
      let tokenizer = try Tokenizer(folder: folder.path)
      #expect(texts.map { tokenizer.encode(Array($0.utf8)).map(\.id) } == entry["ids"] as? [[Int]], "\(name)")
      #expect(tokenizer.namedTokens == entry["names"] as? [String: String], "\(name)")
    }
  }

  /// A byte-level vocabulary without merges, and what is written beside it.
  private func tokenizer(_ files: [String: String]) throws -> Tokenizer {
    let entries = ByteAlphabet.scalars.enumerated().map { id, scalar in
      let text = String(Character(scalar))
      return "\"\(text == "\"" || text == "\\" ? "\\" + text : text)\": \(id)"
    }
    let vocabulary = "{" + entries.joined(separator: ",") + "}"
    _ = try folder.write(
      #"{"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "model": {"vocab": \#(vocabulary), "merges": []}}"#,
      as: "tokenizer.json")
    for (name, text) in files { _ = try folder.write(text, as: name) }
    return try Tokenizer(folder: folder.path)
  }

  @Test func namesComeFromTheConfigurationThenFromTheMapThenFromTheClass() throws {
    let map = #"{"bos_token": "<map>", "unk_token": {"content": "<unknown>", "lstrip": false}}"#
    let tokenizer = try tokenizer([
      "tokenizer_config.json": #"{"tokenizer_class": "GPT2Tokenizer", "bos_token": "<own>"}"#,
      "special_tokens_map.json": map,
    ])
    #expect(
      tokenizer.namedTokens == ["bos_token": "<own>", "unk_token": "<unknown>", "eos_token": "<|endoftext|>"])
    #expect(
      tokenizer.notices.count == 1
        && tokenizer.notices.allSatisfy { $0.contains("<map>") && $0.contains("<own>") })
    #expect(tokenizer.isSpecial(256) && tokenizer.encode(Array("<own>".utf8)).map(\.id) == [256])
  }

  @Test func idsThatTheReferenceCountsOtherwiseAreTold() throws {
    let entries = ByteAlphabet.scalars.prefix(3).enumerated().map { "\"\($1)\": \($0)" }.joined(
      separator: ",")
    _ = try folder.write(
      #"{"added_tokens": [{"id": 9, "content": "<end>", "special": true}], "model": {"vocab": {\#(entries)}, "merges": []}}"#,
      as: "tokenizer.json")
    let tokenizer = try Tokenizer(folder: folder.path)
    #expect(tokenizer.encode(Array("<end>".utf8)).map(\.id) == [3])
    #expect(tokenizer.notices.contains { $0.contains("<end> is 3, not 9") })
  }

  @Test(arguments: [
    ("tokenizer_config.json", #"{"added_tokens_decoder": {"x": {"content": "a"}}}"#, "added_tokens_decoder"),
    ("tokenizer_config.json", #"{"added_tokens_decoder": {"256": "a"}}"#, "added_tokens_decoder"),
    ("tokenizer_config.json", #"{"added_tokens_decoder": {"256": {}}}"#, "added_tokens_decoder.256.content"),
    ("tokenizer_config.json", #"{"bos_token": 3}"#, "bos_token"),
    ("special_tokens_map.json", #"{"eos_token": []}"#, "eos_token"),
    ("tokenizer_config.json", #"{"extra_special_tokens": "a"}"#, "extra_special_tokens"),
    ("special_tokens_map.json", #"{"additional_special_tokens": [1]}"#, "additional_special_tokens"),
    ("added_tokens.json", #"{"<a>": "1"}"#, "<a>"), ("added_tokens.json", "[]", "added_tokens.json"),
  ])
  func whatIsWrongNamesFileAndKey(_ file: String, _ text: String, _ key: String) {
    let problem = failure { _ = try tokenizer([file: text]) }
    #expect(problem?.contains(file) == true && problem?.contains(key) == true, "\(problem ?? "was accepted")")
  }
}
