import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer
@testable import Exploration

/// Whole runs on the embedded model.
@Suite struct RunTests {
  static let text = """
    The old mill was quiet. The passcode of Brandton is 48213. Nobody knew why the harp had been left in \
    the mill. The passcode of Temley is amber lantern. A dark wind came over the harbour while the \
    clerk was still at work. Every evening the baker closed the market and went home.

    Question: What is the passcode of Temley?
    Answer:
    """

  static func tell(
    _ policies: [String], budget: Int, granularity: Granularity = .kvHead, earlier: Run? = nil
  ) async throws -> Run {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "test", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
    let settings = ExplorationSettings(
      budget: budget, granularity: granularity, policies: try policies.map { try Policy(parsing: $0) },
      answerLimit: 16)
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings,
      vocabulary: Vocabulary(checkpoint.tokenizer))
    return await RunEngine(checkpoint: checkpoint, precision: .float32).run(run, earlier: earlier)
  }

  @Test func theEmbeddedModelFindsTheNeedle() async throws {
    let run = try await Self.tell(["laq"], budget: 64)
    #expect(run.stage == .done)
    let answer = try #require(run.full).answer
    #expect(run.vocabulary.text(answer.tokens) == " The passcode of Temley is amber lantern.")
    #expect(answer.hasEnded)
  }

  @Test func lookaheadStoresExactlyOneQueryPerPseudoToken() async throws {
    let run = try await Self.tell(["laq", "laq++(m=3)", "laq(m=200)"], budget: 24)
    let count = run.prompt.tokens.count
    for (result, limit) in zip(run.results, [8, 3, 200]) {
      let lookahead = try #require(result.lookahead)
      #expect(lookahead.queries.count == lookahead.pseudo.tokens.count)
      #expect(lookahead.queries.positions == Array(count..<count + lookahead.queries.count))
      #expect(lookahead.queries.count <= limit)
      // An end token is chosen, but never fed.
      #expect(lookahead.pseudo.hasEnded || lookahead.queries.count == limit)
      // The first pseudo token comes from the prefill's logits, as the full cache's first token does.
      #expect(lookahead.pseudo.tokens.first == run.full?.answer.tokens.first)
      #expect(lookahead.cheap?.positions.joined().allSatisfy { $0.count == 24 } == true)
    }
  }

  /// A lookahead whose first pseudo token ends the text feeds it, and goes on behind it as the authors' code
  /// does, or stops with its one query.
  @Test func anEndTokenInFrontIsFedAndWhatFollowsIsASetting() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "test", text: Array(Self.text.utf8), tokenizer: checkpoint.tokenizer)
    func lookaheads(_ names: [String], endTokens: Set<Int>) async throws -> [[Int]] {
      var request = RunRequest(
        prompt: prompt, policies: try names.map { try Policy(parsing: $0) }, budgets: [.tokens(64)],
        answerLimit: 8, endTokens: endTokens)
      request.parts = .answers
      return try await RunEngine(checkpoint: checkpoint, precision: .float32).results(request).dropFirst()
        .map { result in
          let lookahead = try #require(try result.get().lookahead)
          #expect(lookahead.queries.count == lookahead.pseudo.tokens.count)
          return lookahead.pseudo.tokens
        }
    }
    let names = ["laq(m=6)", "laq(m=6,eos=feed)", "laq(m=6,eos=stop)", "laq++(m=6,eos=stop)", "laq(m=1)"]
    let usual = try await lookaheads(names, endTokens: [])
    let first = try #require(usual.first?.first)
    #expect(usual.map(\.count) == [6, 6, 6, 6, 1])
    // The token in front ends the text now, and occurs no second time.
    #expect(!usual[0].dropFirst().contains(first))
    let ended = try await lookaheads(names, endTokens: [first])
    #expect(ended[0] == usual[0] && ended[1] == usual[0], "the authors go on feeding")
    #expect(ended[2] == [first] && ended[3] == [first] && ended[4] == [first])
    // One that comes later is chosen, and never fed.
    let later = try await lookaheads(names, endTokens: [usual[0][3]])
    #expect(later[0] == Array(usual[0].prefix(3)) && later[2] == later[0])
  }

  @Test(arguments: Granularity.allCases)
  func nothingChangesWhenTheBudgetHoldsEverything(_ granularity: Granularity) async throws {
    let names = PolicyRegistry.all.map(\.name)
    let run = try await Self.tell(names, budget: 4096, granularity: granularity)
    let full = try #require(run.full)
    for result in run.results {
      #expect(result.answer.tokens == full.answer.tokens, "\(result.policy)")
      #expect(result.massRecall.map { abs($0 - 1) < 1e-5 } == true, "\(result.policy)")
      #expect(result.answer.steps.allSatisfy { ($0.divergence ?? 0) < 1e-3 }, "\(result.policy)")
    }
  }

  @Test func everyPolicyKeepsItsBudget() async throws {
    let names = PolicyRegistry.all.map(\.name).filter { $0 != "full" }
    let run = try await Self.tell(names, budget: 20)
    #expect(run.results.count == names.count)
    for result in run.results {
      #expect(result.kept.positions.joined().allSatisfy { $0.count == 20 }, "\(result.policy)")
      #expect(!result.answer.tokens.isEmpty)
    }
  }

  @Test func theOracleCoversMoreOfTheDecodeAttentionThanAnyOther() async throws {
    let run = try await Self.tell(
      ["oracle", "laq", "snapkv", "h2o", "streaming"], budget: 24, granularity: .queryHead)
    let masses = try run.results.map { try #require($0.massRecall) }
    #expect(masses.dropFirst().allSatisfy { $0 <= masses[0] })
  }

  /// A gate runs along with a prefill: one that had none is done again, one that had is not.
  @Test func aGateThatIsAskedForLaterIsRun() async throws {
    let without = try await Self.tell(["snapkv"], budget: 24)
    #expect(without.gateScores == nil)
    let with = try await Self.tell(["gate"], budget: 24, earlier: without)
    let scores = try #require(with.gateScores).layers
    #expect(scores.map { $0.map(\.count) }.joined().allSatisfy { $0 == with.prompt.tokens.count })
    #expect(with.unavailableReasons.isEmpty && with.results.count == 1)
    let again = try await Self.tell(["gate"], budget: 20, earlier: with)
    #expect(again.gateScores?.layers == scores)
    #expect(again.seconds.prefill < with.seconds.prefill)
  }

  @Test func anEarlierRecordingIsUsedAgain() async throws {
    let first = try await Self.tell(["snapkv"], budget: 24)
    let again = try await Self.tell(["snapkv"], budget: 32, earlier: first)
    let fresh = try await Self.tell(["snapkv"], budget: 32)
    #expect(again.results[0].kept == fresh.results[0].kept)
    #expect(again.results[0].answer.tokens == fresh.results[0].answer.tokens)
    #expect(again.seconds.prefill < fresh.seconds.prefill)
  }

  @Test func aCancelledRunKeepsItsText() async throws {
    let task = Task.detached {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await Self.tell(["laq"], budget: 24)
    }
    let run = try await task.value
    #expect(run.stage == .cancelled)
    #expect(run.recording == nil)
    #expect(!run.prompt.tokens.isEmpty)
  }
}
