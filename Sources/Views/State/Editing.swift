import Eviction

/// What a person has changed: by hand of what is kept, and of the settings, and which file holds it.
package struct Editing: Sendable {
  /// The heads in which an edit happens.
  package enum Scope: String, Sendable, CaseIterable {
    case head = "this head"
    case layer = "this layer"
    case everywhere = "every head"
  }

  /// Where edits of the kept tokens happen.
  package var scope = Scope.head
  /// Earlier settings, for undo; the newest last.
  package var undo: [Setup] = []
  /// Settings that are kept to come back to.
  package var other: Setup?
  /// The file that the session was read from, or written to last.
  package var sessionPath: String?
  /// The policies edited by hand that a file holds.
  var written: [Policy] = []

  /// How many edits by hand of some policies no file holds.
  func unwritten(of edited: [Policy]) -> Int {
    edited.filter { !written.contains($0) }.reduce(0) { $0 + $1.edits.count }
  }
}
