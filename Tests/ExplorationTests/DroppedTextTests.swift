import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Exploration

/// Texts with what a model's vocabulary has no token for, or the model no embedding.
@Suite struct DroppedTextTests {
  /// A vocabulary of three letters, and one token more than the embedding has rows.
  private func tokenizer() throws -> Tokenizer {
    let folder = try ScratchFolder()
    let model = #"{"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}"#
    let text = #"{"model": \#(model), "added_tokens": [{"id": 3, "content": "<pad>", "special": true}]}"#
    try folder.write(text, as: "tokenizer.json")
    let configuration = try String(contentsOfFile: Places.embeddedModel + "/config.json", encoding: .utf8)
    let smaller = configuration.replacing(/"vocab_size": \d+/, with: #""vocab_size": 3"#)
    try folder.write(smaller, as: "config.json")
    return try Checkpoint(path: folder.path).tokenizer
  }

  private func prompt(_ text: String) throws -> Prompt {
    try Prompt(name: "notes.txt", text: Array(text.utf8), tokenizer: try tokenizer())
  }

  @Test func whatIsLeftOutIsCountedAndNamed() throws {
    let dropped = try #require(try prompt("ax\u{E9}b\u{1F600}xyzab").dropped)
    #expect(
      dropped.byteCount == 10 && dropped.characters == ["U+0078", "U+00E9", "U+1F600", "U+0079", "U+007A"])
    #expect(
      dropped.sentence
        == "10 bytes (U+0078, U+00E9, U+1F600, U+0079 and 1 more) have no token in this model's vocabulary and are left out"
    )
    #expect(
      try prompt("a\u{4}b").dropped?.sentence
        == "1 byte (U+0004) has no token in this model's vocabulary and is left out")
    #expect(try prompt("abba").dropped == nil)
  }

  @Test func aTextOfNothingElseIsRefused() throws {
    #expect(throws: PromptError.nothingKnown("notes.txt", byteCount: 2)) { try prompt("xy") }
  }

  @Test func onlyATextWithATokenThatTheModelHasNotIsRefused() throws {
    #expect(try prompt("ab").tokens.map(\.id) == [2])
    let error = PromptError.notEmbedded("notes.txt", token: "<pad>", id: 3, limit: 3)
    #expect(throws: error) { try prompt("ab<pad>") }
    #expect(error.description.contains("'<pad>'") && error.description.contains("0 to 2"))
  }
}
