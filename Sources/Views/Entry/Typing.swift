/// What is being typed: a line, a number before a key, or the key that quits when it comes twice.
package struct Typing: Sendable {
  /// The line being typed.
  package var entry: ViewState.Entry?
  /// Lines that were entered before.
  var history = EntryHistory()
  /// Names of files, for completing a path.
  package var files = FileCompletion()
  /// A number typed before a key.
  package var count: Int?
  /// Whether a number is being typed, so that digits choose no view.
  package var isCounting = false
  /// Whether the last key was the one that stops work: the next one like it quits.
  var isInterrupted = false

  /// What waits for an answer of one key.
  var question: String? { entry.flatMap { $0.isQuestion ? $0.prompt : nil } }

  /// Forgets the number before a key.
  mutating func clearCount() { (count, isCounting) = (nil, false) }
}
