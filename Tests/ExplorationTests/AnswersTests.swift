import Checkpoint
import Eviction
import TestSupport
import Testing
@testable import Exploration

/// Many answers from one prefill, the way of benchmarks, against stories, the way of screens.
@Suite struct AnswersTests {
  private static let names = [
    "laq", "laq++/ada", "laq(m=3)", "snapkv", "h2o+decode(every=1,keep=12)", "streaming+rerotate", "kvzip", "gate", "oracle",
  ]

  private func request(_ names: [String], budgets: [String], text: String = StoryTests.text) throws -> (Explorer, AnswerRequest) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "test", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
    let request = AnswerRequest(
      prompt: prompt, policies: try names.map { try Policy(parsing: $0) }, budgets: try budgets.map { try Budget(parsing: $0) },
      answerLimit: 16)
    return (Explorer(checkpoint: checkpoint, precision: .float32), request)
  }

  @Test func everyBudgetAnswersAsItsStoryDoes() async throws {
    let (explorer, request) = try request(Self.names, budgets: ["24", "48"])
    let answers = try await explorer.answers(request)
    #expect(answers.count == 1 + 2 * Self.names.count)
    #expect(answers.map(\.policy.name) == ["full"] + Self.names.flatMap { [$0, $0] })
    for budget in [24, 48] {
      let story = try await StoryTests.tell(Self.names, budget: budget)
      #expect(answers[0].tokens == story.full?.answer.tokens && answers[0].hasEnded == story.full?.answer.hasEnded)
      for lane in story.lanes {
        let answer = try #require(answers.first { $0.policy == lane.policy && $0.budget == .tokens(budget) })
        #expect(answer.tokens == lane.answer.tokens, "\(lane.policy) at \(budget)")
        #expect(answer.hasEnded == lane.answer.hasEnded)
        let heads = story.recording.map { $0.shape.layerCount * $0.shape.kvHeadCount } ?? 1
        #expect(answer.keptTokens == Double(lane.kept.totalCount) / Double(heads))
      }
    }
  }

  @Test func budgetsMayBeSharesAndMemory() async throws {
    let (explorer, request) = try request(["streaming"], budgets: ["25%", "64KiB", "9999"])
    let answers = try await explorer.answers(request)
    let count = request.prompt.tokens.count
    #expect(answers.map(\.keptTokens) == [Double(count), Double(count / 4), 12, Double(count)])
    #expect(answers[3].tokens == answers[0].tokens)
  }

  /// A budget of one policy ends nothing for the others.
  @Test func aBudgetThatHoldsNoTokenIsAnObstacleOfItsOwn() async throws {
    let (explorer, request) = try request(["laq", "streaming"], budgets: ["1B", "24"])
    let answers = try await explorer.answers(request)
    #expect(answers.map { $0.obstacle == nil } == [true, false, true, false, true])
    #expect(answers[1].obstacle?.contains("1B") == true)
    #expect(answers[1].tokens.isEmpty && !answers[2].tokens.isEmpty)
    let costs = try await explorer.costs(request, repeats: 1)
    #expect(costs.entries.map { $0.obstacle == nil } == [true, false, true, false, true])
  }

  @Test func whatLacksItsEvidenceHasAnObstacleInPlaceOfAnAnswer() async throws {
    var (explorer, request) = try request(["h2o", "snapkv"], budgets: ["24"], text: PartialStoryTests.longText)
    request.recording = .windows
    let answers = try await explorer.answers(request)
    // H2O looks at all queries, and a window was recorded.
    #expect(answers[1].obstacle?.contains("--recording all") == true && answers[1].tokens.isEmpty)
    #expect(answers[2].obstacle == nil && !answers[2].tokens.isEmpty)
  }

  @Test func furtherEndTokensEndAnAnswer() async throws {
    var (explorer, request) = try request(["laq"], budgets: ["48"])
    let whole = try await explorer.answers(request)[0].tokens
    request.endTokens = [whole[3]]
    let cut = try await explorer.answers(request)[0]
    #expect(cut.tokens == Array(whole.prefix(whole.firstIndex(of: whole[3]) ?? 0)) && cut.hasEnded)
  }

  @Test func cancellingStopsIt() async throws {
    let (explorer, request) = try request(["laq"], budgets: ["48"])
    let task = Task.detached {
      while !Task.isCancelled { await Task.yield() }
      return try await explorer.answers(request)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
