import TestSupport
import Testing
import Transformer

@testable import Eviction

/// What holds for every allocation and wrapper, with every scorer.
@Suite struct AllocationTests {
  static let shape = ModelShape(layerCount: 3, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8)
  static let tokenCount = 70
  static let evidence = evidence(tokenCount)
  static let budgets = [0, 1, 2, 5, 20, 40, 69]
  /// Allocations whose total is exactly the budget's.
  static let exact = [
    "uniform", "ada", "ada(floor=0)", "ada(floor=1)", "cake", "cake(tau1=3,tau2=0.5)", "global",
    "global(within=layer)",
  ]
  static let others = [
    "pyramid", "pyramid(beta=3)", "pyramid(style=authors)", "ada(style=authors)",
    "simlayer(threshold=0.2,recent=9)",
    "ratios(0.9:0.1)", "compose",
  ]
  static let wrappers = [
    "", "+critical", "+chunkkv(size=6)", "+chunk(size=16)", "+block(size=16)", "+critical+chunk(size=16)",
  ]
  static let scorers = PolicyRegistry.all.map(\.name) + ["snapkv(w=4)", "cake(w=4)", "laq++(w2=3)"]

  static func evidence(_ tokenCount: Int) -> Evidence {
    RandomEvidence(shape: shape, tokenCount: tokenCount, seed: 9).evidence
  }

  static func names(_ scorer: String) -> [String] {
    (exact + others).flatMap { allocation in
      wrappers.filter { allocation == "uniform" || !$0.contains("block") }.map {
        "\(scorer)/\(allocation)\($0)"
      }
    }
  }

  @Test(arguments: scorers.enumerated().map { ($0, $1) })
  func keptSetsAscendWithinThePrompt(_ number: Int, _ scorer: String) throws {
    for name in Sample.oneIn(7, of: Self.names(scorer), from: number) {
      let policy = try Policy(parsing: name)
      for budget in [0, 5, 40] {
        let kept = try policy.evict(Self.evidence, budget: budget, granularity: .kvHead).kept
        for head in kept.positions.joined() {
          #expect(zip(head, head.dropFirst()).allSatisfy(<), "\(name)")
          #expect(head.allSatisfy((0..<Self.tokenCount).contains), "\(name)")
        }
      }
    }
  }

  @Test(arguments: scorers.enumerated().map { ($0, $1) })
  func exactAllocationsKeepTheBudget(_ number: Int, _ scorer: String) throws {
    let names = Self.exact.flatMap { allocation in ["", "+critical"].map { "\(scorer)/\(allocation)\($0)" } }
    let cases = names.flatMap { name in
      Granularity.allCases.flatMap { granularity in Self.budgets.map { (name, granularity, $0) } }
    }
    for (name, granularity, budget) in Sample.oneIn(5, of: cases, from: number) {
      let policy = try Policy(parsing: name)
      guard !policy.keepsEverything else { continue }
      let kept = try policy.evict(Self.evidence, budget: budget, granularity: granularity).kept
      let heads = Self.shape.layerCount * granularity.headCount(in: Self.shape)
      #expect(kept.totalCount == budget * heads, "\(policy), \(budget)")
    }
  }

  @Test func heldHeadsLoseNoMoreThanTheirFloor() throws {
    for (name, least) in [("laq/ada(floor=0.5)", 10), ("laq/ada", 4), ("snapkv(w=7)/ada(floor=0)", 7)] {
      let kept = try Policy(parsing: name).evict(Self.evidence, budget: 20, granularity: .queryHead).kept
      #expect(kept.positions.joined().allSatisfy { $0.count >= least }, "\(name)")
      #expect(kept.positions.allSatisfy { $0.reduce(0) { $0 + $1.count } == 4 * 20 }, "\(name)")
    }
  }

  @Test func aPyramidDescends() throws {
    for name in ["laq/pyramid", "snapkv(w=4)/pyramid(beta=4,style=authors)"] {
      let kept = try Policy(parsing: name).evict(Self.evidence, budget: 12, granularity: .kvHead).kept
      let counts = kept.positions.map { $0.map(\.count) }
      #expect(counts.allSatisfy { Set($0).count == 1 })
      #expect(counts[0][0] > counts[1][0] && counts[1][0] > counts[2][0], "\(counts)")
    }
  }

  /// A layer with a number of its own protects what the scorer protects under that number.
  @Test func layersProtectByTheirOwnNumber() throws {
    let kept = try Policy(parsing: "streaming/pyramid(beta=4)").evict(
      Self.evidence, budget: 12, granularity: .kvHead
    ).kept
    for head in kept.positions.joined() {
      #expect(Array(head.prefix(4)) == [0, 1, 2, 3])
      #expect(Array(head.dropFirst(4)) == Array(Self.tokenCount - (head.count - 4)..<Self.tokenCount))
    }
  }

  @Test func nothingIsEvictedUnderBudget() throws {
    let wrappers = ["", "+critical", "+chunkkv(size=6)", "+chunk(size=16)"]
    for allocation in Self.exact + ["pyramid", "pyramid(style=authors)", "ada(style=authors)"] {
      for wrapper in wrappers {
        let policy = try Policy(parsing: "snapkv/\(allocation)\(wrapper)")
        for budget in [Self.tokenCount, 1000] {
          let kept = try policy.evict(Self.evidence, budget: budget, granularity: .kvHead).kept
          #expect(kept == .all(shape: Self.shape, tokenCount: Self.tokenCount), "\(policy)")
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5]) func tinyPromptsDoNotTrap(_ count: Int) throws {
    let evidence = Self.evidence(count)
    for name in Sample.oneIn(13, of: Self.scorers.flatMap(Self.names), from: count) {
      for budget in [0, 1, 2, 5] {
        let kept = try Policy(parsing: name).evict(evidence, budget: budget, granularity: .kvHead).kept
        #expect(kept.positions.joined().allSatisfy { $0.count <= count }, "\(name), \(budget)")
      }
    }
  }

  @Test func chunksStayWhole() throws {
    let kept = try Policy(parsing: "laq+chunkkv(size=6)").evict(
      Self.evidence, budget: 35, granularity: .kvHead
    ).kept
    for layer in kept.positions {
      #expect(layer[0] == layer[1])
      let chunks = Dictionary(grouping: layer[0]) { $0 / 6 }
      #expect(chunks.allSatisfy { $0.value.count == min(6, Self.tokenCount - $0.key * 6) })
      #expect(chunks.count == 6)
    }
  }

  @Test func oneChunkIsTheWholePrompt() throws {
    for scorer in ["snapkv(w=4)", "h2o", "laq"] {
      let plain = try Policy(parsing: scorer).evict(Self.evidence, budget: 20, granularity: .queryHead).kept
      let chunk = try Policy(parsing: "\(scorer)+chunk").evict(
        Self.evidence, budget: 20, granularity: .queryHead
      ).kept
      #expect(plain == chunk, "\(scorer)")
      // One block that holds all of the rest is the whole prompt, too.
      let block = try Policy(parsing: "\(scorer)+block").evict(
        Self.evidence, budget: 20, granularity: .queryHead
      ).kept
      #expect(plain == block, "\(scorer)")
    }
  }

  @Test func valuesWeigh() throws {
    let plain = try Policy(parsing: "laq").evict(Self.evidence, budget: 20, granularity: .queryHead).kept
    let critical = try Policy(parsing: "laq+critical").evict(
      Self.evidence, budget: 20, granularity: .queryHead
    ).kept
    #expect(plain != critical)
    // The whole budget in the first stage leaves nothing to weigh.
    let first = try Policy(parsing: "laq+critical(first=1)").evict(
      Self.evidence, budget: 20, granularity: .queryHead
    ).kept
    #expect(plain == first)
    for layer in plain.positions.indices {
      for head in plain.positions[layer].indices {
        #expect(Set(plain.positions[layer][head]).intersection(critical.positions[layer][head]).count >= 10)
      }
    }
  }

  @Test func tracesWithoutAnOutputProjectionSaySo() throws {
    let bare = Evidence(recording: Self.evidence.recording)
    #expect(throws: EvidenceError.noOutputProjection(policy: "snapkv+critical")) {
      try Policy(parsing: "snapkv+critical").evict(bare, budget: 20, granularity: .kvHead)
    }
  }

  @Test func sharedTokensAreObserved() throws {
    for (name, count) in [
      ("streaming/simlayer", 1), ("streaming/cake", 32), ("snapkv(w=64)/cake", 64), ("streaming+block", 0),
      ("laq/ada", 32),
    ] { #expect(try Policy(parsing: name).observedTokens == count, "\(name)") }
    #expect(try Policy(parsing: "snapkv+chunk").observedTokens == nil)
  }

  @Test func partsAddUpUnderALimit() {
    for (total, weights, limit, parts) in [
      (10, [1.0, 1, 1], 10, [4, 3, 3]), (20, [8, 1, 1], 10, [10, 5, 5]), (9, [0, 0, 0], 5, [3, 3, 3]),
      (30, [1, 1, 1], 10, [10, 10, 10]), (7, [100, 1, 1], 5, [5, 2, 0]), (12, [3, 2, 1], 6, [6, 4, 2]),
      (11, [1, 1, 1, 1], 5, [3, 3, 3, 2]),
    ] {
      #expect(CakeAllocation.divide(total, by: weights, limit: limit) == parts, "\(total) \(weights)")
    }
  }
}
