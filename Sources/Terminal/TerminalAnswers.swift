import Screen

/// What the terminal has said of itself when it was asked; data from outside, and never keys.
struct TerminalAnswers: Equatable {
  /// The background's kind, by the first answer to OSC 11.
  private(set) var background: Background?
  /// Whether it has told its device attributes, which it is asked for last: nothing more will come.
  var isComplete = false

  /// Longer answers than any terminal gives are none.
  static let limit = 128

  /// Takes a command's text, what stands between `ESC ]` and its end.
  mutating func take(command text: [UInt8]) {
    if background == nil { background = Background(oscReply: String(decoding: text, as: UTF8.self)) }
  }
}
