import Eviction
import Exploration
import Foundation
import Screen
import Synchronization
import Views

/// How long a person waits: for a policy that is new or has other settings, and for a key while the model
/// decodes.
struct ResponseBench {
  private static let tokenCount = 2048
  private static let size = Size(width: 200, height: 60)

  func run() async throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let report = ResponseReport(toggles: try await toggles(), whileDecoding: try await whileDecoding())
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }

  /// Milliseconds from a change of settings to the changed policy's lane, scores and kept tokens.
  private func toggles() async throws -> [ToggleReport] {
    let known = ["laq", "snapkv", "streaming", "oracle"].compactMap { Policy($0) }
    let long = try LongRun(tokenCount: Self.tokenCount, policies: known, budget: 256, answerLimit: 16)
    let told = await long.engine.run(long.run)
    var reports: [ToggleReport] = []
    for name in [
      "snapkv(w=16)", "streaming(sinks=8)", "tova", "knorm", "keydiff", "lagkv", "snapkv/ada",
      "snapkv/pyramid",
    ] {
      guard let policy = Policy(name) else { continue }
      var settings = told.settings
      settings.policies.append(policy)
      var waits: [Double] = []
      for _ in 0..<5 { waits.append(1000 * (await wait(for: policy, settings, long, told))) }
      let sorted = waits.sorted()
      reports.append(
        ToggleReport(policy: name, medianMilliseconds: sorted[2], slowestMilliseconds: sorted[4]))
    }
    return reports
  }

  private func wait(for policy: Policy, _ settings: ExplorationSettings, _ long: LongRun, _ told: Run) async
    -> Double
  {
    let start = ContinuousClock.now
    let arrival = Shared<Double?>(nil)
    let changed = Run(
      modelName: told.modelName, prompt: told.prompt, settings: settings, vocabulary: told.vocabulary)
    let work = Task.detached {
      await long.engine.run(changed, earlier: told) { update in
        guard update.results.contains(where: { $0.policy == policy }) else { return }
        arrival.withLock { $0 = $0 ?? (ContinuousClock.now - start) / .seconds(1) }
      }
    }
    while arrival.withLock({ $0 }) == nil, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
    work.cancel()
    _ = await work.value
    return arrival.withLock { $0 } ?? .infinity
  }

  /// Milliseconds from a key that is pressed to its drawn screen while the engine decodes on all its threads.
  private func whileDecoding() async throws -> DecodingReport {
    let policies = ["laq", "snapkv", "streaming"].compactMap { Policy($0) }
    let long = try LongRun(tokenCount: Self.tokenCount, policies: policies, budget: 256, answerLimit: 4096)
    let newest = Shared(long.run)
    let work = Task.detached { await long.engine.run(long.run) { run in newest.withLock { $0 = run } } }
    while newest.withLock({ $0.results.count }) < policies.count {
      try await Task.sleep(for: .milliseconds(10))
    }
    var state = ViewState(run: newest.withLock { $0 })
    let keys = try Key.parse("1lljj]]pp2ljjpp{{+-3ljhk4jjk5,,.1<PgDn>hk<PgUp>")
    let (pressed, next) = (Shared(ContinuousClock.now), DispatchSemaphore(value: 0))
    let count = 400
    let keyboard = Thread {
      for _ in 0..<count {
        usleep(30_000)
        pressed.withLock { $0 = .now }
        next.signal()
      }
    }
    keyboard.start()
    var waits: [Double] = []
    var last: Grid?
    for index in 0..<count {
      Self.wait(next)
      state.run = newest.withLock { $0 }
      _ = state.handle(keys[index % keys.count], size: Self.size)
      for request in state.missingDetails where request.isQuick(state.run) {
        if let answer = Details.answer(request, state.run) { state.details.take(answer) }
      }
      let grid = state.draw(size: Self.size)
      _ = FrameBench.bytes(from: last, to: grid)
      last = grid
      waits.append(1000 * ((ContinuousClock.now - pressed.withLock { $0 }) / .seconds(1)))
    }
    let isDecoding = newest.withLock { !$0.isFinished }
    work.cancel()
    _ = await work.value
    return DecodingReport(
      keys: count, wasDecodingToTheEnd: isDecoding, medianMilliseconds: FrameBench.quantile(waits, 0.5),
      p99Milliseconds: FrameBench.quantile(waits, 0.99), slowestMilliseconds: waits.max() ?? 0)
  }

  /// Blocks, as the program's loop does.
  private static func wait(_ semaphore: DispatchSemaphore) { semaphore.wait() }
}

/// A value that several threads look at.
private final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result: Sendable>(_ body: (inout sending Value) -> sending Result) -> Result {
    value.withLock(body)
  }
}

/// What is printed.
private struct ResponseReport: Encodable {
  let toggles: [ToggleReport]
  let whileDecoding: DecodingReport
}

/// The wait for a policy.
private struct ToggleReport: Encodable {
  let policy: String
  let medianMilliseconds: Double
  let slowestMilliseconds: Double
}

/// The wait for keys while the model decodes.
private struct DecodingReport: Encodable {
  let keys: Int
  /// Whether the answers were still being decoded at the last key.
  let wasDecodingToTheEnd: Bool
  let medianMilliseconds: Double
  let p99Milliseconds: Double
  let slowestMilliseconds: Double
}
