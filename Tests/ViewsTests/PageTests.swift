import Foundation
import Screen
import Testing

@testable import Exploration
@testable import Views

/// What a page for browsers holds, unpacked as its script does it.
@Suite struct PageTests {
  /// A page's data and its arrays.
  private struct Unpacked {
    let data: [String: Any]
    let bytes: [UInt8]

    init(_ page: TokenPage) throws {
      let json = try JSONSerialization.jsonObject(with: Data(page.data().utf8))
      data = try #require(json as? [String: Any])
      let text = try #require(data["packed"] as? String)
      let packed = try #require(Data(base64Encoded: text))
      let count = try #require(data["packedCount"] as? Int)
      // Two bytes before what is deflated are zlib's own.
      let bytes = packed.dropFirst(2).withUnsafeBytes { Inflation.prefix($0, count) }
      self.bytes = try #require(bytes)
    }

    func policies() throws -> [[String: Any]] { try #require(data["policies"] as? [[String: Any]]) }

    /// Numbers of two bytes, which are stored as planes.
    func numbers(_ start: Int, total: Int) -> [Int] {
      (0..<total).map { Int(bytes[start + $0]) | Int(bytes[start + total + $0]) << 8 }
    }

    func positions(_ start: Int, place: Int, count: Int) -> [Int] {
      let stride = (count + 7) / 8
      return (0..<count).filter { bytes[start + place * stride + $0 / 8] >> UInt8($0 % 8) & 1 == 1 }
    }
  }

  private static func page(_ scope: ExportRequest.Scope = .everything) throws -> TokenPage {
    try TokenPage(RunFixture.state().scene, scope: scope, drawing: nil)
  }

  @Test func keptTokensAreThoseOfTheRun() throws {
    let page = try Self.page()
    let unpacked = try Unpacked(page)
    let count = RunFixture.run.prompt.tokens.count
    let policies = try unpacked.policies()
    #expect(policies[0]["kept"] == nil, "the full cache keeps all")
    for (result, policy) in zip(RunFixture.run.results, policies.dropFirst()) {
      let start = try #require(policy["kept"] as? Int)
      for (index, place) in page.places.enumerated() {
        #expect(
          unpacked.positions(start, place: index, count: count)
            == result.kept.positions[place.layer][place.head], "\(result.policy.name)")
      }
    }
  }

  @Test func scoresHaveTheirOrderAndTwoDigits() throws {
    let page = try Self.page()
    let unpacked = try Unpacked(page)
    let count = RunFixture.run.prompt.tokens.count
    for (result, policy) in zip(RunFixture.run.results, try unpacked.policies().dropFirst()) {
      guard let table = result.scores else { continue }
      let scores = try #require(policy["scores"] as? [String: Any])
      let listed = try #require(scores["listed"] as? [Int])
      let total = listed.reduce(0, +)
      let firstToken = try #require(scores["tokens"] as? Int),
        firstStep = try #require(scores["steps"] as? Int)
      let tokens = unpacked.numbers(firstToken, total: total)
      let steps = unpacked.numbers(firstStep, total: total)
      let always = try #require(policy["always"] as? Int)
      var next = 0
      for (index, place) in page.places.enumerated() {
        let expected = table.rankedScores(layer: place.layer, head: place.head)
        let order = expected.indices.filter { !expected[$0].isNaN }.sorted {
          (-expected[$0], $0) < (-expected[$1], $1)
        }
        #expect(Array(tokens[next..<next + listed[index]]) == order, "\(result.policy.name)")
        #expect(
          unpacked.positions(always, place: index, count: count)
            == expected.indices.filter { expected[$0].isNaN })
        var code = 0xFFFF
        for (position, step) in zip(order, steps[next..<next + listed[index]]) {
          code -= step
          let bits = UInt32(code & 0x8000 != 0 ? code & 0x7FFF : ~code & 0xFFFF) << 16
          #expect(abs(Float(bitPattern: bits) - expected[position]) <= abs(expected[position]) / 256)
        }
        next += listed[index]
      }
    }
  }

  @Test(arguments: [0, -0.0, 1, -1, 3.5e-20, -7e12, .infinity, -.infinity, 0.1, 65504])
  func codesAreInTheOrderOfTheNumbers(_ number: Float) {
    for other: Float in [0, 1e-38, 2, -3e-5, 100, -100, .infinity] where number < other / 1.01 {
      #expect(PackedScores.code(number) < PackedScores.code(other), "\(number) \(other)")
    }
    #expect(PackedScores.code(-0.0) == PackedScores.code(0))
  }

  @Test func longPromptsListTheBestTokens() throws {
    var arrays = PackedArrays()
    let packed = PackedScores([[1, .nan, 3, 2]], limit: 2, width: 2, into: &arrays)
    #expect(packed.ranked == [3] && packed.listed == [2])
  }

  /// Levels and keys against the attention that the heatmap itself draws.
  @Test func heatmapsShowEveryHeadsRows() throws {
    let run = RunFixture.run, result = run.results[0]
    let kvHeads = (0..<2).flatMap { layer in (0..<2).map { (layer: layer, kvHead: $0) } }
    let found = try PooledAttention(run, result: result, kvHeads: kvHeads, cellLimit: 4 * 2 * 60 * 40)
    let pooled = try #require(found)
    #expect(Set(pooled.rows.map(\.section)).count == 3 && pooled.keysPerCell > 1)
    for (place, head) in (0..<2).flatMap({ layer in (0..<4).map { (layer, $0) } }).enumerated() {
      let request = try #require(
        AttentionRows.Request(run, result: result, layer: head.0, heads: .single(head.1)))
      let rows = try #require(AttentionRows(request, run))
      let cells = pooled.levels[place].count / pooled.rows.count
      for (index, row) in pooled.rows.enumerated() {
        let weights = try #require(rows.weights(row.section, row.index))
        let beside = weights.enumerated().dropFirst(HeadFigures.sinkCount)
        let best = try #require(beside.max { ($0.element, -$0.offset) < ($1.element, -$1.offset) })
        #expect(pooled.strongest[place][index].first?.position == best.offset)
        var largest = [Float](repeating: 0, count: cells)
        for (key, weight) in beside {
          largest[key / pooled.keysPerCell] = max(largest[key / pooled.keysPerCell], weight)
        }
        #expect(
          pooled.levels[place][index * cells..<(index + 1) * cells].map(Int.init)
            == largest.map(PooledAttention.level))
      }
    }
  }

  @Test func aLevelIsAQuarterOfAPowerOfTen() {
    #expect(PooledAttention.level(1) == 15 && PooledAttention.level(0.1) == 11)
    #expect(
      PooledAttention.level(0) == 0 && PooledAttention.level(1e-9) == 0 && PooledAttention.level(.nan) == 0)
  }

  /// Of kept sets of query heads the rows of a KV head are there once.
  @Test func everyQueryHeadHasARowOnce() throws {
    for scope in [ExportRequest.Scope.view, .everything] {
      let unpacked = try Unpacked(Self.page(scope))
      let rows = try #require(unpacked.data["rows"] as? [String: Any])
      let heads = try #require(rows["heads"] as? [[Int]])
      #expect(Set(heads).count == heads.count && heads.count == (scope == .view ? 2 : 8))
    }
  }
}
