/// What a line being typed could become, gone through with Tab.
struct Completion: Sendable {
  /// What had been typed before the cursor.
  let typed: String
  /// What the candidates stand behind: the part of it that is complete.
  let stem: String
  /// Every candidate, in the order in which they are shown.
  let candidates: [String]
  /// The one that stands in the line, an index.
  private(set) var selected = 0

  /// - Returns: `nil` when there is no candidate.
  init?(typed: String, stem: String, candidates: [String], last: Bool = false) {
    guard !candidates.isEmpty else { return nil }
    (self.typed, self.stem, self.candidates) = (typed, stem, candidates)
    if last { selected = candidates.count - 1 }
  }

  /// Goes to the next candidate or the one before; behind the last comes the first.
  mutating func turn(forward: Bool) {
    selected = (selected + (forward ? 1 : candidates.count - 1)) % candidates.count
  }

  /// The line up to the cursor with the selected candidate in it.
  var text: String { stem + candidates[selected] }

  /// The candidates as they are shown: of a path only its last part.
  func label(_ index: Int) -> String {
    let candidate = candidates[index]
    let trimmed = candidate.hasSuffix("/") ? candidate.dropLast() : candidate[...]
    guard let slash = trimmed.lastIndex(of: "/"), isPath else { return candidate }
    return String(candidate[candidate.index(after: slash)...])
  }

  /// Whether the candidates are names of files.
  var isPath = false
}
