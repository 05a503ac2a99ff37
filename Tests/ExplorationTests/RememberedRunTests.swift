import Checkpoint
import Eviction
import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// What a file keeps of a run, and what a run takes from it.
@Suite struct RememberedRunTests {
  private static let names = ["laq(m=4)", "snapkv", "streaming+rerotate", "h2o+decode(every=2,keep=16)"]

  /// A run without anything but its settings, as a reader of a session has it.
  private static func begun(_ run: Run) -> Run { run.anew(run.settings) }

  private static func shape(_ run: Run) throws -> ModelShape { try #require(run.recording?.shape) }

  private static func read(_ remembered: RememberedRun) throws -> RememberedRun {
    try JSONDecoder().decode(RememberedRun.self, from: JSONEncoder().encode(remembered))
  }

  private static func expectSame(_ found: PolicyResult, _ wanted: PolicyResult) {
    let name = Comment(rawValue: wanted.policy.name)
    #expect(found.policy == wanted.policy && found.budget == wanted.budget, name)
    #expect(found.kept == wanted.kept && found.agreement == wanted.agreement, name)
    #expect(found.evictionSeconds == wanted.evictionSeconds, name)
    expectSame(found.answer, wanted.answer, name)
    #expect((found.followed == nil) == (wanted.followed == nil), name)
    if let followed = found.followed, let other = wanted.followed { expectSame(followed, other, name) }
    #expect((found.lookahead == nil) == (wanted.lookahead == nil), name)
    if let pseudo = found.lookahead?.pseudo, let other = wanted.lookahead?.pseudo {
      expectSame(pseudo, other, name)
    }
  }

  private static func expectSame(_ found: Continuation, _ wanted: Continuation, _ name: Comment) {
    #expect(found.tokens == wanted.tokens && found.steps == wanted.steps, name)
    #expect(found.heldTokens == wanted.heldTokens && found.hasEnded == wanted.hasEnded, name)
  }

  @Test func allThatIsToldOfAnswersComesBack() async throws {
    for granularity in Granularity.allCases {
      let run = try await RunTests.tell(Self.names, budget: 16, granularity: granularity)
      let remembered = try Self.read(#require(RememberedRun(run)))
      let begun = Self.begun(run)
      let shown = try #require(begun.showing(remembered, shape: try Self.shape(run)))
      #expect(shown.isRemembered && shown.stage == .opening && shown.recording == nil)
      #expect(shown.results.count == run.results.count)
      for (found, wanted) in zip(shown.results, run.results) { Self.expectSame(found, wanted) }
      let (full, wanted) = (try #require(shown.full), try #require(run.full))
      Self.expectSame(full.answer, wanted.answer, "full")
      #expect(full.kept == wanted.kept)
      for (found, wanted) in zip(shown.results, run.results) {
        #expect(ResultFigures(found, full: full) == ResultFigures(wanted, full: run.full))
      }
      // A session that is written before anything is computed again loses nothing.
      #expect(RememberedRun(shown) == remembered)
    }
  }

  @Test func unfinishedRunsAreNotKept() async throws {
    let run = try await RunTests.tell(["snapkv"], budget: 16)
    #expect(RememberedRun(run.at(.decode(step: 3))) == nil && RememberedRun(run.at(.cancelled)) == nil)
    #expect(RememberedRun(Self.begun(run)) == nil)
  }

  @Test func whyAPolicyHasNoResultIsKept() async throws {
    var run = try await RunTests.tell(["snapkv", "streaming"], budget: 16)
    run.unavailable = [
      Unavailable(
        policy: run.results.removeLast().policy, budget: .tokens(16), reason: "no queries are recorded")
    ]
    let remembered = try Self.read(#require(RememberedRun(run)))
    let shown = try #require(Self.begun(run).showing(remembered, shape: try Self.shape(run)))
    #expect(shown.unavailable == run.unavailable && shown.unavailable.count == 1)
  }

  /// Changed numbers of every kind: a file that no run has written is not shown.
  @Test func valuesOfAnotherPromptOrModelOrOfNoRunAreRefused() async throws {
    let run = try await RunTests.tell(["laq(m=4)", "streaming"], budget: 16)
    let shape = try Self.shape(run)
    let remembered = try #require(RememberedRun(run))
    let other = ModelShape(
      layerCount: shape.layerCount + 1, queryHeadCount: shape.queryHeadCount, kvHeadCount: shape.kvHeadCount,
      headDimension: shape.headDimension)
    #expect(Self.begun(run).showing(remembered, shape: other) == nil)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(remembered)
    let text = String(decoding: data, as: UTF8.self)
    for (key, value) in [
      ("policy", "7"), ("policy", "-1"), ("kept", "\"AAAA\""), ("tokens", "[-1]"), ("tokens", "[]"),
      ("held", "[]"), ("probabilities", "[]"), ("probabilities", "[2,2,2,2,2,2,2,2]"), ("recall", "[]"),
      ("massRecall", "[[7]]"), ("seconds", "-1"), ("steps", "[]"),
    ] {
      let pattern = try Regex("\"\(key)\":(\\[+[^\\]]*\\]+|\"[^\"]*\"|[-0-9.e]+)")
      guard let place = text.ranges(of: pattern).last else {
        Issue.record("\(key) is not in the file")
        continue
      }
      let changed = text.replacingCharacters(in: place, with: "\"\(key)\":\(value)")
      let read = try? JSONDecoder().decode(RememberedRun.self, from: Data(changed.utf8))
      #expect(read.map { Self.begun(run).showing($0, shape: shape) == nil } ?? true, "\(key): \(value)")
    }
  }

  private static func again(_ shown: Run) async throws -> (run: Run, decodedSteps: Int) {
    let steps = Mutex(0)
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    let run = await engine.run(shown.anew(shown.settings), earlier: shown) { update in
      if case .decode(let step) = update.stage { steps.withLock { $0 = max($0, step) } }
    }
    return (run, steps.withLock { $0 })
  }

  @Test func onlyWhatIsMissingIsComputedAgain() async throws {
    let run = try await RunTests.tell(["laq(m=4)", "snapkv", "streaming"], budget: 16)
    let remembered = try #require(RememberedRun(run))
    let shown = try #require(Self.begun(run).showing(remembered, shape: try Self.shape(run)))
    let (again, steps) = try await Self.again(shown)
    #expect(again.stage == .done && !again.isRemembered && steps == 0, "no answer is decoded again")
    #expect(again.figures == run.figures && again.decodeMass?.layers == run.decodeMass?.layers)
    for (found, wanted) in zip(again.results, run.results) {
      #expect(found.kept == wanted.kept && found.scores != nil && found.agreement == wanted.agreement)
      Self.expectSame(found.answer, wanted.answer, "\(wanted.policy)")
      #expect(found.followed?.steps == wanted.followed?.steps)
    }
  }

  @Test func answersBesideAnotherFullAnswerAreDecodedAgain() async throws {
    let run = try await RunTests.tell(["snapkv", "streaming"], budget: 16)
    let remembered = try #require(RememberedRun(run))
    var stale = try #require(Self.begun(run).showing(remembered, shape: try Self.shape(run)))
    stale.full?.answer.tokens[0] += 1
    stale.results[0].answer.tokens[0] += 1
    let (again, steps) = try await Self.again(stale)
    #expect(steps > 0)
    for (found, wanted) in zip(again.results, run.results) {
      Self.expectSame(found.answer, wanted.answer, "\(wanted.policy)")
    }
  }
}
