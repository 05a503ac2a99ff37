import Eviction
import Testing

@testable import Exploration

/// Pseudo tokens that are known before anything is decoded, on numbers that one can follow.
@Suite struct PseudoTokensTests {
  private static func lookup(
    _ prompt: [Int], first: Int, count: Int = 4, ends: Set<Int> = [],
    firstEnd: LookaheadSettings.FirstEndToken = .feed
  ) -> PseudoTokens? {
    PseudoTokens.lookup(prompt, first: first, count: count, endTokens: ends, firstEnd: firstEnd)
  }

  @Test func theLongestTailIsFollowed() {
    // "3 9" stands early, "9" alone once more later: two tokens say more than one.
    #expect(Self.lookup([3, 9, 5, 6, 7, 8, 9, 1, 2, 3], first: 9)?.tokens == [9, 5, 6, 7])
    // Three say more than two.
    #expect(Self.lookup([1, 3, 9, 5, 6, 2, 3, 9, 7, 8, 1, 3], first: 9)?.tokens == [9, 5, 6, 2])
  }

  @Test func ofEqualTailsTheLatestIsFollowed() {
    #expect(Self.lookup([4, 9, 5, 4, 9, 6, 0, 4], first: 9, count: 2)?.tokens == [9, 6])
  }

  /// Behind the text's end stands what was copied already, as a repetition goes on.
  @Test func copyingGoesOnBeyondTheEnd() {
    #expect(Self.lookup([7, 8, 7], first: 8, count: 6)?.tokens == [8, 7, 8, 7, 8, 7])
    #expect(Self.lookup([5, 5], first: 5, count: 3)?.tokens == [5, 5, 5])
  }

  @Test func aTokenThatNeverStoodThereIsNoPlaceToCopyFrom() {
    #expect(Self.lookup([1, 2, 3], first: 4) == nil)
    #expect(Self.lookup([], first: 4) == nil)
    #expect(Self.lookup([1], first: 1, count: 1)?.tokens == [1], "one pseudo token is the prefill's own")
  }

  @Test func anEndTokenIsFedInFrontOnly() {
    let ended = Self.lookup([1, 2, 0, 5, 1], first: 2, ends: [0])
    #expect(ended == PseudoTokens(tokens: [2], hasEnded: true))
    // In front the setting says what becomes of it, as where it is decoded.
    let front = [0, 6, 7, 0, 3]
    #expect(Self.lookup(front, first: 0, count: 3, ends: [0])?.tokens == [0, 3])
    #expect(Self.lookup(front, first: 0, count: 3, ends: [0], firstEnd: .stop)?.tokens == [0])
  }

  @Test func fewerTokensAreTheBeginningOfMore() {
    let prompt = [3, 9, 5, 0, 7, 8, 9, 1, 2, 3]
    for ends in [[], [0]] as [Set<Int>] {
      let whole = Self.lookup(prompt, first: 9, count: 12, ends: ends)?.tokens ?? []
      for count in 1...12 {
        #expect(
          Self.lookup(prompt, first: 9, count: count, ends: ends)?.tokens == Array(whole.prefix(count)))
      }
    }
  }

  @Test func contentThatSaysNothingHasTheRightNumber() {
    let prompt = [5, 6, 7]
    func filling(_ content: LookaheadSettings.Content, _ count: Int) -> [Int] {
      PseudoTokens.filling(content, from: prompt, count: count).tokens
    }
    #expect(filling(.last, 4) == [7, 7, 7, 7] && filling(.first, 5) == [5, 6, 7, 5, 6])
    let drawn = filling(.random, 64)
    #expect(drawn.count == 64 && Set(drawn) == Set(prompt) && drawn == filling(.random, 64))
    #expect(Array(drawn.prefix(8)) == filling(.random, 8), "a longer one begins with a shorter one")
    #expect(PseudoTokens.filling(.last, from: [], count: 3).tokens.isEmpty)
  }
}
