import Kernels
import Testing
import Transformer

@testable import Eviction

/// What holds for every policy of the registry, with its default settings and with others.
@Suite struct RegistryTests {
  /// A default of each family, and settings that change the window, the pooling and the mask.
  static let policies =
    PolicyRegistry.all.map(\.name) + [
      "laq(w2=3,kernel=1,mask=reference)", "laq++(pool=avg)", "laq++(w2=50)", "snapkv(w=4,pool=none)",
      "streaming(sinks=0)", "streaming(sinks=100)", "snapkv(style=kvpress)", "snapkv(w=8,style=kvpress)",
      "finch(w=5)",
      "expected(future=8,sinks=0,covariance=off)", "expected(vnorm=off,epsilon=0.01)", "noncausal(chunk=16)",
      "lagkv(lag=8)", "cur(leverage=average)", "cap(tau=0,sinks=1)", "leverage(sketch=3,seed=4)",
      "random(seed=7)",
      "laq(cheap=tova)", "laq++(cheap=expected)",
    ]
  static let budgets = [1, 2, 5, 9, 16, 33, 59]
  static let shape = ModelShape(layerCount: 2, queryHeadCount: 6, kvHeadCount: 2, headDimension: 8)
  static let tokenCount = 60
  static let evidence = RandomEvidence(shape: shape, tokenCount: tokenCount, seed: 1).evidence

  /// Every policy, budget and granularity.
  static func all(
    _ name: String, _ evidence: Evidence = evidence, budgets: [Int] = budgets,
    _ check: (Policy, Int, KeptTokens, ScoreTable?) throws -> Void
  ) throws {
    let policy = try Policy(parsing: name)
    for budget in budgets {
      for granularity in Granularity.allCases {
        let (kept, scores) = try policy.evict(evidence, budget: budget, granularity: granularity)
        try check(policy, budget, kept, scores)
      }
    }
  }

  @Test(arguments: policies) func keepsTheBudgetAscendingAndUnique(_ name: String) throws {
    try Self.all(name) { policy, budget, kept, _ in
      for head in kept.positions.joined() {
        #expect(head.count == (policy.keepsEverything ? Self.tokenCount : budget))
        #expect(zip(head, head.dropFirst()).allSatisfy(<))
        #expect(head.allSatisfy((0..<Self.tokenCount).contains))
      }
    }
  }

  @Test(arguments: policies) func protectedTokensStay(_ name: String) throws {
    try Self.all(name) { _, budget, kept, scores in
      guard let protected = scores?.protected else { return }
      // Of more protected tokens than the budget holds, the sinks stay, then the newest; all of a prompt is a
      // window and no sinks.
      let isWindow = protected.count == Self.tokenCount
      let sinks = isWindow ? [] : protected.enumerated().prefix { $0.offset == $0.element }.map(\.element)
      let oldest = Array(sinks.prefix(budget))
      let stay = oldest + protected.dropFirst(oldest.count).suffix(budget - oldest.count)
      for head in kept.positions.joined() { #expect(Set(head).isSuperset(of: stay)) }
    }
  }

  @Test(arguments: policies) func evictsNothingUnderBudget(_ name: String) throws {
    try Self.all(name, budgets: [Self.tokenCount, Self.tokenCount + 1, 10_000]) { _, _, kept, _ in
      #expect(
        kept
          == .all(shape: Self.shape, granularity: kept.granularity, tokenCount: Self.tokenCount))
    }
  }

  @Test(arguments: policies) func keptTokensScoreAtLeastAsMuchAsEvicted(_ name: String) throws {
    try Self.all(name) { _, budget, kept, scores in
      guard let scores, scores.protected.count < budget else { return }
      for (heads, table) in zip(kept.positions, scores.layers) {
        for (head, row) in zip(heads, table) {
          let chosen = Set(head)
          let protected = Set(scores.protected)
          let least = head.filter { !protected.contains($0) }.map { row[$0] }.min() ?? .infinity
          #expect(row.indices.allSatisfy { chosen.contains($0) || row[$0] <= least })
        }
      }
    }
  }

  @Test(arguments: policies) func answersTheSameTwice(_ name: String) throws {
    try Self.all(name, budgets: [16]) { policy, budget, kept, scores in
      let again = try policy.evict(Self.evidence, budget: budget, granularity: kept.granularity)
      #expect(again.kept == kept)
      #expect(again.scores?.layers == scores?.layers)
    }
  }

  /// Heads look at nothing of each other beyond their group, but for draws, which go by the head's number.
  @Test(arguments: policies.filter { !$0.hasPrefix("random") }) func exchangingGroupsExchangesTheirSets(
    _ name: String
  ) throws {
    let original = RandomEvidence(shape: Self.shape, tokenCount: Self.tokenCount, seed: 2)
    let exchanged = original.evidence(kvHeadOrder: [1, 0])
    try Self.all(name, original.evidence, budgets: [9, 33]) { policy, budget, kept, _ in
      let other = try policy.evict(exchanged, budget: budget, granularity: kept.granularity).kept
      let half = kept.granularity.headCount(in: Self.shape) / 2
      for (mine, theirs) in zip(kept.positions, other.positions) {
        #expect(Array(mine[half...] + mine[..<half]) == theirs)
      }
    }
  }

  @Test(arguments: policies) func promptsOfOneTokenAreKept(_ name: String) throws {
    let evidence = RandomEvidence(shape: Self.shape, tokenCount: 1, seed: 3).evidence
    try Self.all(name, evidence, budgets: [1, 8]) { _, _, kept, _ in
      #expect(kept.positions.joined().allSatisfy { $0 == [0] })
    }
  }

  /// An end-of-sequence first token leaves one lookahead row and an empty answer.
  @Test(arguments: policies) func shortLookaheadIsEnough(_ name: String) throws {
    let evidence = Evidence(
      recording: Self.evidence.recording, lookahead: Self.evidence.lookahead?.prefix(1),
      decode: Self.evidence.decode?.prefix(0), output: Self.evidence.output, passes: Self.evidence.passes,
      gate: Self.evidence.gate)
    try Self.all(name, evidence, budgets: [16]) { policy, budget, kept, _ in
      #expect(policy.keepsEverything || kept.positions.joined().allSatisfy { $0.count == budget })
    }
  }

  /// Every scorer's default under allocations and wrappers: those that keep the budget exactly, and the
  /// others.
  static let combinations: [(name: String, isExact: Bool)] = PolicyRegistry.all.map(\.name).flatMap { name in
    [
      ("/ada", true), ("/cake", true), ("/global", true), ("+critical", true), ("/ada+critical", true),
      ("+block(size=16)", true),
      ("+rerotate", true), ("/pyramid(beta=3)", false), ("/ada(style=authors)", false),
      ("/ratios(0.5:0.8)", false),
      ("/simlayer(threshold=0.1,recent=9)", false), ("+chunkkv(size=7)", false), ("+chunk(size=20)", false),
    ].map { (name + $0.0, $0.1) }
  }

  @Test(arguments: combinations) func allocationsAndWrappersKeepWhatTheyShould(
    _ name: String, _ isExact: Bool
  ) throws {
    let policy = try Policy(parsing: name)
    let evidence = Self.evidence
    for granularity in Granularity.allCases {
      let heads = Self.shape.layerCount * granularity.headCount(in: Self.shape)
      for budget in [14, 40] {
        let (kept, scores) = try policy.evict(evidence, budget: budget, granularity: granularity)
        for head in kept.positions.joined() {
          #expect(zip(head, head.dropFirst()).allSatisfy(<))
          #expect(head.allSatisfy((0..<Self.tokenCount).contains))
        }
        if isExact, !policy.keepsEverything {
          #expect(kept.positions.joined().reduce(0) { $0 + $1.count } == heads * budget)
        }
        // Chunks have windows of their own, or go with a protected token in them.
        guard let scores, !name.contains("chunk") else { continue }
        for (layer, sets) in kept.positions.enumerated() {
          for (head, set) in sets.enumerated() {
            let protected = scores.protected(layer: layer, head: head)
            #expect(Set(set).isSuperset(of: protected.suffix(set.count)))
          }
        }
        #expect(try policy.evict(evidence, budget: budget, granularity: granularity).kept == kept)
      }
      guard !name.contains("ratios"), !name.contains("simlayer") else { continue }
      let all = try policy.evict(evidence, budget: Self.tokenCount, granularity: granularity).kept
      #expect(all == .all(shape: Self.shape, granularity: granularity, tokenCount: Self.tokenCount))
    }
  }

  /// A prompt so long that there is work to divide.
  @Test func answersDoNotDependOnTheNumberOfThreads() throws {
    let evidence = RandomEvidence(
      shape: ModelShape(layerCount: 1, queryHeadCount: 4, kvHeadCount: 2, headDimension: 64), tokenCount: 512,
      seed: 9
    ).evidence
    let names =
      PolicyRegistry.all.map(\.name) + [
        "snapkv/ada", "snapkv/cake", "expected/global", "snapkv/ada+critical", "h2o+block",
      ]
    for name in names {
      let policy = try Policy(parsing: name)
      let results = try [1, 2].map { count in
        laq_set_thread_count(Int32(count))
        defer { laq_set_thread_count(0) }
        return try policy.evict(evidence, budget: 40, granularity: .kvHead)
      }
      #expect(
        results[0].kept == results[1].kept && results[0].scores?.layers == results[1].scores?.layers,
        "\(name)")
    }
  }

  @Test func missingEvidenceIsNamed() throws {
    let whole = Self.evidence.recording
    let bare = Evidence(
      recording: Recording(
        shape: whole.shape, tokenCount: whole.tokenCount, layers: whole.layers, lastLogits: []))
    for (name, error) in [
      ("laq", EvidenceError.noLookahead(policy: "laq")),
      ("laq++", .noLookahead(policy: "laq++")), ("oracle", .noDecode(policy: "oracle")),
      ("expected", .noRotation(policy: "expected")), ("cap", .noRotation(policy: "cap")),
      ("leverage", .noRotation(policy: "leverage")),
      ("knorm+critical", .noOutputProjection(policy: "knorm+critical")),
      ("kvzip", .noPass(policy: "kvzip")), ("kvzip+", .noPass(policy: "kvzip+")),
      ("kvcompose", .noPass(policy: "kvcompose")),
      ("gate", .noGate(policy: "gate")),
    ] {
      #expect(throws: error) {
        try Policy(parsing: name).evict(bare, budget: 16, granularity: .kvHead)
      }
    }
  }

  @Test func onlyTheOracleNeedsTheDecodeQueries() {
    let asking = PolicyRegistry.all.compactMap { Policy($0.name) }.filter { $0.needs.contains(.decode) }
    #expect(asking.map(\.name) == ["oracle"])
  }

  @Test func lookaheadCarriesTheCheapPolicy() throws {
    #expect(try Policy(parsing: "laq").lookahead?.cheap.name == "snapkv")
    #expect(try Policy(parsing: "laq++").lookahead?.tokenCount == 8)
    let other = try Policy(parsing: "laq(m=3,w1=16,kernel=5,pool=avg)").lookahead
    #expect(other?.tokenCount == 3)
    #expect(other?.cheap.name == "snapkv(w=16,kernel=5,pool=avg)")
    for cheap in ["streaming", "h2o", "tova", "observed", "expected", "lagkv", "full"] {
      #expect(try Policy(parsing: "laq(cheap=\(cheap))").lookahead?.cheap == Policy(parsing: cheap))
    }
    #expect(try Policy(parsing: "snapkv").lookahead == nil)
  }

  /// A group of equal heads scores as one head: grouping changes nothing where there is nothing to average.
  @Test func equalHeadsAgreeInBothGranularities() throws {
    let single = RandomEvidence(
      shape: ModelShape(layerCount: 1, queryHeadCount: 2, kvHeadCount: 2, headDimension: 8),
      tokenCount: 40, seed: 4
    ).evidence
    for descriptor in PolicyRegistry.all {
      let policy = try Policy(parsing: descriptor.name)
      let kv = try policy.evict(single, budget: 12, granularity: .kvHead).kept.positions
      let query = try policy.evict(single, budget: 12, granularity: .queryHead).kept.positions
      #expect(kv == query, "\(descriptor.name)")
    }
  }
}
