import Checkpoint
import Eviction
import TestSupport
import Testing
@testable import Exploration

/// Many answers from one prefill, the way of benchmarks, against runs, the way of screens.
@Suite struct AnswersTests {
  private static let names = [
    "laq", "laq++/ada", "laq(m=3)", "snapkv", "h2o+decode(every=1,keep=12)", "streaming+rerotate", "kvzip",
    "gate", "oracle",
  ]

  private func request(_ names: [String], budgets: [String], text: String = RunTests.text) throws -> (
    RunEngine, RunRequest
  ) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "test", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
    let request = RunRequest(
      prompt: prompt, policies: try names.map { try Policy(parsing: $0) },
      budgets: try budgets.map { try Budget(parsing: $0) },
      answerLimit: 16)
    return (RunEngine(checkpoint: checkpoint, precision: .float32), request)
  }

  @Test func everyBudgetAnswersAsItsRunDoes() async throws {
    let (engine, request) = try request(Self.names, budgets: ["24", "48"])
    let results = try await engine.results(request)
    #expect(results.count == 1 + 2 * Self.names.count)
    let answers = try results.map { try $0.get() }
    #expect(answers.map(\.policy.name) == ["full"] + Self.names.flatMap { [$0, $0] })
    for budget in [24, 48] {
      let run = try await RunTests.tell(Self.names, budget: budget)
      #expect(
        answers[0].answer.tokens == run.full?.answer.tokens
          && answers[0].answer.hasEnded == run.full?.answer.hasEnded)
      for result in run.results {
        let answer = try #require(
          answers.first { $0.policy == result.policy && $0.budget == .tokens(budget) })
        #expect(answer.answer.tokens == result.answer.tokens, "\(result.policy) at \(budget)")
        #expect(answer.answer.hasEnded == result.answer.hasEnded)
        let heads = run.recording.map { $0.shape.layerCount * $0.shape.kvHeadCount } ?? 1
        #expect(answer.kept.meanCount == Double(result.kept.totalCount) / Double(heads))
      }
    }
  }

  @Test func budgetsMayBeSharesAndMemory() async throws {
    let (engine, request) = try request(["streaming"], budgets: ["25%", "64KiB", "9999"])
    let results = try await engine.results(request)
    let count = request.prompt.tokens.count
    #expect(
      try results.map { try $0.get().kept.meanCount } == [
        Double(count), Double(count / 4), 12, Double(count),
      ])
    #expect(try results[3].get().answer.tokens == results[0].get().answer.tokens)
  }

  /// A budget of one policy ends nothing for the others.
  @Test func aBudgetThatHoldsNoTokenIsAnObstacleOfItsOwn() async throws {
    let (engine, request) = try request(["laq", "streaming"], budgets: ["1B", "24"])
    let results = try await engine.results(request)
    #expect(results.map(\.isAvailable) == [true, false, true, false, true])
    let unavailable = #expect(throws: Unavailable.self) { try results[1].get() }
    #expect(unavailable?.reason.contains("1B") == true)
    #expect(try !results[2].get().answer.tokens.isEmpty)
    let costs = try await engine.costs(request, repeats: 1)
    #expect(costs.entries.map { $0.unavailable == nil } == [true, false, true, false, true])
  }

  @Test func whatLacksItsEvidenceHasAnObstacleInPlaceOfAnAnswer() async throws {
    var (engine, request) = try request(["h2o", "snapkv"], budgets: ["24"], text: PartialRunTests.longText)
    request.recording = .windows
    let results = try await engine.results(request)
    // H2O looks at all queries, and a window was recorded.
    let unavailable = #expect(throws: Unavailable.self) { try results[1].get() }
    #expect(unavailable?.reason.contains("--recording all") == true)
    #expect(try !results[2].get().answer.tokens.isEmpty)
  }

  @Test func furtherEndTokensEndAnAnswer() async throws {
    var (engine, request) = try request(["laq"], budgets: ["48"])
    let whole = try await engine.results(request)[0].get().answer.tokens
    request.endTokens = [whole[3]]
    let cut = try await engine.results(request)[0].get().answer
    #expect(cut.tokens == Array(whole.prefix(whole.firstIndex(of: whole[3]) ?? 0)) && cut.hasEnded)
  }

  /// Whoever asks for kept tokens alone waits for no answer.
  @Test func keptTokensAloneAreThoseOfTheWholeRun() async throws {
    var (engine, request) = try request(["laq", "snapkv", "h2o"], budgets: ["24", "48"])
    let whole = try await engine.results(request)
    request.parts = []
    let kept = try await engine.results(request)
    #expect(try kept.map { try $0.get().kept } == whole.dropFirst().map { try $0.get().kept })
    #expect(try kept.allSatisfy { try !$0.get().hasAnswer } && whole.allSatisfy { try $0.get().hasAnswer })
    // The oracle chooses by what the full cache answers.
    request.policies = [try Policy(parsing: "oracle")]
    #expect(
      try await engine.results(request).map { try $0.get().policy.name } == ["full", "oracle", "oracle"])
  }

  @Test func cancellingStopsIt() async throws {
    let (engine, request) = try request(["laq"], budgets: ["48"])
    let task = Task.detached {
      while !Task.isCancelled { await Task.yield() }
      return try await engine.results(request)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

extension Result where Success == PolicyResult, Failure == Unavailable {
  fileprivate var isAvailable: Bool { (try? get()) != nil }
}
