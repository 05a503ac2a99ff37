import Eviction
import Transformer

/// The search for what a policy's answer lacked, on the model.
struct WhyAnalysis {
  let run: Run
  let greedy: GreedyDecoding
  let result: PolicyResult
  let reference: Continuation

  /// `nil` when the run lacks something that is needed.
  init?(_ run: Run, policy: Policy, source: any RunSource) {
    guard let recording = run.recording, let reference = run.full?.answer,
      let result = run.results.first(where: { $0.policy == policy }),
      let greedy = source.decoding(
        recording, endTokens: [], question: run.prompt.laterQuestion?.ids ?? [], referenceLogits: [],
        referenceTokens: [])
    else { return nil }
    self.run = run
    self.result = result
    self.reference = reference
    self.greedy = greedy
  }

  /// Ranks, restores, shrinks.
  /// - Throws: `CancellationError`, looked for at every decoded token, and what decoding throws; `finding`
  ///   holds what is known by then.
  func run(_ finding: inout WhyFinding, onUpdate: @escaping (WhyFinding) -> Void) throws {
    let lost = try LostToken.ranked(run, kept: result.kept, steps: finding.step..<finding.step + 1)
    finding.lost = Array(lost.prefix(WhyFinding.listLimit))
    finding.lostCount = lost.count
    onUpdate(finding)
    var latest = finding
    defer { finding = latest }
    var search = WhySearch<LostToken>(
      rank: { restored, step, reach in
        let wanted =
          restored.isEmpty ? lost : try LostToken.ranked(run, kept: kept(restored), steps: step..<step + 1)
        guard reach == .before else { return wanted }
        let known = Set(wanted.map(\.place))
        return try LostToken.ranked(run, kept: kept(restored), steps: 0..<step).filter {
          !known.contains($0.place)
        }
      }, decode: decode)
    search.onProgress = { progress, found, tries in
      latest.tries = tries
      latest.restored = found
      latest.stage =
        switch progress {
        case .restoring(let count, let step): .restoring(count: count, step: step)
        case .shrinking(let count): .shrinking(count: count)
        }
      onUpdate(latest)
    }
    let result = try search.find(from: latest.step)
    latest.tries = search.tries
    latest.stage = result == nil ? .notFound : .found
    latest.restored = result?.tokens ?? []
    latest.isSmallest = result?.isSmallest ?? false
  }

  private func kept(_ restored: [LostToken]) -> KeptTokens { result.kept.applying(restored.map(\.restoring)) }

  /// Where the answer differs with each of some sets back; a result ends where it does.
  private func decode(_ sets: [[LostToken]]) throws -> [Int?] {
    var lanes = sets.map { set in
      greedy.lane(result, keeping: kept(set), limit: run.settings.answerLimit, expected: reference.tokens)
    }
    try greedy.run(&lanes)
    return lanes.map { $0.continuation.firstDifference(from: reference) }
  }
}
