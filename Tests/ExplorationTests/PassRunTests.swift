import Checkpoint
import Eviction
import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// Runs whose policies pass the prompt through the model again, and prompts that share their beginning.
@Suite struct PassRunTests {
  /// Tells a run and notes which stages it went through.
  static func tell(
    _ policies: [String], budget: Int = 24, text: String = RunTests.text, earlier: Run? = nil
  ) async throws -> (run: Run, stages: [Run.Stage]) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "test", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
    let settings = ExplorationSettings(
      budget: budget, policies: try policies.map { try Policy(parsing: $0) }, answerLimit: 4)
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    let stages = Mutex<[Run.Stage]>([])
    let told = await RunEngine(checkpoint: checkpoint, precision: .float32).run(run, earlier: earlier) {
      update in
      stages.withLock { $0.append(update.stage) }
    }
    return (told, stages.withLock { $0 })
  }

  /// The progress of the passes.
  static func passes(_ stages: [Run.Stage]) -> [PrefillProgress] {
    stages.compactMap { if case .pass(let progress) = $0 { progress } else { nil } }
  }

  @Test func policiesShareTheirPasses() async throws {
    let names = [
      "kvzip", "kvzip/global", "kvzip/global(within=layer)+critical", "kvcompose/compose", "kvcompose",
      "kvzip(chunk=40)",
      "kvzip+/global", "kvzip+chunkkv(size=8)", "kvzip+block(size=16)",
    ]
    let (run, stages) = try await Self.tell(names)
    #expect(run.stage == .done)
    #expect(run.unavailableReasons.isEmpty, "\(run.unavailableReasons)")
    #expect(run.results.map(\.policy.name) == names)
    #expect(run.results.allSatisfy { !$0.answer.tokens.isEmpty })
    #expect(run.passes.count == 4)
    let heads = run.results[0].kept.positions.joined()
    #expect(heads.allSatisfy { $0.count == 24 && $0.starts(with: 0..<4) })
    #expect(run.results[0].kept != run.results[3].kept)
    // Each pass ends in a report that all its tokens are done.
    #expect(Self.passes(stages).count { $0.tokensDone == $0.tokenCount } >= 4)
  }

  @Test func nobodyAsksAndNothingPasses() async throws {
    let (run, stages) = try await Self.tell(["snapkv", "laq"])
    #expect(run.passes.isEmpty && Self.passes(stages).isEmpty)
  }

  @Test func anotherBudgetScoresWithoutAnotherPass() async throws {
    let (first, _) = try await Self.tell(["kvzip"])
    let (again, stages) = try await Self.tell(["kvzip", "kvzip/global"], budget: 32, earlier: first)
    #expect(Self.passes(stages).isEmpty)
    #expect(again.results.count == 2)
    let (fresh, _) = try await Self.tell(["kvzip", "kvzip/global"], budget: 32)
    #expect(again.results.map(\.kept) == fresh.results.map(\.kept))
    // A policy that comes later asks for its own pass only.
    let (more, added) = try await Self.tell(["kvzip", "kvcompose"], budget: 32, earlier: again)
    #expect(Set(Self.passes(added).map(\.tokenCount)) == [more.prompt.tokens.count])
  }

  @Test func aPassIsStoppedBetweenTwoChunks() async throws {
    let run = try await PartialRunTests.stopped(["kvzip", "snapkv", "kvcompose"]) { run in
      if case .pass(let progress) = run.stage {
        progress.tokensDone * 3 > progress.tokenCount
      } else {
        false
      }
    }
    #expect(run.stage == .cancelled)
    #expect(run.passes.isEmpty)
    #expect(run.results.map(\.policy.name) == ["snapkv"])
    #expect(run.unavailableReasons.values.allSatisfy { $0.contains("stopped") })
    #expect(Set(run.unavailableReasons.keys.map(\.name)) == ["kvzip", "kvcompose"])
  }

  @Test func anotherQuestionPassesAlone() async throws {
    let text = PartialRunTests.longText
    let other = text.replacingOccurrences(of: "passcode of Temley?", with: "passcode of Brandton?")
    #expect(other != text)
    let (first, _) = try await Self.tell(["snapkv", "h2o", "kvzip"], text: text)
    let (second, stages) = try await Self.tell(["snapkv", "h2o", "kvzip"], text: other, earlier: first)
    let (fresh, _) = try await Self.tell(["snapkv", "h2o", "kvzip"], text: other)
    let passed = stages.compactMap {
      if case .prefill(let progress) = $0 { progress.tokenCount } else { nil }
    }
    #expect(passed.allSatisfy { $0 < 200 } && !passed.isEmpty)
    #expect(second.recording?.lastLogits == fresh.recording?.lastLogits)
    #expect(second.results.map(\.kept) == fresh.results.map(\.kept))
    #expect(second.results.map(\.answer.tokens) == fresh.results.map(\.answer.tokens))
    // What was measured of the other question is not taken for this one's.
    #expect(!Self.passes(stages).isEmpty)
  }

  @Test func aRequestEndsAsTheTurnDoes() throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let tokenizer = checkpoint.tokenizer
    func prompt(_ framing: PromptFraming) throws -> Prompt {
      try Prompt(name: "test", text: Array(" Some words. ".utf8), tokenizer: tokenizer, framing: framing)
    }
    func ids(_ text: String) -> [Int] {
      tokenizer.encode(Array(text.utf8), addingSpecialTokens: false).map(\.id)
    }
    let plain = try prompt(PromptFraming()).repetition
    #expect(plain.whole == ids("\n\nRepeat the previous context exactly."))
    #expect(plain.suffix == ids("\n") && plain.prefixCount == 0)

    let template = ChatTemplateFile(
      path: "chat_template.jinja",
      source: """
        {% for m in messages %}[{{ m.role }}]
        {{ m.content | trim }}[end]
        {% endfor %}[assistant]
        """, tokens: [:])
    let chat = try prompt(PromptFraming(question: "Which?", chat: template))
    #expect(chat.repetition.suffix == ids("[end]\n[assistant]"))
    let bytes = chat.tokens.indices.prefix(chat.repetition.prefixCount).flatMap { chat.bytes(at: $0) }
    #expect("[user]\n".hasPrefix(String(decoding: bytes, as: UTF8.self)) && !bytes.isEmpty)
    // A system's turn says something of its own.
    #expect(try prompt(PromptFraming(chat: template, system: "Be brief.")).repetition.prefixCount == 0)
  }
}
