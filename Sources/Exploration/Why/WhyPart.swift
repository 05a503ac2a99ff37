/// Pieces that bring something back together.
public struct WhySet: Sendable, Hashable {
  /// The pieces.
  public let pieces: [WhyPiece]
  /// Whether each of them is needed: without any single one it is lost again.
  public let isSmallest: Bool
}

/// One piece that was restored by itself, beside what was back before.
public struct WhyTrial: Sendable, Hashable {
  /// The piece.
  public let piece: WhyPiece
  /// What came of it.
  public let outcome: WhyOutcome
}

/// What a search has found out about one aim. A value that grows while the search runs.
public struct WhyPart: Sendable {
  /// How far it has come.
  public enum Stage: Sendable, Hashable {
    /// Sets are tried.
    case searching
    /// So many pieces bring it back; fewer are tried.
    case shrinking(count: Int)
    /// `sets` bring it back.
    case found
    /// Nothing that there is to restore does.
    case notFound
    /// Nothing did before the tries were used up.
    case exhausted
  }

  /// What is to come back.
  public let aim: WhyAim
  /// What is back already.
  public let before: [WhyPiece]
  /// How far it has come.
  public internal(set) var stage = Stage.searching
  /// What is said with only that back.
  public internal(set) var without: WhyOutcome?
  /// The sets that bring it back beside `before`, the first one found first.
  public internal(set) var sets: [WhySet] = []
  /// Pieces restored alone, in the order in which they were tried.
  public internal(set) var alone: [WhyTrial] = []
  /// The set that came nearest without being enough, and what was said with it.
  public internal(set) var nearest: (pieces: [WhyPiece], outcome: WhyOutcome)?
  /// The pieces of the largest set that was tried.
  public internal(set) var largestCount = 0
  /// Sets that were restored and decoded on.
  public internal(set) var tries = 0
  /// The policy's answer with the first set back; `nil` before it is known.
  public internal(set) var answer: Continuation?
  /// Where that differs from the full cache's; `nil` where it does not, or is not known.
  public internal(set) var following: Int?
  /// Whether that has in it what is expected; `nil` where nothing is.
  public internal(set) var hasExpected: Bool?

  init(_ aim: WhyAim, before: [WhyPiece]) { (self.aim, self.before) = (aim, before) }

  /// The pieces of a kind that were tried alone, and those of them that are enough.
  public func triedAlone(heads: Bool) -> (all: [WhyTrial], enough: [WhyTrial]) {
    let all = alone.filter { ($0.piece.token == nil) == heads }
    return (all, all.filter(\.outcome.isBack))
  }

  /// Whether a longer search would say nothing else of it.
  public var isSettled: Bool {
    switch stage {
    case .found: sets.allSatisfy(\.isSmallest)
    case .notFound: true
    case .searching, .shrinking, .exhausted: false
    }
  }

  /// Tells another search what was tried alone.
  func teach(_ search: inout WhySearch<WhyPiece>) {
    if let without { search.learn([], without) }
    for trial in alone { search.learn([trial.piece], trial.outcome) }
  }

  /// Takes note of a try.
  mutating func take(_ set: [WhyPiece], _ outcome: WhyOutcome) {
    if set.isEmpty { without = outcome }
    if set.count == 1 { alone.append(WhyTrial(piece: set[0], outcome: outcome)) }
    largestCount = max(largestCount, set.count)
    guard !outcome.isBack, !set.isEmpty else { return }
    if nearest.map({ outcome.comesNearer(than: $0.outcome) }) ?? true { nearest = (set, outcome) }
  }
}
