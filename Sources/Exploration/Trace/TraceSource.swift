import Eviction
import Transformer

/// A trace as a run's source: scores, kept sets and figures, no answers but the recorded one.
struct TraceSource: RunSource {
  let trace: TraceFile

  var isOpen: Bool { true }
  var shape: ModelShape { trace.recording.shape }
  var leastWaitingWork: Int { WaitingPolicies.leastWork }
  var output: OutputProjection? { trace.output }
  var recordedAnswer: (answer: Continuation, queries: QueryRows?)? { (trace.answer, trace.decodeQueries) }

  mutating func open(wantsGate: Bool, onLayer: (Int, Int) -> Void) {}

  /// Policies that look at all queries of a long prompt take minutes: whatever else there is to see comes
  /// before, what looks at the fewest first, and what a lookahead was decoded on before it.
  func stages(for request: RunRequest) -> [RunStage] {
    func cost(_ policy: Policy) -> (Int, Int) {
      (request.observedTokens(policy) ?? .max, policy.lookahead == nil ? 0 : 1)
    }
    func needsDecode(_ policy: Policy) -> Bool { policy.needs.contains(.decode) }
    let quick = request.present.filter {
      request.observedTokens($0) != nil && !needsDecode($0)
    }.enumerated().sorted {
      a, b in
      let (x, y) = (cost(a.element), cost(b.element))
      return x == y ? a.offset < b.offset : x < y
    }.map(\.element)
    let slow = request.present.filter { request.observedTokens($0) == nil && !needsDecode($0) }
    let agreement: [RunStage] = request.parts.contains(.agreement) ? [.agreement] : []
    let figures: [RunStage] = request.parts.contains(.figures) ? [.figures] : []
    // A lookahead on a cheap cache that a slow policy chose comes after the figures, which are then
    // completed.
    return [.prefill, .eviction(quick)] + agreement + [.eviction(request.present.filter(needsDecode))]
      + figures
      + [.eviction(slow)] + figures
  }

  func canReuse(_ earlier: Run, for request: RunRequest) -> Bool { true }

  func prefill(
    _ request: RunRequest, after prefix: RecordedPrefix?, onProgress: (PrefillProgress) -> Void,
    onGateScores: (GateScores) -> Void
  ) -> Recording { trace.recording }

  func decoding(
    _ recording: Recording, endTokens: Set<Int>, question: [Int], referenceLogits: [[Float]],
    referenceTokens: [Int]
  ) -> GreedyDecoding? { nil }

  func replay(
    _ replays: [Replay], over recording: Recording, onProgress: (PrefillProgress) -> Void
  ) -> ReplayedAttention? { nil }

  func draft(_ name: String) throws -> Draft { throw DraftError.noModel(draft: name) }

  func recordedLookahead(_ wanted: LookaheadSettings, facts: PromptFacts, granularity: Granularity)
    -> RecordedLookahead?
  {
    RecordedLookahead.best(trace.lookaheads, for: wanted, facts: facts, granularity: granularity)
  }
}
