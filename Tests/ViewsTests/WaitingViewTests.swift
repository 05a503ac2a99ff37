import Eviction
import Screen
import Testing
import Transformer

@testable import Exploration
@testable import Views

/// What is seen of policies that wait until somebody looks at them, and which these are.
@Suite struct WaitingViewTests {
  private static let size = Size(width: 120, height: 36)

  private static let run = RunFixture.makeRun(names: ["laq", "snapkv", "streaming", "h2o"])

  /// A finished run with the policy at a place still waiting.
  private static func state(waiting place: Int = 3) -> ViewState {
    var run = Self.run
    let policy = run.settings.policies[place]
    run.results.removeAll { $0.policy == policy }
    run.waiting = [policy]
    var state = ViewState(run: run, theme: .mono)
    (state.setup.policy, state.setup.pinned) = (0, 1)
    return state
  }

  private func text(_ state: ViewState) -> String { TextRenderer.text(state.draw(size: Self.size)) }

  @Test func aWaitingPolicySaysSoAndComesWhenItIsActive() throws {
    var state = Self.state()
    let policy = state.setup.settings.policies[3]
    #expect(
      text(state).split(separator: "\n").contains {
        $0.contains(policy.title) && $0.contains("waits until you look")
      })
    #expect(state.missingPolicies.isEmpty && state.watched == Array(state.setup.settings.policies[0...1]))
    for _ in 0..<3 { _ = state.handle(.character("p"), size: Self.size) }
    #expect(state.setup.policy == 3 && state.missingPolicies == [policy])
    #expect(text(state).contains("is computed now") && !text(state).contains("waits until you look"))
    // With progress while it is.
    state.run = state.run.waiting(at: .scoring(policy: policy, head: 3, of: 4))
    #expect(text(state).contains("\(policy.title) looks at every row of attention, head 3 of 4"))
    // Everything else stays as it is.
    #expect(state.run.stage == .done && text(state).contains("the tide clock"))
  }

  @Test func viewsThatPutPoliciesBesideEachOtherLookAtAll() throws {
    for key in ["4", "5"] {
      var state = Self.state()
      _ = state.handle(.character(Character(key)), size: Self.size)
      #expect(Set(state.watched) == Set(state.setup.settings.policies))
      #expect(
        state.watched.prefix(2) == state.setup.settings.policies[0...1], "what was looked at comes first")
      #expect(state.missingPolicies == [state.setup.settings.policies[3]])
      // The engine does one thing at a time.
      #expect(state.missingDetails.allSatisfy { !$0.needsEngine })
    }
    for key in ["1", "2", "3", "6"] {
      var state = Self.state()
      _ = state.handle(.character(Character(key)), size: Self.size)
      #expect(state.missingPolicies.isEmpty, "\(key)")
    }
  }

  @Test func escStopsItUntilSomethingElseIsLookedAt() throws {
    var state = Self.state()
    let policy = state.setup.settings.policies[3]
    state.setup.policy = 3
    state.run = state.run.waiting(at: .pass(PrefillProgress(tokensDone: 1, tokenCount: 2, seconds: 1)))
    #expect(state.handle(.escape, size: Self.size) == .cancel)
    state.stopWaiting()
    state.run = state.run.waiting(at: nil)
    #expect(state.missingPolicies.isEmpty)
    #expect(text(state).contains("stopped; r computes it"))
    state.resumeWaiting()
    #expect(state.missingPolicies.isEmpty, "it is still looked at")
    state.setup.policy = 0
    state.resumeWaiting()
    state.setup.policy = 3
    #expect(state.missingPolicies == [policy])
  }

  @Test func whyOfAWaitingPolicyLooksAtIt() throws {
    var state = Self.state()
    for key in try Key.parse(":why h2o<Enter>") { _ = state.handle(key, size: Self.size) }
    let policy = try #require(Policy("h2o"))
    try #require(state.setup.settings.policies[3] == policy)
    #expect(state.setup.policy == 3 && state.why == nil && state.missingPolicies == [policy])
    #expect(state.message?.contains("is computed now") == true)
  }

  /// An answer that grows beside finished ones has no mark yet.
  @Test func anAnswerThatGrowsHasNoMark() throws {
    var state = ViewState(run: RunFixture.run, theme: .mono)
    let before = text(state)
    let policy = state.setup.settings.policies[1]
    let place = try #require(state.run.results.firstIndex { $0.policy == policy })
    state.run.results[place].answer.tokens.removeLast(2)
    state.run.results[place].answer.hasEnded = false
    state.run = state.run.waiting(at: .decode(step: 3))
    func marked(_ text: String) -> Bool {
      text.split(separator: "\n").contains { $0.contains("x \(policy.title)") && $0.contains("≠") }
    }
    #expect(marked(before) && !marked(text(state)))
  }

  @Test func whatAnEvaluationHadIsReadUntilItIsAnsweredAgain() throws {
    let run = RunFixture.run
    let policy = run.settings.policies[1]
    var begun = run.anew(run.settings).remembering([
      policy: "behind the\u{1B} tin", try #require(Policy("full")): "behind the tide clock",
    ])
    #expect(text(ViewState(run: begun, theme: .mono)).contains("in the results: behind the tide clock"))
    #expect(text(ViewState(run: begun, theme: .mono)).contains("in the results: behind the"))
    begun = begun.anew(begun.settings)
    #expect(begun.earlierAnswers.count == 2)
    var settings = begun.settings
    settings.budget += 1
    #expect(begun.anew(settings).earlierAnswers.isEmpty, "of another budget nothing is said")
    #expect(!text(ViewState(run: run, theme: .mono)).contains("in the results"))
  }
}
