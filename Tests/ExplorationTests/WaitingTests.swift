import Eviction
import Testing
import Transformer

@testable import Exploration

/// Policies that wait until somebody looks at them.
@Suite struct WaitingTests {
  private static let names = ["laq(m=4)", "snapkv", "h2o", "streaming", "observed", "kvzip"]

  private static func policies(_ names: String...) throws -> [Policy] {
    try names.map { try Policy(parsing: $0) }
  }

  private static func expectSame(_ a: Run, _ b: Run, _ names: [Policy]) throws {
    for policy in names {
      let one = try #require(a.results.first { $0.policy == policy })
      let other = try #require(b.results.first { $0.policy == policy })
      #expect(one.kept == other.kept && one.agreement == other.agreement, "\(policy)")
      #expect(one.answer.tokens == other.answer.tokens && one.answer.steps == other.answer.steps, "\(policy)")
      #expect(one.followed?.steps == other.followed?.steps, "\(policy)")
      #expect(one.outputErrors == other.outputErrors && one.recallCeiling == other.recallCeiling, "\(policy)")
      #expect(one.scores?.layers == other.scores?.layers, "\(policy)")
    }
  }

  @Test func whatNobodyLooksAtAndTakesLongWaits() async throws {
    let engine = try CountedEngine()
    let watched = try Self.policies("laq(m=4)", "snapkv")
    let (run, cost) = await engine.run(try engine.begun(Self.names), lookingAt: watched)
    #expect(run.stage == .done && run.waiting.map(\.name) == ["h2o", "observed", "kvzip"])
    #expect(run.results.map(\.policy) == (try Self.policies("laq(m=4)", "snapkv", "streaming")))
    #expect(cost.scored.isEmpty && cost.passes == 0 && run.passes.isEmpty && run.unavailable.isEmpty)
    #expect(run.results.allSatisfy { $0.answer.isComplete(limit: 16) })
  }

  @Test func nothingWaitsWhereAllIsWantedOrLittleIsToDo() async throws {
    let engine = try CountedEngine()
    let (whole, cost) = await engine.run(try engine.begun(Self.names))
    #expect(whole.waiting.isEmpty && whole.results.count == Self.names.count && cost.passes == 1)
    #expect(cost.scored == Set(try Self.policies("h2o", "observed")))
    let short = try CountedEngine(leastWork: WaitingPolicies.leastWork)
    let (run, _) = await short.run(try short.begun(Self.names), lookingAt: try Self.policies("laq(m=4)"))
    #expect(run.waiting.isEmpty && run.results.count == Self.names.count)
  }

  /// The work of a second on the sizes of a public model: 30 layers of 9 heads of 64.
  @Test func longPromptsWaitAndShortOnesDoNot() async throws {
    let shape = ModelShape(layerCount: 30, queryHeadCount: 9, kvHeadCount: 3, headDimension: 64)
    func waiting(_ count: Int, _ names: [String], passes: Set<ContextPass> = []) throws -> [String] {
      let text = String(repeating: "a", count: count)
      let engine = try CountedEngine()
      let prompt = try Prompt(
        name: "", text: Array(text.utf8), tokenizer: engine.checkpoint.tokenizer)
      var request = RunRequest(
        prompt: prompt, policies: try names.map { try Policy(parsing: $0) }, budgets: [.tokens(96)])
      request.watched = []
      #expect(prompt.tokens.count > count / 3)
      return WaitingPolicies.of(
        request, shape: shape, passes: passes, earlier: [], leastWork: WaitingPolicies.leastWork
      ).map(\.name)
    }
    let names = ["snapkv", "h2o", "laq(cheap=h2o)", "expected", "streaming", "kvzip"].filter {
      Policy($0) != nil
    }
    #expect(try waiting(40, names) == [])
    #expect(try waiting(60_000, names).contains("h2o") && waiting(60_000, names).contains("kvzip"))
    #expect(try !waiting(60_000, names).contains("snapkv") && !waiting(60_000, names).contains("streaming"))
    let pass = try #require(try Policy(parsing: "kvzip").pass)
    #expect(try !waiting(60_000, names, passes: [pass]).contains("kvzip"))
  }

  @Test func whatIsLookedAtLaterIsWhatWouldHaveBeenComputed() async throws {
    let engine = try CountedEngine()
    let (whole, _) = await engine.run(try engine.begun(Self.names))
    let watched = try Self.policies("laq(m=4)", "snapkv")
    let (begun, _) = await engine.run(try engine.begun(Self.names), lookingAt: watched)
    let other = try Self.policies("h2o")
    #expect(begun.lacks(other) && !begun.lacks(watched))
    let (caught, cost) = await engine.catchUp(begun, lookingAt: other)
    #expect(caught.stage == .done && caught.waitingStage == nil)
    #expect(caught.waiting == (try Self.policies("observed", "kvzip")))
    #expect(cost.prefills == 0 && cost.passes == 0 && cost.scored == Set(other))
    try Self.expectSame(caught, whole, watched + other)
    #expect(!caught.lacks(other))
    // The list's order, whichever came first.
    #expect(caught.results.map(\.policy.name) == ["laq(m=4)", "snapkv", "h2o", "streaming"])
    let (rest, more) = await engine.catchUp(caught, lookingAt: caught.settings.policies)
    #expect(rest.waiting.isEmpty && more.passes == 1 && more.scored.map(\.name) == ["observed"])
    try Self.expectSame(rest, whole, whole.settings.policies)
    #expect(!rest.lacks(rest.settings.policies))
    #expect(rest.figures == whole.figures)
  }

  /// Answers stand on every screen; what they are compared with token by token does not.
  @Test func onlyWhatIsLookedAtIsHeldAgainstTheFullAnswer() async throws {
    let engine = try CountedEngine()
    let names = ["snapkv", "streaming", "random", "knorm"]
    let (whole, all) = await engine.run(try engine.begun(names, budget: 12))
    let left = whole.results.filter { $0.followed != nil }.map(\.policy)
    try #require(left.count > 1)
    let (begun, cost) = await engine.run(try engine.begun(names, budget: 12), lookingAt: [left[0]])
    #expect(begun.results.filter { $0.followed != nil }.map(\.policy) == [left[0]])
    #expect(begun.results.map(\.answer.tokens) == whole.results.map(\.answer.tokens))
    #expect(cost.fedTokens < all.fedTokens)
    let (caught, _) = await engine.catchUp(begun, lookingAt: begun.settings.policies)
    try Self.expectSame(caught, whole, whole.settings.policies)
  }

  @Test func whatIsStoppedGoesOnWaitingAndNothingIsLost() async throws {
    let engine = try CountedEngine()
    let watched = try Self.policies("laq(m=4)", "snapkv")
    let (begun, _) = await engine.run(try engine.begun(Self.names), lookingAt: watched)
    let other = try Self.policies("h2o")
    let task = Task.detached { [engine] in
      withUnsafeCurrentTask { $0?.cancel() }
      return await engine.catchUp(begun, lookingAt: other)
    }
    let (stopped, _) = await task.value
    #expect(stopped.stage == .done && stopped.waitingStage == nil && stopped.waiting == begun.waiting)
    try Self.expectSame(stopped, begun, begun.results.map(\.policy))
    let (caught, _) = await engine.catchUp(stopped, lookingAt: other)
    #expect(caught.results.contains { $0.policy == other[0] })
  }

  @Test func everyQuestionIsPutToWhatHasWaited() async throws {
    let engine = try CountedEngine()
    let text = String(RunTests.text.prefix(while: { $0 != "?" })).replacing("Question:", with: "")
    let prompt = try Prompt(
      name: "test", text: Array(text.utf8), tokenizer: engine.checkpoint.tokenizer,
      framing: PromptFraming(
        question: "What is the passcode of Temley?", asksAfterEviction: true,
        questions: ["What is the passcode of Temley?", "What is the passcode of Brandton?"]),
      contextLength: nil, answerLimit: 6)
    let settings = ExplorationSettings(
      budget: 24, policies: try Self.policies("snapkv", "h2o"), answerLimit: 6)
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings,
      vocabulary: Vocabulary(engine.checkpoint.tokenizer))
    let (whole, _) = await engine.run(run)
    let (begun, _) = await engine.run(run, lookingAt: [settings.policies[0]])
    #expect(begun.answered.map(\.results.count) == [1] && begun.waiting == [settings.policies[1]])
    let (caught, _) = await engine.catchUp(begun, lookingAt: settings.policies)
    #expect(caught.answered.map(\.results.count) == [2])
    #expect(
      caught.answered.first?.results.map(\.answer.tokens)
        == whole.answered.first?.results.map(\.answer.tokens))
    try Self.expectSame(caught, whole, settings.policies)
  }
}
