import Screen

/// From the bytes that a terminal sends to keys and pastes.
///
/// A terminal sends more than keys: replies, reports, keys that mean nothing here. Whatever has the form of a
/// sequence is taken as a whole, whether it is known or not, so that no part of one is ever a key.
struct InputDecoder {
  /// What may still come of a sequence that has begun, and how long one waits for it, in milliseconds.
  ///
  /// A person's Escape is told from a sequence by silence alone. Behind `ESC [` hardly anybody has typed: a
  /// slow line is given time.
  struct Patience: Equatable {
    var escape = 50
    var sequence = 500
    var string = 1_000
    var paste = 2_000
  }

  enum State {
    case ground
    /// Within a string that ends with ST or BEL; what has come of it, as far as answers are long.
    case string([UInt8], isCommand: Bool)
    case paste([UInt8])
  }

  /// What stands at the beginning of what has come.
  enum Step {
    /// So many bytes, which are a key or nothing.
    case taken(Int, Key? = nil)
    /// So many bytes, which tell the terminal's device attributes.
    case attributes(Int)
    /// So many bytes, behind which another state begins.
    case begins(Int, State)
    /// The beginning of something, which takes so long to come at most.
    case partial(Int)
  }

  let patiences: Patience
  let hasMouse: Bool
  /// Whether a dollar sign ends a key's sequence, as in rxvt.
  let dollarEnds: Bool
  /// What the terminal's description says of keys, where that is more than one byte.
  let described: [[UInt8]: Key]
  /// What the terminal has answered.
  private(set) var answers = TerminalAnswers()
  private var state = State.ground
  private var bytes: ArraySlice<UInt8> = []
  /// Whether nothing more will come of what has begun.
  private var isLate = false

  /// Bytes of a paste at most; of a longer one the beginning is taken.
  static let pasteLimit = 1 << 22

  init(
    patience: Patience = Patience(), described: [[UInt8]: Key] = [:], hasMouse: Bool = true,
    dollarEnds: Bool = false
  ) {
    (patiences, self.hasMouse, self.dollarEnds) = (patience, hasMouse, dollarEnds)
    self.described = described.filter { $0.key.count > 1 }
  }

  /// Takes what was read.
  mutating func feed(_ new: some Sequence<UInt8>) {
    bytes = bytes + new
    isLate = false
  }

  /// The next key or paste that is complete.
  mutating func next() -> Event? {
    while true {
      switch state {
      case .paste(let text): if let pasted = readPaste(text) { return .paste(pasted) } else { return nil }
      case .string(let text, let isCommand): guard readString(text, isCommand) else { return nil }
      case .ground:
        guard !bytes.isEmpty else { return nil }
        switch step(bytes) {
        case .taken(let count, let key):
          bytes = bytes.dropFirst(count)
          if let key { return .key(key) }
        case .attributes(let count):
          bytes = bytes.dropFirst(count)
          answers.isComplete = true
        case .begins(let count, let begun):
          bytes = bytes.dropFirst(count)
          state = begun
        case .partial:
          guard isLate else { return nil }
          // Escape was pressed, maybe several times; of anything else there is nothing.
          let isEscape = bytes.allSatisfy { $0 == 0x1B }
          bytes = bytes.dropFirst(isEscape ? 1 : bytes.count)
          if isEscape { return .key(.escape) }
        }
      }
    }
  }

  /// How long to wait for the rest of what has begun; `nil` where nothing has.
  var patience: Int? {
    switch state {
    case .paste: return patiences.paste
    case .string(let text, _): return text.isEmpty ? 2 * patiences.escape : patiences.string
    case .ground:
      guard !bytes.isEmpty, case .partial(let time) = step(bytes) else { return nil }
      return time
    }
  }

  /// The rest has not come: `next` decides by what there is.
  mutating func expire() { isLate = true }

  // MARK: Strings and pastes

  /// Reads on in a string, of which only answers are kept; false while its end has not come.
  private mutating func readString(_ before: [UInt8], _ isCommand: Bool) -> Bool {
    let end = bytes.firstIndex { [0x07, 0x18, 0x1A, 0x1B].contains($0) } ?? bytes.endIndex
    let text = before + bytes[..<end].prefix(TerminalAnswers.limit - before.count)
    state = .string(text, isCommand: isCommand)
    bytes = bytes[end...]
    guard let first = bytes.first, first != 0x1B || bytes.count > 1 else {
      guard isLate else { return false }
      (state, bytes) = (.ground, [])
      return true
    }
    state = .ground
    // BEL and ST end it; CAN and SUB too, and any other sequence interrupts it.
    let isTerminated = first == 0x1B && bytes[bytes.startIndex + 1] == UInt8(ascii: "\\")
    if isCommand, isTerminated || first == 0x07 { answers.take(command: text) }
    bytes = bytes.dropFirst(isTerminated ? 2 : first == 0x1B ? 0 : 1)
    return true
  }

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// Reads on in a paste; its text when it has ended.
  private mutating func readPaste(_ before: [UInt8]) -> String? {
    var text = before
    // Not twice in memory while it grows.
    state = .paste([])
    var at = bytes.startIndex
    while at < bytes.endIndex {
      guard bytes[at] == 0x1B else {
        if text.count < Self.pasteLimit { text.append(bytes[at]) }
        at += 1
        continue
      }
      let rest = bytes[at...].prefix(Self.pasteEnd.count)
      if rest.elementsEqual(Self.pasteEnd) {
        (state, bytes) = (.ground, bytes[(at + rest.count)...])
        return Self.pasted(text)
      }
      // Maybe the end's beginning.
      if !isLate, rest.count < Self.pasteEnd.count, Self.pasteEnd.starts(with: rest) { break }
      if text.count < Self.pasteLimit { text.append(bytes[at]) }
      at += 1
    }
    bytes = bytes[at...]
    guard isLate else {
      state = .paste(text)
      return nil
    }
    state = .ground
    return Self.pasted(text)
  }

  /// A paste's lines end with newlines.
  private static func pasted(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n").replacing("\r", with: "\n")
  }
}

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
