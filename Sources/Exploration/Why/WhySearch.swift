/// Looks for few evicted tokens whose return brings a lost answer back. Pure search: what a set does is asked
/// of `decode`.
///
/// The answer returns token by token. While it still differs at some step, the tokens that the full cache
/// looked at there come back: the first one, the first two, four, eight …, until it goes on. Then the whole
/// set is made smaller by delta debugging (ddmin: Zeller and Hildebrandt, "Simplifying and Isolating
/// Failure-Inducing Input", 2002, section 3): parts of it are tried alone, then left out, smaller and smaller
/// ones, until no single token can be spared.
struct WhySearch<Token> {
  /// What was found.
  struct Result {
    var tokens: [Token]
    /// Whether each of them is needed: without any single one the answer is lost again.
    var isSmallest: Bool
  }

  /// How far the search has come.
  enum Progress: Sendable, Hashable {
    /// So many tokens are back, and the answer differs at this step.
    case restoring(count: Int, step: Int)
    /// The answer is back with so many tokens, which become fewer.
    case shrinking(count: Int)
  }

  /// Where evicted tokens are looked for; the farther places only when what the nearer ones give is not
  /// enough.
  enum Reach: CaseIterable {
    /// What the full cache's answer looked at when it chose the step's token.
    case step
    /// What it looked at before that: the answer's own tokens carry it on, in their keys and values.
    case before
  }

  /// Sets that are decoded side by side, one pass over the weights for each of their tokens.
  static var batch: Int { 8 }

  /// The evicted tokens that the full cache's answer looked at, the most wanted first, without those that are
  /// back already; those of a farther reach without those of a nearer one.
  let rank: (_ restored: [Token], _ step: Int, Reach) throws -> [Token]
  /// Where the answer still differs with each of some sets back; `nil` where it does not.
  let decode: (_ sets: [[Token]]) throws -> [Int?]
  /// Called as the search goes on; `found` brings the answer back, and is empty until something does.
  var onProgress: (Progress, _ found: [Token], _ tries: Int) -> Void = { _, _, _ in }
  /// Sets that are decoded at most; a search that reaches this ends with what it has.
  var limit = 1000
  /// Sets that have been decoded.
  private(set) var tries = 0

  init(
    rank: @escaping ([Token], Int, Reach) throws -> [Token], decode: @escaping ([[Token]]) throws -> [Int?]
  ) {
    self.rank = rank
    self.decode = decode
  }

  /// Searches from the first step at which the answer differs.
  /// - Returns: `nil` when nothing that was tried brings the answer back.
  /// - Throws: what `rank` and `decode` throw.
  mutating func find(from firstStep: Int) throws -> Result? {
    var (restored, step): ([Token], Int?) = ([], firstStep)
    while let open = step {
      guard let (added, following) = try extend(restored, at: open) else { return nil }
      restored += added
      step = following
    }
    return try shrink(restored)
  }

  /// The first wanted tokens that lead the answer past a step, and the step at which it differs then.
  private mutating func extend(_ restored: [Token], at step: Int) throws -> (added: [Token], step: Int?)? {
    var ranked: [Token] = []
    for reach in Reach.allCases {
      let tried = ranked.count
      ranked += try rank(restored, step, reach)
      var counts = Self.counts(after: tried, to: ranked.count)[...]
      while !counts.isEmpty, tries < limit {
        let sets = counts.prefix(Self.batch).map { restored + ranked.prefix($0) }
        let outcomes = try run(sets)
        for (count, outcome) in zip(counts, outcomes) where outcome.map({ $0 > step }) ?? true {
          return (Array(ranked.prefix(count)), outcome)
        }
        counts = counts.dropFirst(sets.count)
        onProgress(.restoring(count: sets.last?.count ?? 0, step: step), [], tries)
      }
    }
    return nil
  }

  /// The powers of two beyond a number, and where they end.
  private static func counts(after tried: Int, to count: Int) -> [Int] {
    guard count > tried else { return [] }
    return (0..<Int.bitWidth - 1).map { 1 << $0 }.filter { $0 > tried && $0 < count } + [count]
  }

  private mutating func shrink(_ tokens: [Token]) throws -> Result {
    var (tokens, parts) = (tokens, 2)
    while tokens.count > 1 {
      onProgress(.shrinking(count: tokens.count), tokens, tries)
      let pieces = Self.split(tokens.indices, into: parts)
      // With two parts, the rest of one is the other.
      let alone = pieces.map { Array(tokens[$0]) }
      let rests = parts == 2 ? [] : pieces.map { Array(tokens[..<$0.lowerBound] + tokens[$0.upperBound...]) }
      if let smaller = try firstThatReturns(alone) {
        (tokens, parts) = (smaller, 2)
      } else if let smaller = try firstThatReturns(rests) {
        (tokens, parts) = (smaller, max(2, min(parts - 1, smaller.count)))
      } else if tries >= limit {
        return Result(tokens: tokens, isSmallest: false)
      } else if parts >= tokens.count {
        break
      } else {
        parts = min(parts * 2, tokens.count)
      }
    }
    return Result(tokens: tokens, isSmallest: true)
  }

  /// The first of some sets with which the answer is back; `nil` if it is with none, or the limit is reached.
  private mutating func firstThatReturns(_ sets: [[Token]]) throws -> [Token]? {
    var rest = sets[...]
    while !rest.isEmpty, tries < limit {
      let batch = Array(rest.prefix(Self.batch))
      let outcomes = try run(batch)
      if let index = outcomes.firstIndex(where: { $0 == nil }) { return batch[index] }
      rest = rest.dropFirst(batch.count)
    }
    return nil
  }

  private mutating func run(_ sets: [[Token]]) throws -> [Int?] {
    tries += sets.count
    return try decode(sets)
  }

  /// Parts of a range that are as long as each other, or longer by one.
  private static func split(_ range: Range<Int>, into parts: Int) -> [Range<Int>] {
    (0..<parts).map { part in
      range.lowerBound + range.count * part / parts..<range.lowerBound + range.count * (part + 1) / parts
    }
  }
}
