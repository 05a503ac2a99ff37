import Checkpoint
import Eviction
import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer
@testable import Exploration

/// Why an answer was lost, on the embedded model and a text whose answer stands in it once.
@Suite struct WhyTests {
  private static func needle(_ policies: [String]) throws -> (RunEngine, Run) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let text = try Data(contentsOf: Places.root.appendingPathComponent("Samples/needle.txt"))
    let prompt = try Prompt(name: "needle.txt", text: Array(text), tokenizer: checkpoint.tokenizer)
    let settings = ExplorationSettings(
      budget: 48, policies: try policies.map { try Policy(parsing: $0) }, answerLimit: 24)
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    return (RunEngine(checkpoint: checkpoint, precision: .float32), run)
  }

  /// The number that is asked for is evicted: its own tokens are what the answer lacked.
  @Test func theNumbersOwnTokensBringTheAnswerBack() async throws {
    let (engine, opening) = try Self.needle(["snapkv"])
    let run = await engine.run(opening)
    let policy = run.settings.policies[0]
    let reports = Mutex<[WhyFinding]>([])
    let finding = await engine.why(try WhyFinding(run, policy: policy), of: run) { update in
      reports.withLock { $0.append(update) }
    }
    #expect(finding.stage == .found && finding.isSmallest)
    let text = String(decoding: run.prompt.text, as: UTF8.self)
    let number = try #require(text.range(of: "905"))
    let bytes =
      text.utf8.distance(
        from: text.startIndex, to: number.lowerBound)..<text.utf8.distance(
        from: text.startIndex, to: number.upperBound)
    for token in finding.restored {
      #expect(run.prompt.tokens[token.position].byteRange.overlaps(bytes), "token \(token.position)")
      #expect(
        !run.results[0].kept.positions(layer: token.layer, queryHead: token.queryHead).contains(
          token.position))
    }
    #expect(zip(finding.lost, finding.lost.dropFirst()).allSatisfy { $0.share >= $1.share })
    #expect(finding.tries > 1)
    #expect(reports.withLock { $0.last?.stage } == .found)

    // What it claims holds when the tokens are kept by hand, and without any one of them no more.
    var settings = run.settings
    settings.policies.append(finding.restoredPolicy)
    for left in finding.restored.indices {
      var fewer = finding.restored
      fewer.remove(at: left)
      if !fewer.isEmpty { settings.policies.append(policy.edited(fewer.map(\.restoring))) }
    }
    let again = await engine.run(
      Run(modelName: "", prompt: run.prompt, settings: settings, vocabulary: run.vocabulary),
      earlier: run)
    let answer = try #require(run.full).answer.tokens
    #expect(again.results[0].answer.tokens == run.results[0].answer.tokens, "the policy's own lane stays")
    #expect(again.results[1].answer.tokens == answer && again.results[1].policy.title == "SnapKV*")
    #expect(again.results.dropFirst(2).allSatisfy { $0.answer.tokens != answer })
  }

  @Test func aStoppedSearchSaysSo() async throws {
    let (engine, opening) = try Self.needle(["streaming"])
    let run = await engine.run(opening)
    let finding = try WhyFinding(run, policy: run.settings.policies[0])
    let work = Mutex<Task<WhyFinding, Never>?>(nil)
    let task = Task.detached {
      while work.withLock({ $0 == nil }) { await Task.yield() }
      return await engine.why(finding, of: run) { update in
        if update.tries > 0 { work.withLock { $0?.cancel() } }
      }
    }
    work.withLock { $0 = task }
    let stopped = await task.value
    #expect(stopped.stage == .cancelled)
    #expect(stopped.isFinished && !stopped.lost.isEmpty)
  }

  @Test func whatNeedsNoExplanationHasNone() async throws {
    let (engine, opening) = try Self.needle(["snapkv(w=16)", "oracle"])
    let absent = try Policy(parsing: "h2o")
    #expect(throws: WhyError.notFinished) { try WhyFinding(opening, policy: opening.settings.policies[0]) }
    let run = await engine.run(opening)
    #expect(throws: WhyError.noResult(absent)) { try WhyFinding(run, policy: absent) }
    let full = try #require(run.full)
    for result in run.results where result.answer.firstDifference(from: full.answer) == nil {
      #expect(throws: WhyError.sameAnswer(result.policy)) { try WhyFinding(run, policy: result.policy) }
    }
  }

  @Test func theExportNamesTheTokensAndTheAnswers() async throws {
    let (engine, opening) = try Self.needle(["snapkv"])
    let run = await engine.run(opening)
    let finding = await engine.why(try WhyFinding(run, policy: run.settings.policies[0]), of: run)
    let export = WhyExport(finding, of: run)
    let json = try #require(try JSONSerialization.jsonObject(with: export.json()) as? [String: Any])
    #expect(json["schema"] as? String == "laq-tui.why" && json["version"] as? Int == 1)
    #expect(json["outcome"] as? String == "found" && json["tries"] as? Int == finding.tries)
    let restored = try #require(json["restored"] as? [[String: Any]])
    #expect(restored.compactMap { $0["position"] as? Int } == finding.restored.map(\.position))
    #expect(restored.compactMap { $0["layer"] as? Int } == finding.restored.map(\.layer))
    #expect((json["answers"] as? [String: String])?["full"] == " The favour of Munathow is 905.")
    #expect(export.text.contains("found after \(finding.tries) tries"))
  }
}
