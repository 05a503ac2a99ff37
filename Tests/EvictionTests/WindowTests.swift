import Testing
import Transformer

@testable import Eviction

/// How long windows are: by default a part of the budget, else what is said.
@Suite struct WindowTests {
  static let names = ["snapkv", "cake", "snapkv/pyramid", "snapkv/ada", "snapkv/cake", "cake/cake", "finch"]

  static let evidence = RandomEvidence(
    shape: ModelShape(layerCount: 2, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8), tokenCount: 120,
    seed: 9
  ).evidence

  static func window(_ name: String, _ budget: Int, question: QuestionTokens? = nil) throws -> Int? {
    let facts = PromptFacts(budget: budget, questionTokenCount: nil, question: question)
    let scorer = try #require(try Policy(parsing: name).scorer).resolved(for: facts)
    return (scorer as? any WindowScorer)?.window.count
  }

  @Test(arguments: [(1, 1), (2, 1), (3, 1), (12, 4), (48, 16), (95, 31), (96, 32), (97, 32), (4096, 32)])
  func theDefaultIsAThirdOfTheBudgetAtMost(_ budget: Int, _ window: Int) throws {
    for name in Self.names { #expect(try Self.window(name, budget) == window, "\(name)") }
    let cheap = try #require(try Policy(parsing: "laq").lookahead).cheap
    #expect(try Self.window(cheap.name, budget) == window)
  }

  @Test func whatIsSaidHolds() throws {
    for budget in [8, 48, 4096] {
      #expect(try Self.window("snapkv(w=32)", budget) == 32)
      #expect(try Self.window("cake(style=authors)", budget) == 32)
      #expect(try Self.window("snapkv(style=longbench)", budget) == 8)
      #expect(try Self.window("snapkv(style=needle)", budget) == 32)
      #expect(try Self.window("snapkv(style=kvpress)", budget) == 64)
      let cheap = try #require(try Policy(parsing: "laq(style=authors)").lookahead).cheap
      #expect(cheap.name == "snapkv(w=32)")
      #expect(try Self.window("snapkv(w=B/4)", budget) == max(1, budget / 4))
      #expect(try Self.window("cake(w=b)", budget) == budget)
    }
    #expect(try Policy(parsing: "laq(w1=b/4,w2=question)").name == "laq(w2=question,w1=B/4)")
  }

  /// Half of 120 tokens are chunks of 24: each has a budget of its own, and a window within that.
  @Test func partsOfAPromptHaveWindowsOfTheirOwn() throws {
    let policy = try Policy(parsing: "snapkv+chunk(size=40)")
    let (kept, scores) = try policy.evict(Self.evidence, budget: 36, granularity: .kvHead)
    #expect(scores?.protected(layer: 0, head: 0) == [36, 37, 38, 39, 76, 77, 78, 79, 116, 117, 118, 119])
    #expect(kept.positions.joined().allSatisfy { $0.count == 36 })
  }

  /// The same computed by another way: the named number keeps the same.
  @Test(arguments: [3, 20, 48, 100]) func aWindowIsWhatItsNumberIs(_ budget: Int) throws {
    let size = max(1, budget / 3)
    for (name, number) in [
      ("snapkv", "snapkv(w=\(min(32, size)))"), ("cake/cake", "cake(w=\(min(32, size)))/cake"),
      ("snapkv(w=B/2)", "snapkv(w=\(max(1, budget / 2)))"), ("finch", "finch(w=\(min(32, size)))"),
      ("laq++", "laq++(w2=\(min(8, size)))"),
    ] {
      let (one, other) = (try Policy(parsing: name), try Policy(parsing: number))
      for granularity in Granularity.allCases {
        #expect(
          try one.evict(Self.evidence, budget: budget, granularity: granularity).kept
            == other.evict(Self.evidence, budget: budget, granularity: granularity).kept, "\(name)")
      }
      #expect(one.fitted(to: PromptFacts(budget: budget)) == other || name == "laq++")
    }
  }

  @Test func theQuestionIsAWindowWithoutTheTemplate() throws {
    let asked = Self.asking(QuestionTokens(count: 10, behind: 5))
    let policy = try Policy(parsing: "snapkv(w=question,pool=none)")
    let (kept, scores) = try policy.evict(asked, budget: 30, granularity: .queryHead)
    #expect(scores?.protected == Array(105..<120))
    // By hand: the attention of tokens 105 to 114, whatever the five behind them look at.
    let row = (0..<105).map { token in
      (105..<115).reduce(Float(0)) {
        $0 + Self.evidence.recording.attention(layer: 1, queryHead: 2, row: .prompt(position: $1))[token]
      }
    }
    let best = (0..<105).sorted { row[$0] > row[$1] }.prefix(15)
    #expect(kept.positions[1][2] == (best + Array(105..<120)).sorted())
    #expect(policy.observedTokens(for: asked.facts(budget: 30)) == 15 && policy.observedTokens == nil)
    // A lookahead's own window is one, too.
    let local = try Policy(parsing: "laq(w2=question)").evict(asked, budget: 30, granularity: .kvHead)
    #expect(local.scores?.protected == Array(105..<120))
  }

  @Test func withoutAQuestionItIsRefused() throws {
    for name in ["snapkv(w=question)", "cake(w=question)", "laq(w2=question)", "finch(w=question)"] {
      let error = #expect(throws: EvidenceError.self) {
        try Policy(parsing: name).evict(Self.evidence, budget: 30, granularity: .kvHead)
      }
      #expect(error?.description.contains("--question") == true, "\(name)")
    }
  }

  static func asking(_ question: QuestionTokens) -> Evidence {
    Evidence(
      recording: evidence.recording, lookahead: evidence.lookahead, decode: evidence.decode,
      output: evidence.output, questionTokenCount: question.count + question.behind, question: question)
  }
}
