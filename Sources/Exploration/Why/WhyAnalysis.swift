import Eviction
import Transformer

/// The search for what a policy's answer lacked, on the model.
struct WhyAnalysis {
  let story: Run
  let greedy: GreedyDecoding
  let lane: PolicyResult
  let truth: Continuation

  /// `nil` when the story lacks something that is needed.
  init?(_ story: Run, policy: Policy, source: any RunSource) {
    guard let recording = story.recording, let truth = story.full?.answer,
      let lane = story.results.first(where: { $0.policy == policy }),
      let greedy = source.decoding(recording, endTokens: [], referenceLogits: [], referenceTokens: [])
    else { return nil }
    self.story = story
    self.lane = lane
    self.truth = truth
    self.greedy = greedy
  }

  /// Ranks, restores, shrinks.
  /// - Throws: `CancellationError`, looked for at every decoded token, and what decoding throws; `finding`
  ///   holds what is known by then.
  func run(_ finding: inout WhyFinding, onUpdate: @escaping (WhyFinding) -> Void) throws {
    let lost = try LostToken.ranked(story, kept: lane.kept, steps: finding.step..<finding.step + 1)
    finding.lost = Array(lost.prefix(WhyFinding.listLimit))
    finding.lostCount = lost.count
    onUpdate(finding)
    var latest = finding
    defer { finding = latest }
    var search = WhySearch<LostToken>(
      rank: { restored, step, reach in
        let wanted =
          restored.isEmpty ? lost : try LostToken.ranked(story, kept: kept(restored), steps: step..<step + 1)
        guard reach == .before else { return wanted }
        let known = Set(wanted.map(\.place))
        return try LostToken.ranked(story, kept: kept(restored), steps: 0..<step).filter {
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

  private func kept(_ restored: [LostToken]) -> KeptTokens { lane.kept.applying(restored.map(\.restoring)) }

  /// Where the answer differs with each of some sets back; a lane ends where it does.
  private func decode(_ sets: [[LostToken]]) throws -> [Int?] {
    var lanes = sets.map { set in
      greedy.lane(lane, keeping: kept(set), limit: story.settings.answerLimit, expected: truth.tokens)
    }
    try greedy.run(&lanes)
    return lanes.map { $0.continuation.firstDifference(from: truth) }
  }
}
