import Checkpoint
import Eviction
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// Lanes that leave the full cache's answer, and are compared with the rest of it beside their own.
@Suite struct FollowingTests {
  private static func answers(_ names: [String], budgets: [String], text: String = RunTests.text) async throws
    -> ComparedAnswers
  {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "test", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
    let request = RunRequest(
      prompt: prompt, policies: try names.map { try Policy(parsing: $0) },
      budgets: try budgets.map { try Budget(parsing: $0) }, answerLimit: 16, parts: [.answers, .comparison])
    return try await RunEngine(checkpoint: checkpoint, precision: .float32).comparedAnswers(request)
  }

  private static func expectEqual(_ answers: ComparedAnswers) {
    for (result, alone) in zip(answers.results, answers.alone) {
      let name = "\(result.policy) at \(result.budget.map(String.init(describing:)) ?? "")"
      let leaves = result.answer.firstDifference(from: answers.full) != nil
      #expect((result.followed != nil) == leaves, "\(name)")
      let followed = result.followed ?? result.answer
      #expect(followed.tokens == alone.tokens && followed.steps == alone.steps, "\(name)")
      #expect(followed.heldTokens == alone.heldTokens, "\(name)")
    }
  }

  /// Among them caches that are moved, that shrink while they grow, and that answer in fewer tokens or more.
  @Test func whatIsSaidBesideAnAnswerIsWhatALaneOfItsOwnSays() async throws {
    let names = ["streaming", "snapkv", "h2o+decode(every=2,keep=12)", "streaming+rerotate", "random", "laq"]
    let answers = try await Self.answers(names, budgets: ["12", "24"])
    let left = answers.results.compactMap { $0.answer.firstDifference(from: answers.full) }
    #expect(left.count > 3 && Set(left).count > 1, "several lanes leave, not all at one token")
    Self.expectEqual(answers)
  }

  @Test func noTokenIsFedTwice() async throws {
    let answers = try await Self.answers(["streaming", "snapkv", "random", "h2o"], budgets: ["12"])
    var count = answers.results.reduce(0) { $0 + $1.answer.tokens.count }
    // From where a lane leaves to the last step, which is known without feeding its token.
    for difference in answers.results.compactMap({ $0.answer.firstDifference(from: answers.full) }) {
      count += answers.full.steps.count - 1 - difference
    }
    #expect(answers.fedTokenCount - answers.fullTokenCount == count)
  }

  @Test func equalCachesAreAnsweredOnce() async throws {
    let answers = try await Self.answers(["streaming", "snapkv", "h2o"], budgets: ["9999"])
    #expect(answers.results.allSatisfy { $0.answer.tokens == answers.full.tokens })
    #expect(answers.fedTokenCount - answers.fullTokenCount == answers.full.tokens.count)
  }

  @Test func ofMoreLanesThanAPassTakesEveryOneIsCompared() async throws {
    let names = ["streaming", "snapkv", "random", "h2o", "tova", "knorm", "keydiff"]
    let answers = try await Self.answers(names, budgets: ["10", "12", "16"])
    #expect(answers.results.count > Decoder.lanesOfAPass)
    for result in answers.results where result.answer.firstDifference(from: answers.full) != nil {
      #expect(result.followed?.tokens == answers.full.tokens)
      #expect(result.followed?.steps.count == answers.full.steps.count)
    }
  }
}

/// Results, and what each cache says at the tokens of the full cache's answer when it is fed nothing else.
private struct ComparedAnswers: Sendable {
  let full: Continuation
  let results: [PolicyResult]
  let alone: [Continuation]
  /// Tokens that were fed until the results were there, and those of the full cache among them.
  let fedTokenCount: Int, fullTokenCount: Int
}

extension RunEngine {
  fileprivate func comparedAnswers(_ request: RunRequest) throws -> ComparedAnswers {
    let active = try complete(request)
    guard let greedy = active.greedy, let full = active.run.full?.answer else { throw CancellationError() }
    let fed = greedy.fedTokenCount
    var lanes = active.run.results.map {
      greedy.lane($0, limit: full.steps.count, script: full.tokens)
    }
    for index in lanes.indices {
      var lane = [lanes[index]]
      try greedy.run(&lane)
      lanes[index] = lane[0]
    }
    return ComparedAnswers(
      full: full, results: active.run.results, alone: lanes.map(\.continuation), fedTokenCount: fed,
      fullTokenCount: full.tokens.count)
  }
}
