import Testing
@testable import Exploration

/// The search for few pieces that bring something back, with made-up caches: a piece is a number, and a set
/// is enough when it holds all of what is needed, in one of some ways.
@Suite struct WhySearchTests {
  /// How near a set comes: the pieces that it lacks are the rank's distance from 1.
  private static func outcome(_ set: [Int], _ needs: [Set<Int>]) -> WhyOutcome {
    let lacks = needs.map { $0.subtracting(set).count }.min() ?? 1000
    return WhyOutcome(
      isBack: lacks == 0, saidCount: 0, said: nil, rank: 1 + lacks, probability: 0.1, divergence: nil)
  }

  private static func search(_ needs: [Set<Int>], limit: Int = 1000) -> WhySearch<Int> {
    var decoded = 0
    var search = WhySearch<Int> { sets in
      decoded += sets.count
      return sets.map { outcome($0, needs) }
    }
    search.room = { limit - decoded }
    return search
  }

  /// Grows and shrinks over the pieces 0..<count.
  private static func find(_ needs: [Set<Int>], count: Int, limit: Int = 1000) throws -> (
    found: WhySearch<Int>.Found?, search: WhySearch<Int>
  ) {
    var search = search(needs, limit: limit)
    let enough = try search.grow(Array(0..<count))
    return (try enough.map { try search.shrink($0) }, search)
  }

  @Test func theOneNeededPieceIsFoundWhereverItStands() throws {
    for needed in [0, 1, 6, 63, 99] {
      let (found, search) = try Self.find([[needed]], count: 100)
      #expect(found == .init(pieces: [needed], isSmallest: true))
      #expect(search.tries < 80, "\(search.tries)")
    }
  }

  @Test func severalPiecesAreFoundAndNothingElse() throws {
    for needed: Set in [[3, 40, 41, 77], [0, 99], Set(10..<30), Set(0..<64)] {
      let (found, _) = try Self.find([needed], count: 100)
      #expect(found.map { Set($0.pieces) } == needed)
      #expect(found?.pieces.count == needed.count && found?.isSmallest == true)
    }
  }

  /// What is said to be smallest was tried without each of its pieces.
  @Test func eachPieceOfASmallestSetIsNeeded() throws {
    let needs: [Set<Int>] = [[3, 20], [20, 41, 50], [7, 8, 9]]
    var decoded: [Set<Int>: Bool] = [:]
    var search = WhySearch<Int> { sets in
      let outcomes = sets.map { Self.outcome($0, needs) }
      for (set, outcome) in zip(sets, outcomes) { decoded[Set(set)] = outcome.isBack }
      return outcomes
    }
    let enough = try #require(try search.grow(Array(0..<64)))
    let found = try search.shrink(enough)
    #expect(found.isSmallest && decoded[Set(found.pieces)] == true)
    for piece in found.pieces { #expect(decoded[Set(found.pieces).subtracting([piece])] == false) }
  }

  @Test func anotherSetIsFoundBesideTheFirst() throws {
    var search = Self.search([[3, 20], [7, 8, 9]])
    let first = try search.shrink(try #require(try search.grow(Array(0..<64))))
    let other = try #require(try search.another(Array(0..<64), beside: [first]))
    #expect([Set(first.pieces), Set(other.pieces)].contains([3, 20]))
    #expect([Set(first.pieces), Set(other.pieces)].contains([7, 8, 9]) && other.isSmallest)
    #expect(try search.another(Array(0..<64), beside: [first, other]) == nil)
    var alone = Self.search([[3, 20]])
    let only = try alone.shrink(try #require(try alone.grow(Array(0..<64))))
    #expect(try alone.another(Array(0..<64), beside: [only]) == nil)
  }

  /// Pieces of many heads, of which a few in some heads are needed, wherever they stand.
  @Test(arguments: [[17, 1203], [2000, 2001, 2002, 2003], [5, 905, 1805, 2705], [3999]])
  func largeSetsAreMadeSmallByWholeHeadsFirst(_ needed: [Int]) throws {
    let ranked = Array(0..<4000)
    var grouped = WhySearch<Int>(group: { [$0 % 90] }) { sets in
      sets.map { Self.outcome($0, [Set(needed)]) }
    }
    let found = try #require(try grouped.smallest(of: ranked))
    #expect(Set(found.pieces) == Set(needed) && found.isSmallest)
    #expect(grouped.tries < 150, "\(grouped.tries)")
  }

  /// Thousands of pieces of few heads are needed for what a head says as a whole: within few tries the set is
  /// as small as whole heads make it.
  @Test func whatNeedsWholeHeadsIsCutToThem() throws {
    let needed = Set((0..<4000).filter { [3, 40].contains($0 % 90) })
    var decoded = 0
    var search = WhySearch<Int>(group: { [$0 % 90] }) { sets in
      decoded += sets.count
      return sets.map { Self.outcome($0, [needed]) }
    }
    search.room = { 80 - decoded }
    let found = try #require(try search.smallest(of: Array(0..<4000)))
    #expect(Set(found.pieces) == needed && !found.isSmallest, "not each was left out: that is not claimed")
    var plain = Self.search([needed], limit: 80)
    let enough = try #require(try plain.grow(Array(0..<4000)))
    #expect(try plain.shrink(enough).pieces.count > 10 * needed.count)
  }

  @Test func whatIsKnownIsNotTriedAgain() throws {
    var decoded: [[Int]] = []
    var search = WhySearch<Int> { sets in
      decoded += sets
      return sets.map { Self.outcome($0, [[5]]) }
    }
    search.learn([], Self.outcome([], [[5]]))
    search.learn([1], Self.outcome([1], [[5]]))
    #expect(try search.outcomes([[], [1], [5]]).map { $0?.isBack } == [false, false, true])
    #expect(decoded == [[5]])
  }

  @Test func nothingIsFoundWhereNothingHelps() throws {
    let (found, search) = try Self.find([[1000]], count: 100)
    #expect(found == nil)
    #expect(search.tries == 8, "1, 2, 4 … 64, 100")
    #expect(try Self.find([[0]], count: 0).found == nil)
  }

  @Test func noSetIsDecodedTwice() throws {
    var decoded: [Set<Int>] = []
    var search = WhySearch<Int> { sets in
      decoded += sets.map(Set.init)
      return sets.map { Self.outcome($0, [[3, 40, 41]]) }
    }
    _ = try search.outcomes([[1], [1], [2]])
    let enough = try #require(try search.grow(Array(0..<64)))
    _ = try search.shrink(enough)
    #expect(decoded.count == Set(decoded).count && search.tries == decoded.count)
  }

  @Test func aSearchEndsAtItsLimitWithWhatItHas() throws {
    let needed = Set(stride(from: 0, to: 64, by: 2))
    for limit in 0..<90 {
      let (found, search) = try Self.find([needed], count: 64, limit: limit)
      #expect(search.tries <= limit)
      if let found {
        #expect(needed.isSubset(of: found.pieces), "what is enough stays")
        if found.isSmallest { #expect(Set(found.pieces) == needed) }
      }
    }
  }

  /// More pieces may do harm: what is found must be a set that was tried.
  @Test func aPieceThatDoesHarmIsLeftOut() throws {
    var enough: Set<Set<Int>> = []
    var search = WhySearch<Int> { sets in
      sets.map { set in
        let isBack = set.contains(1) && !set.contains(2)
        if isBack { enough.insert(Set(set)) }
        return WhyOutcome(
          isBack: isBack, saidCount: 0, said: nil, rank: 2, probability: 0, divergence: nil)
      }
    }
    let found = try search.shrink(try #require(try search.grow(Array(0..<8))))
    #expect(found == .init(pieces: [1], isSmallest: true) && enough.contains([1]))
  }

  @Test func nearerIsMoreSaidThenABetterRankThenLikelier() {
    func outcome(_ said: Int, _ rank: Int?, _ probability: Double, _ isBack: Bool = false) -> WhyOutcome {
      WhyOutcome(
        isBack: isBack, saidCount: said, said: nil, rank: rank, probability: probability, divergence: nil)
    }
    let ordered = [
      outcome(3, 1, 0.5, true), outcome(2, 9, 0), outcome(1, 2, 0.1), outcome(1, 3, 0.4),
      outcome(1, 3, 0.2), outcome(1, nil, 0.9),
    ]
    for (nearer, other) in zip(ordered, ordered.dropFirst()) {
      #expect(nearer.comesNearer(than: other) && !other.comesNearer(than: nearer))
    }
  }
}
