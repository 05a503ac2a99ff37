import Foundation
import TestSupport
import Testing
import Transformer

@testable import Eviction

/// Budgets of heads by a profile: HeadKV's formula, what files are read, and what is refused.
@Suite struct HeadsAllocationTests {
  static let shape = AllocationTests.shape

  /// Results of `eval heads` as far as they are looked at, one list of figures per prompt.
  static func results(
    _ prompts: [[Double]], of measure: HeadMeasure = .retrieval, shape: [Int] = [3, 4, 2]
  ) -> String {
    let rows = prompts.map { values in
      let full = measure == .retrieval ? ",\"retrieval\":\(values)" : ""
      let policy = measure == .retrieval ? "" : ",{\"series\":{\"\(measure.rawValue)\":\(values)}}"
      return "{\"id\":\"a\",\"outcomes\":[{\"series\":{\"shape\":\(shape)\(full)}}\(policy)]}"
    }
    return "{\"schema\":\"laq-tui.evaluation\",\"rows\":[\(rows.joined(separator: ","))]}"
  }

  private func counts(
    _ name: String, budget: Int, granularity: Granularity = .queryHead
  ) throws -> [[Int]] {
    let policy = try Policy(parsing: name)
    let kept = try policy.evict(
      AllocationTests.evidence, budget: budget, granularity: granularity
    ).kept
    return kept.positions.map { $0.map(\.count) }
  }

  /// A base for each head, the rest in proportion to the scores, in numbers worked out by hand: W = 4, F =
  /// 16, base ⌊16 · (1 − 1/2)⌋ = 8, a pool of 12 · 8 = 96, of which a head with 1 of 8 has 12.
  @Test func eachHeadHasABaseAndItsShareOfThePool() throws {
    let scratch = try ScratchFolder()
    let scores: [Double] = [1, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 4]
    let file = try scratch.write(Self.results([scores]), as: "Heads of mine.json")
    let found = try counts("snapkv(w=4)/heads(\"\(file)\",beta=2)", budget: 20)
    #expect(found == [[24, 12, 12, 12], [36, 12, 24, 12], [12, 12, 12, 60]])
  }

  /// What a full head cannot take goes to the others, and the total stays.
  @Test(arguments: [1.0, 1.2, 3, 1000], [5, 20, 40, 69])
  func theTotalIsTheBudget(_ beta: Double, _ budget: Int) throws {
    let scratch = try ScratchFolder()
    let alone: [Double] = [9] + Array(repeating: 0, count: 11)
    let nothing = [Double](repeating: 0, count: 12)
    let rising = (0..<12).map { Double($0) / 7 - 0.5 }
    let falling = (0..<12).map { Double(12 - $0) }
    let files: [[[Double]]] = [[alone], [nothing], [rising, falling]]
    for prompts in files {
      let file = try scratch.write(Self.results(prompts), as: "\(UUID()).json")
      for granularity in Granularity.allCases {
        let found = try counts(
          "snapkv(w=4)/heads(\(file),beta=\(beta))", budget: budget, granularity: granularity)
        let heads = granularity.headCount(in: Self.shape)
        #expect(found.joined().reduce(0, +) == budget * heads * Self.shape.layerCount)
        #expect(found.joined().allSatisfy { (1...AllocationTests.tokenCount).contains($0) })
      }
    }
  }

  /// Query heads that share a kept set count with their mean; figures of kept sets stand for each reader.
  @Test func scoresFitTheKeptSets() throws {
    let scratch = try ScratchFolder()
    let queries = try scratch.write(
      Self.results([[1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 5, 7]]), as: "queries.json")
    let profile = try HeadProfile(path: queries, measure: .retrieval)
    #expect(try profile.scores(of: Self.shape, setCount: 2) == [[2, 0], [0, 0], [0, 6]])
    #expect(try profile.scores(of: Self.shape, setCount: 4)[0] == [1, 3, 0, 0])
    let sets = try scratch.write(
      Self.results([[1, 2, 3, 4, 5, 6], [3, 2, 1, 0, 1, 0]], of: .gain), as: "sets.json")
    let gain = try HeadProfile(path: sets, measure: .gain)
    #expect(gain.values == [[2, 2], [2, 2], [3, 3]], "the mean over prompts")
    #expect(try gain.scores(of: Self.shape, setCount: 4)[2] == [3, 3, 3, 3])
  }

  @Test func retrievalHeadsByNameAreRead() throws {
    let scratch = try ScratchFolder()
    let names = (0..<3).flatMap { layer in
      (0..<4).map { "\"\(layer)-\($0)\":[\(layer), \($0)]" }
    }.reversed()
    let file = try scratch.write("{\(names.joined(separator: ","))}", as: "named.json")
    let profile = try HeadProfile(path: file, measure: .retrieval)
    #expect(profile.values == [[0, 0.5, 1, 1.5], [0.5, 1, 1.5, 2], [1, 1.5, 2, 2.5]])
  }

  @Test(
    arguments: [
      ("nothing.json", nil, "cannot be read (there is no such file)"),
      ("a.json", "{}", "is no profile of heads"),
      ("b.json", "[1, 2]", "is no profile of heads"),
      ("c.json", "{\"0-0\":[1],\"1-1\":[1]}", "2 heads, and 2 layers of 2 were expected"),
      ("d.json", "{\"first\":[1]}", "'first' is no head's name"), ("e.json", "{\"0-0\":[]}", "has no score"),
      ("f.json", "{\"rows\":[]}", "no row says how many layers"),
      ("g.json", results([[1, 2, 3]], shape: [2, 2, 2]), "do not have as many heads"),
      ("h.json", results([[1, 2, 3, 4, 5, 6]], of: .gain), "has no figures of 'retrieval', it has gain"),
      (
        "i.json", results([[1, 2, 3, 4]], shape: [2, 2, 2]),
        "has 2 layers of 2 heads, and this model has 3 of 4"
      ),
    ] as [(String, String?, String)])
  func whatIsNoProfileOfTheModelIsRefused(_ name: String, _ text: String?, _ reason: String) throws {
    let scratch = try ScratchFolder()
    let path = try text.map { try scratch.write($0, as: name) } ?? scratch.path(name)
    let policy = try Policy(parsing: "snapkv/heads(\(path))")
    var said: [String] = []
    do { try policy.checkProfile(Self.shape) } catch { said.append(error.description) }
    do { _ = try policy.evict(AllocationTests.evidence, budget: 20, granularity: .kvHead) } catch {
      said.append(String(describing: error))
    }
    #expect(said.count == 2 && said.allSatisfy { $0.contains(reason) && $0.contains(path) }, "\(said)")
  }

  /// A file that was measured anew is read anew.
  @Test func aChangedFileIsReadAgain() throws {
    let scratch = try ScratchFolder()
    var found: [[[Int]]] = []
    let rest = [Double](repeating: 0, count: 11)
    for scores in [[1] + rest, rest + [1.25]] {
      let file = try scratch.write(Self.results([scores]), as: "changing.json")
      found.append(try counts("snapkv(w=4)/heads(\(file))", budget: 12))
    }
    #expect(found[0][0][0] > found[0][2][3] && found[1][0][0] < found[1][2][3])
  }

  @Test(arguments: [
    ("snapkv/heads(\"My Heads.JSON\")", "snapkv/heads(\"My Heads.JSON\")"),
    ("SnapKV / HEADS( a/B.json , BY = Gain )", "snapkv/heads(a/B.json,by=gain)"),
    ("laq(M=16)/headkv(FILE=x+y.json,beta=2)+critical", "laq(m=16)/heads(x+y.json,beta=2)+critical"),
    ("snapkv/heads", "snapkv/heads"), ("snapkv/heads(heads.json)", "snapkv/heads"),
  ]) func aFileStandsInANameAsItIsTyped(_ typed: String, _ name: String) throws {
    let policy = try Policy(parsing: typed)
    #expect(policy.name == name)
    #expect(try Policy(parsing: policy.name) == policy)
  }

  @Test(arguments: ["snapkv/heads(a,b)", "snapkv/heads(a=b)", "snapkv/heads((a))", "snapkv/heads(a)b"])
  func whatIsNoFileIsNoName(_ typed: String) {
    #expect(throws: PolicyNameError.self) { try Policy(parsing: typed) }
  }
}
