import Foundation
import TestSupport
import Testing

/// The program records what its model saw, and explores it without the model.
@Suite(.serialized) struct TraceTests {
  private let folder: ScratchFolder
  private var trace: String { folder.path("trace.safetensors") }

  init() throws {
    folder = try ScratchFolder()
    let text = folder.url.appendingPathComponent("short.txt")
    try Data(
      "The passcode of Temley is amber lantern. The old mill was quiet.\n\nWhat is the passcode of Temley?"
        .utf8
    )
    .write(to: text)
    let outcome = try Program.run([
      text.path, "--record", trace, "--budget", "16", "--steps", "6", "--policy", "laq",
    ])
    #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
  }

  private static let views = ["text", "heatmap", "heads", "compare", "timeline", "lookahead"]

  @Test func everyViewShowsATrace() throws {
    for view in Self.views {
      let outcome = try Program.run([
        trace, "--screen", view, "--budget", "16", "--policy", "laq", "--policy", "kvzip",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("short.txt") && outcome.output.contains("a trace of embedded"))
      if view == "compare" {
        #expect(
          outcome.output.contains("no answer: needs the model") && outcome.output.contains("second pass"))
        #expect(!outcome.output.contains("lookahead recorded"))
      }
    }
    let other = try Program.run([
      trace, "--screen", "timeline", "--budget", "12", "--policy", "laq", "--keys", ",Y",
    ])
    #expect(
      other.output.contains("lookahead recorded with B=16") && other.output.contains("why? decodes anew"))
  }

  /// Keys come before what is recorded, as they come before what is printed.
  @Test func whatKeysHaveAskedIsRecorded() throws {
    let text = folder.path("short.txt")
    let target = folder.path("asked")
    let outcome = try Program.run([
      text, "--record", target, "--policy", "laq", "--steps", "2", "--keys", "iWho was quiet?<Enter>b",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let shown = try Program.run([target, "--screen", "text"])
    let words = shown.output.replacing("·", with: " ")
    #expect(words.contains("Who was quiet?"), "\(shown.output)\(shown.errors)")
  }

  @Test func numbersThatAreNoneAreDrawn() throws {
    var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: trace)))
    // All bits set are no number in any format; tokens and small tensors stand at both ends.
    for place in bytes.count / 4..<bytes.count * 3 / 4 { bytes[place] = 0xFF }
    let odd = folder.path("odd")
    try Data(bytes).write(to: URL(fileURLWithPath: odd))
    for view in Self.views {
      let outcome = try Program.run([odd, "--screen", view, "--budget", "16", "--keys", "+o]}p"])
      #expect(
        outcome.status == 0 || outcome.errors.hasPrefix("laq-tui: \(odd)"), "\(view): \(outcome.errors)")
    }
  }

  @Test func whatNeedsTheModelIsRefusedWithItsName() throws {
    for option in [
      ["--question", "Why?"], ["--answer-prefix", "It"], ["--why", "laq"], ["--steps", "3"],
      ["--record", "x"],
    ] {
      let outcome = try Program.run([trace] + option)
      #expect(
        outcome.status == 1 && outcome.errors.contains("\(option[0]) needs the model"), "\(outcome.errors)")
    }
  }

  /// With its model a trace is answered as the text was; another model is refused, and so is what would change
  /// the prompt.
  @Test func aTraceIsAnsweredByItsModel() throws {
    let shared = [
      "--budget", "16", "--policy", "laq", "--policy", "snapkv", "--screen", "compare", "--steps", "6",
    ]
    let outcome = try Program.run([trace, "--model", "embedded"] + shared)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let live = try Program.run([folder.path("short.txt")] + shared)
    func answers(_ output: String) -> [Substring] {
      output.split(separator: "\n").filter { $0.contains("LAQ  ") || $0.contains("SnapKV  ") }
    }
    #expect(answers(outcome.output) == answers(live.output) && !answers(live.output).isEmpty)
    #expect(!outcome.output.contains("needs the model"))
    for option in [["--question", "Why?"], ["--answer-prefix", "It"]] {
      let refused = try Program.run([trace, "--model", "embedded"] + option)
      #expect(refused.status == 1 && refused.errors.contains("a trace's prompt is as it was recorded"))
    }
    let missing = try Program.run([trace, "--model", "/a/model"])
    #expect(missing.status == 1 && missing.errors.contains("/a/model"), "\(missing.errors)")
    let model = try folder.model("other")
    let config = model.appendingPathComponent("config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    let other = text.replacing(/"num_key_value_heads"\s*:\s*\d+/, with: "\"num_key_value_heads\": 8")
    #expect(other != text)
    try other.write(to: config, atomically: true, encoding: .utf8)
    let refused = try Program.run([trace, "--model", model.path])
    #expect(
      refused.status == 1 && refused.errors.contains("5 layers of 8 query and 4 KV heads")
        && refused.errors.contains("5 layers of 8 query and 8 KV heads"), "\(refused.errors)")
  }

  @Test func exportsAreThoseOfTheModel() throws {
    func export(_ source: String) throws -> [String: Any] {
      let target = folder.path("kept.json")
      let outcome = try Program.run(
        [source, "--export", target, "--force", "--budget", "16", "--policy", "laq", "--policy", "snapkv"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: target)))
      return try #require(json as? [String: Any])
    }
    let (told, live) = try (export(trace), export(folder.path("short.txt")))
    func kept(_ export: [String: Any]) -> [NSObject?] {
      (export["policies"] as? [[String: Any]] ?? []).map { $0["keptPerLayerAndHead"] as? NSObject }
    }
    #expect(kept(told) == kept(live) && kept(told).count == 3)
    #expect((told["prompt"] as? NSObject) == (live["prompt"] as? NSObject))
  }

  @Test func aTraceIsNotRecordedOverAFile() throws {
    let text = folder.path("short.txt")
    let outcome = try Program.run([text, "--record", trace])
    #expect(outcome.status == 1 && outcome.errors.contains("exists"))
  }
}
