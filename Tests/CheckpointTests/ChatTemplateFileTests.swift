import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Where a model's chat template stands.
@Suite struct ChatTemplateFileTests {
  private let folder: ScratchFolder

  /// A model that opens; no test needs its weights.
  init() throws {
    folder = try ScratchFolder()
    let model = URL(fileURLWithPath: Places.embeddedModel)
    for name in ["config.json", "tokenizer.json"] {
      _ = try folder.write(String(contentsOf: model.appendingPathComponent(name), encoding: .utf8), as: name)
    }
  }

  private func template() throws -> ChatTemplateFile? { try Checkpoint(path: folder.path).chatTemplate() }

  private func configure(_ json: String) throws { _ = try folder.write(json, as: "tokenizer_config.json") }

  @Test func aModelMayHaveNone() throws {
    #expect(try template() == nil)
    try configure(#"{"bos_token": "<s>"}"#)
    #expect(try template() == nil)
    try configure(#"{"chat_template": null}"#)
    #expect(try template() == nil)
  }

  @Test func itStandsInTheTokenizersConfiguration() throws {
    try configure(
      #"{"chat_template": "{{ x }}\n", "bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null}"#
    )
    let found = try #require(try template())
    #expect(found.source == "{{ x }}\n")
    #expect(found.tokens == ["bos_token": "<s>", "eos_token": "</s>"])
    #expect(found.path.hasSuffix("tokenizer_config.json"))
  }

  @Test func aFileBesideItComesFirst() throws {
    try configure(#"{"chat_template": "a", "bos_token": "<s>"}"#)
    _ = try folder.write("b\n", as: "chat_template.jinja")
    let found = try #require(try template())
    #expect(found.source == "b\n")
    #expect(found.tokens == ["bos_token": "<s>"])
    #expect(found.path.hasSuffix("chat_template.jinja"))
    try FileManager.default.removeItem(atPath: folder.path + "/tokenizer_config.json")
    #expect(try template()?.tokens == [:])
  }

  @Test func ofSeveralTheDefaultIsTaken() throws {
    try configure(
      #"{"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}"#)
    #expect(try template()?.source == "d")
    try configure(#"{"chat_template": [{"name": "tool_use", "template": "t"}]}"#)
    let problem = failure { _ = try template() }
    #expect(problem?.contains("'default'") == true && problem?.contains("tool_use") == true)
  }

  @Test(arguments: [
    #"{"chat_template": 5}"#, #"{"chat_template": [{"name": "default"}]}"#, #"{"chat_template": ["x"]}"#,
    #"{"chat_template": "x", "bos_token": 3}"#, #"{"chat_template": "x", "bos_token": {"id": 3}}"#, "{", "[]",
  ])
  func whatIsWrongNamesFileAndKey(_ json: String) throws {
    try configure(json)
    let problem = failure { _ = try template() }
    #expect(problem?.contains("tokenizer_config.json") == true, "\(json): \(problem ?? "none")")
  }

  @Test func aGGUFFileHasItInItsMetadata() throws {
    func metadata(_ values: [String: GGUFValue]) -> GGUFMetadata {
      GGUFMetadata(file: "m.gguf", values: values)
    }
    let tokens: [String: GGUFValue] = [
      "tokenizer.ggml.tokens": .strings(["<unk>", "<s>", "</s>"]),
      "tokenizer.ggml.bos_token_id": .integer(1), "tokenizer.ggml.eos_token_id": .integer(2),
    ]
    #expect(try Checkpoint.chatTemplate(in: metadata(tokens)) == nil)
    let template: [String: GGUFValue] = ["tokenizer.chat_template": .string("{{ x }}")]
    let found = try #require(try Checkpoint.chatTemplate(in: metadata(tokens.merging(template) { $1 })))
    #expect(found.source == "{{ x }}")
    #expect(found.tokens == ["bos_token": "<s>", "eos_token": "</s>"])
    #expect(try Checkpoint.chatTemplate(in: metadata(template))?.tokens == [:])
    let wrong: [String: GGUFValue] = ["tokenizer.ggml.bos_token_id": .integer(3)]
    let others = try Checkpoint.chatTemplate(
      in: metadata(tokens.merging(template) { $1 }.merging(wrong) { $1 }))
    #expect(others?.tokens == ["eos_token": "</s>"])
  }
}
