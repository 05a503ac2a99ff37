import Foundation
import TestSupport
import Testing

/// What the program says of a text and a model's files that are not quite as they should be.
@Suite(.serialized) struct ModelNoticeTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// The embedded model without a token for the byte 4, which stands as Ą in its vocabulary.
  private func model() throws -> String {
    let model = try folder.model("lacking")
    let tokenizer = try String(contentsOf: model.appendingPathComponent("tokenizer.json"), encoding: .utf8)
    #expect(tokenizer.contains("\"\u{104}\""))
    try Data(tokenizer.replacingOccurrences(of: "\"\u{104}\"", with: "\"[unused]\"").utf8)
      .write(to: model.appendingPathComponent("tokenizer.json"))
    try Data(#"{"eos_token_id": [1, -1]}"#.utf8).write(
      to: model.appendingPathComponent("generation_config.json"))
    return model.path
  }

  @Test func whatIsLeftOutIsSaidOnStandardErrorAndOnTheScreen() throws {
    let text = try folder.write("The mill\u{4} was quiet.", as: "control.txt")
    let outcome = try Program.run([
      "--model", model(), "--policy", "streaming", "--steps", "2", "--screen", "text", text,
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("control.txt: 1 byte (U+0004) has no token"), "\(outcome.errors)")
    #expect(outcome.errors.contains("eos_token_id -1 is ignored"), "\(outcome.errors)")
    #expect(outcome.output.contains("1 byte without a token left out"), "\(outcome.output)")
  }

  @Test func nothingIsSaidWhereAllIsWell() throws {
    let text = try folder.write("The mill was quiet.", as: "plain.txt")
    let outcome = try Program.run(["--policy", "streaming", "--steps", "2", "--screen", "text", text])
    #expect(
      outcome.status == 0 && outcome.errors.isEmpty && !outcome.output.contains("left out"),
      "\(outcome.errors)")
  }
}
