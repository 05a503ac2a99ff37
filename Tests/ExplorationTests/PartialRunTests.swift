import Checkpoint
import Eviction
import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer
@testable import Exploration

/// Runs that were stopped, and runs whose recording holds a window of the queries only.
@Suite struct PartialRunTests {
  /// A text of several chunks, so that there is something to stop.
  static let longText = String(repeating: RunTests.text.prefix(300) + "\n", count: 3) + RunTests.text

  static func makeRun(_ policies: [String], recording: RecordingScope = .all) throws -> (RunEngine, Run) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "test", text: Array(longText.utf8), tokenizer: checkpoint.tokenizer)
    let settings = ExplorationSettings(
      budget: 80, policies: try policies.map { try Policy(parsing: $0) }, answerLimit: 4, recording: recording
    )
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    return (RunEngine(checkpoint: checkpoint, precision: .float32), run)
  }

  /// Tells a run and cancels it at the first update that `isMoment` accepts.
  static func stopped(
    _ policies: [String], at isMoment: @escaping @Sendable (Run) -> Bool
  ) async throws -> Run {
    let (engine, run) = try makeRun(policies)
    let work = Mutex<Task<Run, Never>?>(nil)
    // The task waits until it can be found, and so cancelled, from within its own updates.
    let task = Task.detached {
      while work.withLock({ $0 == nil }) { await Task.yield() }
      return await engine.run(run) { update in
        if isMoment(update) { work.withLock { $0?.cancel() } }
      }
    }
    work.withLock { $0 = task }
    return await task.value
  }

  @Test func finishedLayersOfAStoppedPrefillCanBeExplored() async throws {
    let run = try await Self.stopped(["snapkv", "streaming", "h2o", "laq", "oracle"]) { run in
      guard case .prefill(let progress) = run.stage else { return false }
      return progress.tokensDone * 5 > progress.tokenCount * 2
    }
    #expect(run.stage == .cancelled)
    let recording = try #require(run.recording)
    #expect((1...4).contains(recording.shape.layerCount))
    #expect(run.results.map(\.policy.name) == ["snapkv", "streaming"])
    #expect(run.results.allSatisfy { $0.kept.positions.count == recording.shape.layerCount })
    #expect(Set(run.unavailableReasons.keys.map(\.name)) == ["h2o", "laq", "oracle"])

    // What is there equals what the whole prefill gives.
    let (engine, whole) = try Self.makeRun(["snapkv"])
    let finished = await engine.run(whole)
    let kept = try #require(finished.results.first).kept.positions
    #expect(run.results[0].kept.positions == Array(kept.prefix(recording.shape.layerCount)))
  }

  @Test func aRunStoppedWhileDecodingKeepsTheWindowPoliciesChoices() async throws {
    let run = try await Self.stopped(["snapkv", "laq"]) { run in
      if case .lookahead(let step) = run.stage { step >= 1 } else { false }
    }
    #expect(run.stage == .cancelled)
    #expect(run.recording?.shape.layerCount == 5)
    #expect(run.results.map(\.policy.name) == ["snapkv"])
    #expect(run.decodeMass != nil)
  }

  @Test func aStoppedPrefillIsNotMistakenForAWholeOne() async throws {
    let stopped = try await Self.stopped(["snapkv"]) { run in
      if case .prefill(let progress) = run.stage {
        progress.tokensDone * 2 > progress.tokenCount
      } else {
        false
      }
    }
    let (engine, run) = try Self.makeRun(["snapkv"])
    let again = await engine.run(run, earlier: stopped)
    #expect(again.stage == .done)
    #expect(again.recording?.shape.layerCount == 5)
  }

  @Test func aWindowOfQueriesIsEnoughForPoliciesThatLookAtOne() async throws {
    let names = ["laq", "laq++", "snapkv", "h2o", "laq(cheap=h2o)", "streaming", "oracle", "snapkv(w=90)"]
    let (engine, all) = try Self.makeRun(names)
    let (_, windows) = try Self.makeRun(names, recording: .windows)
    let whole = await engine.run(all)
    let small = await engine.run(windows)
    #expect(small.stage == .done)
    #expect(Set(small.unavailableReasons.keys.map(\.name)) == ["h2o", "laq(cheap=h2o)"])
    #expect(small.unavailableReasons.values.allSatisfy { $0.contains("--recording all") })
    for result in small.results {
      let same = try #require(whole.results.first { $0.policy == result.policy })
      #expect(result.kept == same.kept, "\(result.policy)")
      #expect(result.answer.tokens == same.answer.tokens, "\(result.policy)")
    }
    let queries = try (
      #require(whole.recording).layers[0].queries.count, #require(small.recording).layers[0].queries.count
    )
    #expect(queries.1 * all.prompt.tokens.count == queries.0 * 90)
  }

  @Test func aWiderWindowIsRecordedAnew() async throws {
    let (engine, narrow) = try Self.makeRun(["snapkv"], recording: .windows)
    let (_, wide) = try Self.makeRun(["snapkv(w=128)"], recording: .windows)
    let first = await engine.run(narrow)
    let second = await engine.run(wide, earlier: first)
    let count = try #require(second.recording).tokenCount
    #expect(first.recording?.firstQueryPosition == count - RecordingScope.leastWindow)
    #expect(second.recording?.firstQueryPosition == count - 128)
    #expect(second.results.count == 1)
  }
}
