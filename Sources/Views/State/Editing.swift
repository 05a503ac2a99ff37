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
  /// The file with the recording that a session names, too.
  package var recording: KeptRecordingFile?
  /// How far the writing of a file is that takes its time; `nil` while none is written.
  package var writing: String?
  /// The policies edited by hand that a file holds.
  var written: [Policy] = []

  /// How many edits by hand of some policies no file holds.
  func unwritten(of edited: [Policy]) -> Int {
    edited.filter { !written.contains($0) }.reduce(0) { $0 + $1.edits.count }
  }

  /// How many edits of the settings to come back to no file holds, and the present ones have not.
  func unwrittenOfOther(beside present: [Policy]) -> Int {
    (other?.editedPolicies ?? []).filter { !written.contains($0) }.reduce(0) { count, policy in
      let known = present.filter { $0.unedited == policy.unedited }.flatMap(\.edits)
      return count + policy.edits.filter { !known.contains($0) }.count
    }
  }
}
