import Testing
import Transformer

@testable import Eviction

/// What a pass feeds to the model, and what becomes of its measure.
@Suite struct ContextPassTests {
  static let prompts = RepetitionPrompts(whole: [100, 101], part: [200], suffix: [300])

  @Test func aReconstructionAsksForOnePartAfterTheOther() {
    let pass = ContextPass.reconstruction(partLength: 10, sinks: 4, dividesByInputNorm: false)
    let replays = pass.replays(of: Array(0..<25), Self.prompts)
    #expect(replays.map(\.measured) == [0..<10, 10..<20, 20..<25])
    #expect(replays[0].tokens == [100, 101, 300] + Array(0..<10))
    // Later requests end in the last eight tokens of the part before.
    #expect(replays[1].tokens == [200] + Array(2..<10) + [300] + Array(10..<20))
    #expect(replays[2].tokens == [200] + Array(12..<20) + [300] + Array(20..<25))
    #expect(
      replays.map(\.softmax) == [.chosen([0..<10]), .chosen([0..<4, 10..<20]), .chosen([0..<4, 20..<25])])
  }

  @Test func aTemplatesPrefixIsNotRepeated() {
    let pass = ContextPass.reconstruction(partLength: 3, sinks: 4, dividesByInputNorm: true)
    let prompts = RepetitionPrompts(whole: [100], part: [200], suffix: [300], prefixCount: 2)
    let replays = pass.replays(of: Array(0..<7), prompts)
    #expect(replays.map(\.measured) == [2..<5, 5..<7])
    #expect(replays[0].softmax == .chosen([0..<2, 2..<5]))
    #expect(replays[1].tokens == [200, 2, 3, 4, 300, 5, 6])
    #expect(replays.map(\.dividesByInputNorm) == [true, true])
    #expect(pass.replays(of: [1, 2], prompts).isEmpty)
  }

  @Test func aRepetitionIsThePromptItself() {
    #expect(
      ContextPass.repetition.replays(of: [7, 8, 9], Self.prompts) == [
        Replay(tokens: [7, 8, 9], measured: 0..<3)
      ])
    #expect(ContextPass.repetition.replays(of: [], Self.prompts).isEmpty)
  }

  /// Settings that change the pass ask for one of their own; budgets and allocations do not.
  @Test func policiesShareAPass() throws {
    func pass(_ name: String) throws -> ContextPass? { try Policy(parsing: name).pass }
    let plain = try pass("kvzip")
    #expect(try pass("kvzip/global(within=layer)+critical") == plain)
    #expect(try pass("kvzip(chunk=512)") != plain)
    #expect(try pass("kvzip+") != plain)
    #expect(try pass("kvcompose/compose") == .repetition)
    #expect(try pass("laq") == nil)
  }

  /// The plus of KVzip+ is a part of its name.
  @Test func kvzipPlusIsAName() throws {
    for (text, name) in [
      ("kvzip+", "kvzip+"), ("KVzip+/global", "kvzip+/global"), ("kvzip++critical", "kvzip++critical"),
      ("kvzip+critical", "kvzip+critical"),
      ("kvzip+(chunk=64)/global(within=layer)", "kvzip+(chunk=64)/global(within=layer)"),
      ("kvzip(sinks=4)", "kvzip"),
    ] {
      #expect(try Policy(parsing: text).name == name)
    }
    #expect(throws: PolicyNameError.self) { try Policy(parsing: "kvzip(chunk=0)") }
    #expect(throws: PolicyNameError.self) { try Policy(parsing: "kvzip+decode") }
  }

  /// The largest of a group, not the mean: a key that one head needs is kept for both.
  @Test func kvzipTakesTheLargestOfAGroup() throws {
    let random = RandomEvidence(
      shape: ModelShape(layerCount: 1, queryHeadCount: 2, kvHeadCount: 1, headDimension: 4), tokenCount: 6,
      seed: 1)
    func evidence(_ pass: ContextPass?) throws -> Evidence {
      let measured = ReplayedAttention([[[0, 0, 0, 0, 9, 4], [0, 0, 0, 0, 0, 8]]], tokenCount: 6)
      return Evidence(recording: random.evidence.recording, passes: [try #require(pass): measured])
    }
    for (name, kept) in [("kvzip(sinks=0)", 4), ("kvcompose", 5)] {
      let policy = try Policy(parsing: name)
      let found = try policy.evict(evidence(policy.pass), budget: 1, granularity: .kvHead)
      #expect(found.kept.positions == [[[kept]]])
    }
  }

  /// Composite ranks: the second layer's scores are larger, but the first layer is lifted to them.
  @Test func composeLiftsTheFirstLayer() throws {
    let scores = ScoreTable(
      granularity: .kvHead, layers: [[[1, 2, 3, 4]], [[9, 1, 8, 1]], [[1, 7, 1, 1]]], protected: [],
      tokenCount: 4)
    let evidence = RandomEvidence(
      shape: ModelShape(layerCount: 3, queryHeadCount: 1, kvHeadCount: 1, headDimension: 4), tokenCount: 4,
      seed: 1
    ).evidence
    func counts(_ budget: Int) -> Shares {
      ComposeAllocation().shares(
        AllocationInput(
          scores: scores, budget: TokenBudget(tokens: budget, tokenCount: 4), scorer: KVComposeScorer(),
          evidence: evidence))
    }
    // Lifted ranks 9 8 3 2, then 9 8 1 1 and 7 1 1 1; three tokens go to 9, 9 and 8, no layer stays empty, and
    // what it gets for that is taken from where most is: three layers of one token are the budget.
    #expect(counts(1) == .layers([1, 1, 1]))
    #expect(counts(2) == .layers([3, 2, 1]))
  }

  @Test func measuresOfSomeTokensAreThoseOfTheWhole() {
    let whole = ReplayedAttention([[[0, 1, 2, 3], [4, 5, 6, 7]]], tokenCount: 4)
    let gathered = whole.gathering([[[1, 3]]])
    #expect(gathered.highest(layer: 0, queryHead: 0).elementsEqual([1, 3]))
    #expect(gathered.highest(layer: 0, queryHead: 1).elementsEqual([5, 7]))
  }
}
