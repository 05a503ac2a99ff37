/// A cut of pieces at the matches of a pattern.
struct SplitStep: Sendable {
  /// What becomes of a match.
  enum Behavior: String, Sendable, CaseIterable {
    /// It is left out.
    case removed = "Removed"
    /// It is a piece.
    case isolated = "Isolated"
    /// It ends the piece before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// It begins the piece after it.
    case mergedWithNext = "MergedWithNext"
    /// Matches without anything between them are one piece.
    case contiguous = "Contiguous"
  }

  let pattern: RegexAutomaton
  let behavior: Behavior
  /// Whether what lies between the matches counts as the match.
  var isInverted = false

  /// Cuts one piece.
  func split(_ piece: ArraySlice<AlignedScalar>) -> [ArraySlice<AlignedScalar>] {
    var parts: [(range: Range<Int>, isMatch: Bool)] = []
    var end = piece.startIndex
    for match in pattern.matches(in: piece) {
      if end < match.lowerBound { parts.append((end..<match.lowerBound, isInverted)) }
      parts.append((match, !isInverted))
      end = match.upperBound
    }
    if end < piece.endIndex { parts.append((end..<piece.endIndex, isInverted)) }
    return ranges(of: parts).map { piece[$0] }
  }

  private func ranges(of parts: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
    switch behavior {
    case .isolated: parts.map(\.range)
    case .removed: parts.filter { !$0.isMatch }.map(\.range)
    case .contiguous: Self.joined(parts) { $0 == $1 }
    // Of several matches in a row only the first goes to its neighbour.
    case .mergedWithPrevious: Self.joined(parts) { !$0 && $1 }
    case .mergedWithNext:
      Self.joined(parts.reversed()) { !$0 && $1 }.reversed()
    }
  }

  /// Joins each part to the one before it in the list where a rule on the two says so.
  private static func joined(
    _ parts: [(range: Range<Int>, isMatch: Bool)], _ joins: (_ wasMatch: Bool, _ isMatch: Bool) -> Bool
  ) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var wasMatch = false
    for (range, isMatch) in parts {
      if let last = result.last, joins(wasMatch, isMatch) {
        let whole = min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound)
        result[result.count - 1] = whole
      } else {
        result.append(range)
      }
      wasMatch = isMatch
    }
    return result
  }
}
