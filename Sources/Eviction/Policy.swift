import Transformer

/// A scorer joined to an allocation, with all its settings: what a policy name stands for.
public struct Policy: Sendable, Hashable {
  let descriptorName: String
  let settings: PolicySettings
  let allocationName: String

  /// What a person reads about the policy's family.
  public var descriptor: PolicyDescriptor {
    PolicyRegistry.descriptor(named: descriptorName) ?? PolicyRegistry.all[0]
  }

  /// Every setting with its value, in the order of the parameters.
  public var allSettings: [(key: String, value: String)] {
    descriptor.parameters.map { ($0.key, settings.values[$0.key] ?? $0.standard) }
  }

  /// The name as shown: the family's title, and settings that differ from the default.
  public var title: String {
    descriptor.title + name.dropFirst(descriptorName.count)
  }

  /// Whether nothing is evicted.
  public var keepsEverything: Bool { descriptor.scorer(settings) == nil }

  /// Whether the policy looks at the true decode queries.
  public var needsDecode: Bool { descriptor.scorer(settings) is OracleScorer }

  /// How many of the prompt's newest queries the policy looks at, a cheap stage included; `nil`: all of them.
  public var observedTokens: Int? {
    guard let scorer = descriptor.scorer(settings) else { return 0 }
    guard let own = scorer.observedTokens, let cheap = lookahead.map(\.cheap.observedTokens) ?? 0 else { return nil }
    return max(own, cheap)
  }

  /// The lookahead stage that must run first, if there is one.
  public var lookahead: LookaheadSettings? {
    guard descriptor.hasLookahead else { return nil }
    let cheap = settings.values["cheap"] ?? "snapkv"
    var values: [String: String] = [:]
    if cheap == "snapkv" {
      for (key, from) in [("w", "w1"), ("kernel", "kernel"), ("pool", "pool")] {
        values[key] = settings.values[from]
      }
    } else if cheap == "streaming" {
      values["sinks"] = "4"
    }
    return LookaheadSettings(
      tokenCount: settings.integer("m"),
      cheap: Policy(
        descriptorName: cheap, settings: PolicySettings(values: values), allocationName: "uniform"))
  }

  /// Chooses what to keep.
  /// - Parameters:
  ///   - budget: kept tokens per layer and head, protected ones included.
  ///   - stopsWhenCancelled: whether a cancellation of the current task is honoured.
  /// - Returns: the kept sets, and the scores behind them (`nil` for the full cache).
  /// - Throws: `EvidenceError` when queries of the prompt, the lookahead or the decoding are needed and missing.
  public func evict(
    _ evidence: Evidence, budget: Int, granularity: Granularity, stopsWhenCancelled: Bool = true
  ) throws -> (kept: KeptTokens, scores: ScoreTable?) {
    let recording = evidence.recording
    guard let scorer = descriptor.scorer(settings) else {
      let everything = KeptTokens.all(
        shape: recording.shape, granularity: granularity, tokenCount: recording.tokenCount)
      return (everything, nil)
    }
    guard recording.covers(self) else {
      throw EvidenceError.queriesNotRecorded(
        policy: name, wanted: observedTokens, recorded: recording.tokenCount - recording.firstQueryPosition)
    }
    let scores = try ScoreTable(
      scorer, evidence: evidence, budget: budget, granularity: granularity, stopsWhenCancelled: stopsWhenCancelled)
    let allocation =
      PolicyRegistry.allocations.first { $0.name == allocationName } ?? UniformAllocation()
    let kept = Selection.keep(
      scores, budgets: allocation.budgets(scores, budget: budget), shape: recording.shape)
    return (kept, scores)
  }
}

extension Recording {
  /// Whether the prompt's queries that a policy looks at are recorded.
  public func covers(_ policy: Policy) -> Bool {
    firstQueryPosition <= max(0, tokenCount - (policy.observedTokens ?? tokenCount))
  }
}

/// LAQ's stages 2 and 3: pseudo tokens decoded greedily on a cheap cache of the same budget.
public struct LookaheadSettings: Sendable, Hashable {
  /// m: pseudo tokens at most; fewer when the answer ends.
  public let tokenCount: Int
  /// The policy of the cheap cache.
  public let cheap: Policy
}
