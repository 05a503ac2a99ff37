import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Foundation
import KeyStorm

/// Random keys on texts that passed through the embedded model, hostile ones among them: no key may take
/// longer than 100 ms.
struct KeyBench {
  private static let longestMilliseconds = 100.0
  let keys: Int

  func run() async throws {
    let runs = try await runs()
    var storm = KeyStorm(runs: runs, seed: 1)
    let report = storm.run(keys: keys)
    let milliseconds = report.seconds.map { 1000 * $0 }
    let result = KeyReport(
      keys: report.keys, frames: report.frames, medianMilliseconds: FrameBench.quantile(milliseconds, 0.5),
      p99Milliseconds: FrameBench.quantile(milliseconds, 0.99), slowestMilliseconds: milliseconds.max() ?? 0,
      slowest: report.slowest, fault: report.fault)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(result), as: UTF8.self))
    if report.fault != nil || result.slowestMilliseconds > Self.longestMilliseconds { throw KeyFailure() }
  }

  /// Every hostile text, and one that asks something; where the model has no room for a text, only its tokens
  /// are shown.
  private func runs() async throws -> [Run] {
    let checkpoint = try Checkpoint(path: EmbeddedModel.folder())
    let engine = RunEngine(checkpoint: checkpoint)
    let question = Array(
      "The passcode of Temley is amber lantern.\nQuestion: What is the passcode of Temley?\nAnswer:".utf8)
    let texts =
      [("question", question)] + HostileTexts.all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let policies = ["laq", "snapkv", "streaming", "h2o", "oracle"].compactMap { Policy($0) }
    var runs: [Run] = []
    for (name, text) in texts {
      let prompt = try Prompt(
        name: "a\u{1B}[2J\u{202E}\n" + name, text: text, tokenizer: checkpoint.tokenizer)
      let run = Run(
        modelName: "embedded", prompt: prompt,
        settings: ExplorationSettings(budget: 16, policies: policies, answerLimit: 16),
        vocabulary: Vocabulary(checkpoint.tokenizer))
      let fits = prompt.tokens.count + 16 <= checkpoint.configuration.contextLength
      runs.append(fits ? await engine.run(run) : run)
    }
    return runs
  }
}

private struct KeyFailure: Error, CustomStringConvertible {
  let description = "a key took more than 100 ms, or led to a screen that is not clean: see above"
}

/// What the storm came to.
private struct KeyReport: Encodable {
  let keys: Int
  let frames: Int
  let medianMilliseconds: Double
  let p99Milliseconds: Double
  let slowestMilliseconds: Double
  let slowest: String
  let fault: String?
}
