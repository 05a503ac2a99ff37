import Screen

extension InputDecoder {
  /// What stands at the beginning of some bytes.
  func step(_ bytes: ArraySlice<UInt8>) -> Step {
    let first = bytes[bytes.startIndex]
    if first < 0x20, let known = describedKey(bytes) { return known }
    switch first {
    case 0x1B: return escape(bytes)
    case 0..<0x80: return .taken(1, KeyCodes.character(Unicode.Scalar(first)))
    // What begins a sequence in one byte.
    case 0x80..<0xA0: return introduced(first - 0x40, bytes, from: 1) ?? .taken(1)
    default: return character(bytes, from: 0)
    }
  }

  /// A key of the description that has come, or begun.
  private func describedKey(_ bytes: ArraySlice<UInt8>) -> Step? {
    for count in stride(from: min(bytes.count, 12), to: 1, by: -1) {
      if let key = described[Array(bytes.prefix(count))] { return .taken(count, key) }
    }
    guard bytes.count > 1 else { return nil }
    let isBegun = described.keys.contains { $0.count > bytes.count && $0.starts(with: bytes) }
    return isBegun ? .partial(patiences.sequence) : nil
  }

  private func character(_ bytes: ArraySlice<UInt8>, from offset: Int) -> Step {
    let first = bytes[bytes.startIndex + offset]
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard (0xC2...0xF4).contains(first) else { return .taken(offset + 1) }
    let rest = bytes.dropFirst(offset + 1).prefix(length - 1)
    let isWhole = rest.allSatisfy { $0 & 0xC0 == 0x80 }
    guard isWhole else { return .taken(offset + 1) }
    guard rest.count == length - 1 else { return .partial(patiences.sequence) }
    let text = String(decoding: bytes.dropFirst(offset).prefix(length), as: UTF8.self)
    let scalars = text.unicodeScalars
    // What is no character becomes one or more of U+FFFD, which may also be typed.
    guard let scalar = scalars.first, scalars.count == 1, scalar != "\u{FFFD}" || first == 0xEF else {
      return .taken(offset + 1)
    }
    // With Alt it is nothing.
    guard offset == 0 else { return .taken(offset + length) }
    if (0x80..<0xA0).contains(scalar.value) {
      return introduced(UInt8(scalar.value - 0x40), bytes, from: length) ?? .taken(length)
    }
    return .taken(length, KeyCodes.character(scalar))
  }

  private func escape(_ bytes: ArraySlice<UInt8>) -> Step {
    guard bytes.count > 1 else { return .partial(patiences.escape) }
    let second = bytes[bytes.startIndex + 1]
    if let sequence = introduced(second, bytes, from: 2) { return sequence }
    switch second {
    case 0x1B:
      guard bytes.count > 2 else { return .partial(patiences.escape) }
      // Alt and a key that has a sequence; otherwise Escape was pressed twice.
      switch introduced(bytes[bytes.startIndex + 2], bytes, from: 3) {
      case .taken(let count, _): return .taken(count)
      case let other?: return other
      case nil: return .taken(1, .escape)
      }
    case 0x20..<0x30: return intermediates(bytes)
    // Alt and Tab, Enter, Backspace or a character.
    case 0x09, 0x0D, 0x30..<0x80: return .taken(2)
    case 0x80...: return character(bytes, from: 1)
    // A control character cannot be within a sequence: it was pressed after Escape.
    default: return .taken(1, .escape)
    }
  }

  /// What begins with an introducer, `kind` being its letter behind ESC; `nil` for other letters.
  private func introduced(_ kind: UInt8, _ bytes: ArraySlice<UInt8>, from offset: Int) -> Step? {
    switch kind {
    case UInt8(ascii: "["): control(bytes, from: offset)
    case UInt8(ascii: "O"): single(bytes, from: offset)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
      .begins(offset, .string([], isCommand: kind == UInt8(ascii: "]")))
    default: nil
    }
  }

  /// `ESC`, bytes between space and slash, and one more.
  private func intermediates(_ bytes: ArraySlice<UInt8>) -> Step {
    let count = bytes.dropFirst().prefix { (0x20..<0x30).contains($0) }.count + 1
    // Alone, it is Alt and that sign.
    guard count < bytes.count else { return .partial(patiences.escape) }
    return .taken((0x30..<0x7F).contains(bytes[bytes.startIndex + count]) ? count + 1 : count)
  }

  /// `ESC O`, maybe numbers, and a letter.
  private func single(_ bytes: ArraySlice<UInt8>, from offset: Int) -> Step {
    let rest = bytes.dropFirst(offset)
    let numbers = rest.prefix { (0x30...0x3B).contains($0) }
    guard let final = rest.dropFirst(numbers.count).first else { return .partial(patiences.sequence) }
    let count = offset + numbers.count
    guard (0x20..<0x7F).contains(final) else { return .taken(count) }
    return .taken(count + 1, KeyCodes.single(final, isModified: !numbers.isEmpty))
  }

  /// `ESC [`, numbers, intermediates, and a letter.
  private func control(_ bytes: ArraySlice<UInt8>, from offset: Int) -> Step {
    let rest = bytes.dropFirst(offset)
    let numbers = rest.prefix { (0x30..<0x40).contains($0) }
    let between = rest.dropFirst(numbers.count).prefix { (0x20..<0x30).contains($0) }
    let count = offset + numbers.count + between.count
    if dollarEnds, !numbers.isEmpty, between.first == UInt8(ascii: "$"), numbers.allSatisfy({ $0 < 0x3A }) {
      let length = numbers.count + 1
      return .taken(offset + length, KeyCodes.key(ControlSequence(rest.prefix(length))))
    }
    guard let final = rest.dropFirst(count - offset).first else { return .partial(patiences.sequence) }
    // Numbers behind intermediates are against the rules, and still part of what is ignored up to its letter.
    if !between.isEmpty, (0x30..<0x40).contains(final) {
      let length = offset + rest.prefix { (0x20..<0x40).contains($0) }.count
      guard length < bytes.count else { return .partial(patiences.sequence) }
      return .taken((0x40..<0x7F).contains(bytes[bytes.startIndex + length]) ? length + 1 : length)
    }
    // What cannot be within a sequence ends it, and stands for itself.
    guard (0x40..<0x7F).contains(final) else { return .taken(count) }
    if count == offset {
      if final == UInt8(ascii: "[") { return console(rest, offset) }
      if final == UInt8(ascii: "M") { return oldMouse(rest, offset) }
    }
    let sequence = ControlSequence(rest.prefix(count + 1 - offset))
    if sequence.final == UInt8(ascii: "~"), sequence.parameters == [[200]], sequence.prefix == nil {
      return .begins(count + 1, .paste([]))
    }
    if sequence.final == UInt8(ascii: "c"), sequence.prefix == UInt8(ascii: "?") {
      return .attributes(count + 1)
    }
    return .taken(count + 1, mouse(sequence) ?? KeyCodes.key(sequence))
  }

  /// `ESC [ [` and a letter.
  private func console(_ rest: ArraySlice<UInt8>, _ offset: Int) -> Step {
    guard let final = rest.dropFirst().first else { return .partial(patiences.sequence) }
    return (0x20..<0x7F).contains(final) ? .taken(offset + 2, KeyCodes.console(final)) : .taken(offset + 1)
  }

  // MARK: The mouse

  /// `ESC [ M` and three bytes.
  private func oldMouse(_ rest: ArraySlice<UInt8>, _ offset: Int) -> Step {
    let place = rest.dropFirst().prefix(3)
    guard place.count == 3 else { return .partial(patiences.sequence) }
    let numbers = place.map { Int($0) - 32 }
    // Which button was let go is not said.
    let kind = numbers[0] & 0x43 == 3 ? .release : Self.mouseKind(numbers[0])
    return .taken(offset + 4, mouse(kind, column: numbers[1], row: numbers[2]))
  }

  /// `ESC [ < button ; column ; row`, and `M` for a press, `m` for a release.
  private func mouse(_ sequence: ControlSequence) -> Key? {
    guard sequence.prefix == UInt8(ascii: "<"), sequence.parameters.count == 3 else { return nil }
    let kind = Self.mouseKind(sequence.number(0, or: 0))
    let isRelease = sequence.final == UInt8(ascii: "m")
    guard isRelease || sequence.final == UInt8(ascii: "M"), !isRelease || kind == .click else { return nil }
    let (column, row) = (sequence.number(1, or: 0), sequence.number(2, or: 0))
    return mouse(isRelease ? .release : kind, column: column, row: row)
  }

  private func mouse(_ kind: Key.Mouse?, column: Int, row: Int) -> Key? {
    guard hasMouse, let kind, row > 0, column > 0 else { return nil }
    return .mouse(row: row - 1, column: column - 1, kind: kind)
  }

  /// Without Shift, Alt and Ctrl; other buttons and moves are nothing.
  private static func mouseKind(_ button: Int) -> Key.Mouse? {
    switch button & ~0x1C {
    case 0: .click
    case 64: .wheelUp
    case 65: .wheelDown
    default: nil
    }
  }
}
