import Checkpoint
import EmbeddedModel
import Exploration
import Foundation

/// How long a program takes to stop when it is asked to, at every stage of a long text: from the cancellation
/// until the run is over as far as it was computed, what the policies make of it included.
struct CancelBench {
  let sizes: ModelSizes
  let weights: WeightFormat
  let tokenCount: Int

  /// A state of a run in which it is cancelled.
  private struct Moment {
    let name: String
    let isReached: @Sendable (Run) -> Bool
  }

  private static let moments: [Moment] = [
    Moment(name: "loading") {
      if case .loading(let layer, let count) = $0.stage { 2 * layer >= count } else { false }
    },
    Moment(name: "prefill, first tenth") { isPrefilled($0, by: 0.05) },
    Moment(name: "prefill, last tenth") { isPrefilled($0, by: 0.92) },
    Moment(name: "lookahead") { if case .lookahead(let step) = $0.stage { step >= 1 } else { false } },
    Moment(name: "eviction") { $0.results.count >= 2 },
    Moment(name: "decoding") { if case .decode(let step) = $0.stage { step >= 1 } else { false } },
    Moment(name: "following") { if case .follow(let step) = $0.stage { step >= 1 } else { false } },
  ]

  private static func isPrefilled(_ run: Run, by share: Double) -> Bool {
    guard case .prefill(let progress) = run.stage else { return false }
    return Double(progress.tokensDone) >= share * Double(progress.tokenCount)
  }

  func reports() async throws -> [CancelReport] {
    let weights = weights
    let engine = RunEngine(configuration: try sizes.configuration()) { RandomWeights(format: weights) }
    let tokenizer = try Checkpoint(path: EmbeddedModel.folder()).tokenizer
    let run = Run(
      modelName: sizes.rawValue, prompt: try prompt(tokenizer),
      settings: ExplorationSettings(answerLimit: 16),
      vocabulary: Vocabulary(tokenizer))
    var reports: [CancelReport] = []
    var recorded: Run?
    for moment in Self.moments {
      // A cancellation comes at any point of a piece of work.
      for delay in recorded == nil ? [0] : [0, 30, 60, 90] {
        let (milliseconds, stopped) = await seconds(engine, run, earlier: recorded, moment, delay: delay)
        if let milliseconds {
          reports.append(
            CancelReport(
              moment: moment.name, delayMilliseconds: delay, stoppedAfterMilliseconds: milliseconds))
        }
        if recorded == nil, stopped.recording?.lastLogits.isEmpty == false { recorded = stopped }
      }
    }
    return reports
  }

  /// Runs until a moment, and `delay` milliseconds more, and stops it; `nil` if it ended before.
  private func seconds(
    _ engine: RunEngine, _ run: Run, earlier: Run?, _ moment: Moment, delay: Int
  ) async -> (milliseconds: Double?, Run) {
    let (reached, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
    let task = Task {
      defer { continuation.finish() }
      return await engine.run(run, earlier: earlier) { if moment.isReached($0) { continuation.yield() } }
    }
    for await _ in reached { break }
    try? await Task.sleep(for: .milliseconds(delay))
    let start = ContinuousClock.now
    task.cancel()
    let stopped = await task.value
    let taken = (ContinuousClock.now - start) / .milliseconds(1)
    return (stopped.stage == .cancelled ? taken : nil, stopped)
  }

  private func prompt(_ tokenizer: Tokenizer) throws -> Prompt {
    let text = String(
      repeating: "the harbour clerk wrote a letter about the tide, salt and lamps.\n", count: tokenCount / 10)
    let long = tokenizer.encode(Array(text.utf8)).count
    return try Prompt(
      name: "long.txt", text: Array(text.utf8.prefix(text.utf8.count * tokenCount / max(1, long))),
      tokenizer: tokenizer)
  }
}

/// How long one stop took.
struct CancelReport: Encodable {
  let moment: String
  /// From the moment until the cancellation.
  let delayMilliseconds: Int
  let stoppedAfterMilliseconds: Double
}
