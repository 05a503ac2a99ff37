/// Bytes that a terminal sends after it was asked for its background: the answer, the answer to the question behind it, and
/// whatever a person typed meanwhile.
package struct BackgroundReply {
  /// What was said of the background.
  package private(set) var background: Background?
  /// Whether the question behind it has been answered: nothing more will come.
  package private(set) var isComplete = false
  /// What is part of no answer, and of what has begun last, what there is of it.
  package var others: [UInt8] { typed + sequence }

  private enum Place { case outside, escape, control, command, commandEscape }
  private var place = Place.outside
  private var typed: [UInt8] = []
  private var sequence: [UInt8] = []
  /// Longer answers than any terminal gives are none, and are left out.
  private static let limit = 128
  private static let typedLimit = 4_096

  /// Nothing has come yet.
  package init() {}

  /// Goes on with some bytes.
  package mutating func take(_ bytes: some Sequence<UInt8>) { for byte in bytes { take(byte) } }

  private mutating func take(_ byte: UInt8) {
    if place == .outside, byte != 0x1B {
      if typed.count < Self.typedLimit { typed.append(byte) }
      return
    }
    // What an Escape key sends ends where another sequence begins.
    if place == .escape, byte == 0x1B { end(isAnswer: false) }
    if sequence.count < Self.limit { sequence.append(byte) }
    switch (place, byte) {
    case (.outside, _): place = .escape
    case (.escape, 0x5B): place = .control
    case (.escape, 0x5D): place = .command
    case (.escape, _): end(isAnswer: false)
    // Device attributes answer the second question; another sequence is a key.
    case (.control, 0x40...0x7E):
      isComplete = isComplete || byte == 0x63
      end(isAnswer: byte == 0x63 || sequence.count == Self.limit)
    case (.control, _): break
    case (.command, 0x07), (.commandEscape, _): endCommand()
    case (.command, 0x1B): place = .commandEscape
    case (.command, _): break
    }
  }

  private mutating func endCommand() {
    let text = sequence.dropFirst(2).prefix { $0 != 0x07 && $0 != 0x1B }
    if background == nil { background = Background(oscReply: String(decoding: text, as: UTF8.self)) }
    end(isAnswer: true)
  }

  private mutating func end(isAnswer: Bool) {
    if !isAnswer { typed += sequence }
    (place, sequence) = (.outside, [])
  }
}
