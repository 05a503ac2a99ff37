/// Bytes that a terminal sends after it was asked for its background: the answer, the answer to the question behind it, and
/// whatever a person typed meanwhile.
package struct BackgroundReply {
  /// What was said of the background.
  package private(set) var background: Background?
  /// Whether the question behind it has been answered: nothing more will come.
  package private(set) var isComplete = false
  /// What is part of no answer.
  package private(set) var typed: [UInt8] = []

  private enum Place { case outside, escape, control, command, commandEscape }
  private var place = Place.outside
  private var text: [UInt8] = []
  /// Longer answers than any terminal gives are left out.
  private static let limit = 128

  /// Nothing has come yet.
  package init() {}

  /// Goes on with some bytes.
  package mutating func take(_ bytes: some Sequence<UInt8>) { for byte in bytes { take(byte) } }

  private mutating func take(_ byte: UInt8) {
    switch place {
    case .outside:
      if byte == 0x1B { (place, text) = (.escape, []) } else if typed.count < Self.limit { typed.append(byte) }
    case .escape:
      switch byte {
      case 0x5B: place = .control
      case 0x5D: place = .command
      case 0x1B: break
      default: place = .outside
      }
    case .control:
      if (0x40...0x7E).contains(byte) {
        // Device attributes answer the second question; another sequence is a key that waits for none.
        if byte == 0x63 { isComplete = true }
        place = .outside
      }
    case .command:
      switch byte {
      case 0x07: endCommand()
      case 0x1B: place = .commandEscape
      default: if text.count < Self.limit { text.append(byte) }
      }
    case .commandEscape: endCommand()
    }
  }

  private mutating func endCommand() {
    if background == nil { background = Background(oscReply: String(decoding: text, as: UTF8.self)) }
    (place, text) = (.outside, [])
  }
}
