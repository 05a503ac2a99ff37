import Eviction
import Transformer

/// What one prompt costs under each policy: seconds of every stage, measured one policy at a time, and bytes.
public struct PromptCost: Sendable {
  /// One policy at one budget; the full cache is the first.
  public struct PolicyCost: Sendable, Encodable {
    /// The policy's name.
    public let policy: String
    /// The budget that was asked for; `nil` for the full cache.
    public let budget: String?
    /// Seconds of passes over the prompt besides the prefill; 0 without one.
    public internal(set) var passSeconds = 0.0
    /// Seconds of the lookahead: the choice of the cheap cache and the pseudo tokens; 0 without one.
    public internal(set) var lookaheadSeconds = 0.0
    /// Seconds of scoring and selection over all layers and heads.
    public internal(set) var selectionSeconds = 0.0
    /// Seconds of one decoded token on what was kept.
    public internal(set) var secondsPerToken = 0.0
    /// Bytes of the keys and values that were kept of the prompt.
    public internal(set) var keptBytes = 0
    /// Bytes that are held beside the prompt's until the final eviction: the cheap cache with its pseudo
    /// tokens.
    public internal(set) var lookaheadBytes = 0
    /// The most bytes of the process that were resident from its first stage to its last token; `nil` where
    /// the system does not tell.
    public internal(set) var peakResidentBytes: Int?
    /// Why there are no figures.
    public internal(set) var unavailable: String?

    /// The names in files, of which the last one is older than the property's.
    private enum CodingKeys: String, CodingKey {
      case policy, budget, passSeconds, lookaheadSeconds, selectionSeconds, secondsPerToken, keptBytes
      case lookaheadBytes, peakResidentBytes
      case unavailable = "obstacle"
    }

    /// Seconds from the prompt's end to the first token, the prefill left out.
    public var secondsToFirstToken: Double { passSeconds + lookaheadSeconds + selectionSeconds }
  }

  /// Tokens of the prompt.
  public let promptTokens: Int
  /// Seconds of the prefill.
  public let prefillSeconds: Double
  /// Bytes of all the prompt's keys and values, which every policy holds until it evicts.
  public let promptBytes: Int
  /// Bytes of the prompt's queries, which are recorded for the policies that look at them.
  public let queryBytes: Int
  /// The most bytes of the process that were resident during the prefill, weights included; `nil` where the
  /// system does not tell.
  public let peakResidentBytes: Int?
  /// The full cache, then every policy at every budget, budgets of a policy together.
  public let entries: [PolicyCost]
}

extension RunEngine {
  /// Measures what a prompt costs under each policy; the request's limit is how many tokens are decoded to
  /// measure one.
  ///
  /// Every time is the shortest of `repeats`. Policies are measured one after the other, so that a lookahead
  /// that several share counts for each, as if it were alone.
  /// - Throws: as `results`.
  public func costs(
    _ request: RunRequest, repeats: Int = 3, onProgress: @Sendable (String) -> Void = { _ in }
  ) throws -> PromptCost {
    var request = request
    request.parts = []
    let opened = try begin(request)
    ResidentMemory.forgetPeak()
    onProgress("prefill")
    func prefilled() throws -> ActiveRun {
      var active = opened
      try stopping { try active.perform(.prefill) }
      return active
    }
    var prefill = Double.infinity
    // All but the last prefill are only timed.
    for _ in 1..<max(1, repeats) { prefill = min(prefill, try prefilled().run.seconds.prefill) }
    let active = try prefilled()
    guard let recording = active.run.recording, let greedy = active.greedy else { throw CancellationError() }
    let peak = ResidentMemory.peak
    var costs = [try active.costOfFull(recording, greedy, repeats: repeats)]
    for wanted in active.wanted(request.policies) {
      onProgress("\(wanted.policy.name) at \(wanted.budget)")
      costs.append(try active.cost(of: wanted, recording, greedy, repeats: repeats))
    }
    return PromptCost(
      promptTokens: recording.tokenCount, prefillSeconds: min(prefill, active.run.seconds.prefill),
      promptBytes: costs[0].keptBytes, queryBytes: recording.queryBytes, peakResidentBytes: peak,
      entries: costs)
  }
}

extension ActiveRun {
  /// Measures the full cache, which has no stage but decoding.
  fileprivate func costOfFull(_ recording: Recording, _ greedy: GreedyDecoding, repeats: Int) throws
    -> PromptCost.PolicyCost
  {
    let kept = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
    var entry = PromptCost.PolicyCost(policy: "full", budget: nil)
    ResidentMemory.forgetPeak()
    entry.keptBytes = kept.byteCount(bytesPerElement: recording.bytesPerElement)
    entry.secondsPerToken = try secondsPerToken(greedy, repeats: repeats) {
      greedy.fullLane(limit: request.answerLimit, script: script)
    }
    entry.peakResidentBytes = ResidentMemory.peak
    return entry
  }

  /// Measures a policy, stage by stage.
  fileprivate func cost(
    of wanted: BudgetedPolicy, _ recording: Recording, _ greedy: GreedyDecoding, repeats: Int
  ) throws -> PromptCost.PolicyCost {
    var entry = PromptCost.PolicyCost(policy: wanted.policy.name, budget: wanted.budget.description)
    do { _ = try wanted.tokens(recording, request.granularity) } catch {
      entry.unavailable = String(describing: error)
      return entry
    }
    var active = self
    ResidentMemory.forgetPeak()
    if let pass = wanted.policy.pass {
      let measured = try Stopwatch.fastest(of: repeats) { try replay(pass) }
      entry.passSeconds = measured.seconds
      active.run.passes[pass] = measured.result
    }
    let key = wanted.lookahead(recording, request.granularity)
    active.run.decodeQueries =
      wanted.policy.needs.contains(.decode)
      ? recording.newestQueries(max(8, key?.settings.tokenCount ?? 0)) : QueryRows(shape: recording.shape)
    if let key {
      active.run.full = PolicyResult.full(recording)
      let answer = active.run.answerRows(.max)
      // A draft is opened once, as the model is: that is no part of a lookahead's time.
      do { if let draft = key.settings.draft { _ = try source.draft(draft) } } catch {
        entry.unavailable = String(describing: error)
        return entry
      }
      let lookahead = try Stopwatch.fastest(of: repeats) {
        let works =
          try active.cheapCache(key).map {
            [try active.lookaheadWork(key, cheap: $0, greedy, isTimed: true)]
          } ?? []
        return try greedy.lookaheads(works, answer: answer).first
      }
      // The answer itself is no cost that a policy could have.
      entry.lookaheadSeconds = key.settings.source == .truth ? 0 : lookahead.seconds
      entry.lookaheadBytes = lookahead.result?.heldBytes(recording) ?? 0
      active.lookaheads[key] = lookahead.result
    }
    let evicted = try Stopwatch.fastest(of: repeats) {
      var copy = active
      try copy.evict(wanted)
      return copy.run
    }
    entry.selectionSeconds = evicted.seconds
    entry.unavailable = evicted.result.unavailable.first?.reason
    guard let result = evicted.result.results.first else { return entry }
    entry.keptBytes = result.kept.byteCount(bytesPerElement: recording.bytesPerElement)
    entry.secondsPerToken = try secondsPerToken(greedy, repeats: repeats) {
      greedy.lane(result, limit: request.answerLimit, needsAnswer: request.needsAnswer, script: script)
    }
    entry.peakResidentBytes = ResidentMemory.peak
    return entry
  }

  /// What is decoded where time is measured: as many tokens, whatever a policy would answer.
  private var script: [Int] {
    let tokens = request.prompt.tokens.map(\.id)
    return (0..<request.answerLimit).map { tokens[(tokens.count - 1 + $0) % tokens.count] }
  }

  /// The seconds of one token on a lane's cache, the making of the cache left out.
  private func secondsPerToken(
    _ greedy: GreedyDecoding, repeats: Int, _ lane: () throws -> GreedyDecoding.Lane
  ) throws -> Double {
    let best = try Stopwatch.fastest(of: repeats, with: lane) { lane in
      try Task.checkCancellation()
      var lanes = [lane]
      try greedy.run(&lanes)
      return lanes[0].continuation.tokens.count
    }
    return best.seconds / Double(max(1, best.result))
  }
}

extension Recording {
  /// Bytes of one element of a key or a value as they are stored.
  var bytesPerElement: Int { layers.first?.keys.isRounded == true ? 2 : 4 }

  /// Bytes of the queries that are recorded.
  var queryBytes: Int { layers.reduce(0) { $0 + $1.queries.count * ($1.queries.isRounded ? 2 : 4) } }

  /// The newest queries as if they came from behind the prompt: stand-ins where what they cost is measured,
  /// not what they say.
  package func newestQueries(_ count: Int) -> QueryRows {
    var rows = QueryRows(shape: shape)
    let first = max(firstQueryPosition, tokenCount - count)
    let queries = (0..<shape.layerCount).map { layer in
      (0..<shape.queryHeadCount).map { self.queries(layer: layer, queryHead: $0) }
    }
    for position in first..<tokenCount {
      let start = (position - firstQueryPosition) * shape.headDimension
      rows.append(
        queries.map { heads in heads.flatMap { $0[start..<start + shape.headDimension] } },
        position: position + count)
    }
    return rows
  }
}
