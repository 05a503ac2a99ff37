import Testing
@testable import Exploration

/// The search for few tokens that bring an answer back, with made-up caches: a token is a number, and the
/// answer of `needs.count` tokens goes on at a step when all that the step needs is back.
@Suite struct WhySearchTests {
  /// Runs a search over the tokens 0..<count, which every step ranks alike, and counts the decoded sets.
  private func find(
    needs: [Set<Int>], count: Int, farFrom far: Int? = nil, limit: Int = 1000
  ) throws -> (result: WhySearch<Int>.Result?, tries: Int, decoded: Int) {
    var decoded = 0
    var search = WhySearch<Int>(
      rank: { restored, _, reach in
        let wanted = reach == .step ? 0..<(far ?? count) : (far ?? count)..<count
        return wanted.filter { !restored.contains($0) }
      },
      decode: { sets in
        decoded += sets.count
        return sets.map { set in needs.firstIndex { !$0.isSubset(of: set) } }
      })
    search.limit = limit
    return (try search.find(from: 0), search.tries, decoded)
  }

  @Test func theOneNeededTokenIsFoundWhereverItStands() throws {
    for needed in [0, 1, 6, 63, 99] {
      let (result, tries, decoded) = try find(needs: [[needed]], count: 100)
      #expect(result?.tokens == [needed])
      #expect(result?.isSmallest == true)
      #expect(tries == decoded)
    }
  }

  @Test func severalTokensAreFoundAndNothingElse() throws {
    let needed: Set = [3, 40, 41, 77]
    let (result, _, _) = try find(needs: [needed], count: 100)
    #expect(result.map { Set($0.tokens) } == needed)
    #expect(result?.tokens.count == needed.count && result?.isSmallest == true)
  }

  @Test func anAnswerThatReturnsTokenByTokenIsFollowedToItsEnd() throws {
    let (result, _, _) = try find(needs: [[5], [5, 9], [], [30]], count: 64)
    #expect(result.map { Set($0.tokens) } == [5, 9, 30])
  }

  @Test func fartherTokensAreTriedWhenTheNearOnesAreNotEnough() throws {
    let (result, _, _) = try find(needs: [[2, 50]], count: 64, farFrom: 10)
    #expect(result.map { Set($0.tokens) } == [2, 50])
  }

  @Test func nothingIsFoundWhereNothingHelps() throws {
    let (result, tries, _) = try find(needs: [[1000]], count: 100)
    #expect(result == nil)
    #expect(tries == 8, "1, 2, 4 … 64, 100")
    #expect(try find(needs: [[0]], count: 0).result == nil)
  }

  @Test func aSearchEndsAtItsLimitWithWhatItHas() throws {
    let needed = Set(stride(from: 0, to: 64, by: 2))
    let (result, tries, _) = try find(needs: [needed], count: 64, limit: 20)
    #expect(result.map { needed.isSubset(of: $0.tokens) } == true)
    #expect(result?.isSmallest == false)
    #expect(tries < 20 + WhySearch<Int>.batch)
  }

  /// More tokens may do harm: what is found must be a set that was tried.
  @Test func aTokenThatDoesHarmIsLeftOut() throws {
    var tried: Set<[Int]> = []
    var search = WhySearch<Int>(
      rank: { restored, _, reach in reach == .step ? (0..<8).filter { !restored.contains($0) } : [] },
      decode: { sets in
        tried.formUnion(sets)
        return sets.map { $0.contains(1) && !$0.contains(2) ? nil : 0 }
      })
    let result = try search.find(from: 0)
    #expect(result?.tokens == [1])
    #expect(result.map { tried.contains($0.tokens) } == true)
  }
}
