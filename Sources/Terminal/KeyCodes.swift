import Screen

/// What characters and sequences mean as keys. Those that mean nothing are no keys: nothing of them is typed.
enum KeyCodes {
  /// A character that came by itself.
  static func character(_ scalar: Unicode.Scalar) -> Key? {
    switch scalar.value {
    case 10, 13: .enter
    case 9: .tab
    case 27: .escape
    case 8, 127: .backspace
    case 1...26: Unicode.Scalar(scalar.value + 96).map { .control(Character($0)) }
    case 0..<32, 128..<160: nil
    default: .character(Character(scalar))
    }
  }

  /// The key of `ESC O` and a letter: keypads and function keys in application mode.
  /// - Parameter isModified: whether Shift, Alt or Ctrl was held.
  static func single(_ final: UInt8, isModified: Bool) -> Key? {
    switch final {
    case UInt8(ascii: "a")...UInt8(ascii: "d"): return cursor(final - 0x20)
    case UInt8(ascii: "A")...UInt8(ascii: "H"): return cursor(final)
    default: break
    }
    guard !isModified else { return nil }
    switch final {
    case UInt8(ascii: "M"): return .enter
    case UInt8(ascii: "I"): return .tab
    case UInt8(ascii: " "): return .character(" ")
    case UInt8(ascii: "P")...UInt8(ascii: "S"): return .function(Int(final - UInt8(ascii: "P")) + 1)
    case UInt8(ascii: "X"): return .character("=")
    // The keypad: `*` to `9` in the order of ASCII.
    case UInt8(ascii: "j")...UInt8(ascii: "y"): return .character(Character(Unicode.Scalar(final - 0x40)))
    default: return nil
    }
  }

  /// The key of a control sequence.
  static func key(_ sequence: ControlSequence) -> Key? {
    // Replies to what a program asks have a prefix or intermediates.
    guard sequence.prefix == nil, sequence.intermediates.isEmpty else { return nil }
    // A key that is let go is none; that is a part of the modifiers.
    guard sequence.part(1, of: 1) != 3 else { return nil }
    let modifiers = Modifiers(sequence.number(1, or: 1))
    switch sequence.final {
    case UInt8(ascii: "Z"): return .backTab
    case UInt8(ascii: "~"):
      if sequence.number(0, or: 1) == 27 { return key(code: sequence.number(2, or: 0), modifiers) }
      return numbered(sequence.number(0, or: 0), isModified: !modifiers.isEmpty)
    case UInt8(ascii: "^"), UInt8(ascii: "@"), UInt8(ascii: "$"):
      return numbered(sequence.number(0, or: 0), isModified: true)
    case UInt8(ascii: "u"):
      return key(code: sequence.number(0, or: 0), shifted: sequence.part(1, of: 0), modifiers)
    case UInt8(ascii: "a")...UInt8(ascii: "d"):
      return sequence.parameters.isEmpty ? cursor(sequence.final - 0x20) : nil
    case UInt8(ascii: "A")...UInt8(ascii: "H"):
      return sequence.number(0, or: 1) == 1 ? cursor(sequence.final) : nil
    // With numbers this may be a reply about the cursor.
    case UInt8(ascii: "P")...UInt8(ascii: "S"):
      return sequence.parameters.isEmpty ? single(sequence.final, isModified: false) : nil
    default: return nil
    }
  }

  /// The keys of the Linux console behind `ESC [ [`.
  static func console(_ final: UInt8) -> Key? {
    let first = UInt8(ascii: "A")
    return (first...UInt8(ascii: "E")).contains(final) ? .function(Int(final - first) + 1) : nil
  }

  /// Keys that only move do so with Shift, Alt or Ctrl as well.
  private static func cursor(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "H"): .home
    default: nil
    }
  }

  private static func numbered(_ number: Int, isModified: Bool) -> Key? {
    switch number {
    case 1, 7: return .home
    case 4, 8: return .end
    case 5: return .pageUp
    case 6: return .pageDown
    default: break
    }
    guard !isModified else { return nil }
    switch number {
    case 2: return .insert
    case 3: return .delete
    case 11...15: return .function(number - 10)
    case 17...21: return .function(number - 11)
    case 23, 24: return .function(number - 12)
    default: return nil
    }
  }

  /// The key of a character's number with modifiers, as kitty's protocol and xterm's modifyOtherKeys send it.
  private static func key(code: Int, shifted: Int = 0, _ modifiers: Modifiers) -> Key? {
    if (57_399...57_426).contains(code) { return modifiers.isEmpty ? keypad(code) : nil }
    // Other numbers in the private area are keys that are none here.
    guard !(0xE000...0xF8FF).contains(code) else { return nil }
    guard let scalar = Unicode.Scalar(UInt32(clamping: code)) else { return nil }
    let isPlain = modifiers.isEmpty
    switch code {
    case 9: return isPlain ? .tab : modifiers == .shift ? .backTab : nil
    case 8, 13, 27, 127: return isPlain ? character(scalar) : nil
    default: break
    }
    guard code >= 32 else { return nil }
    switch modifiers {
    case []: return character(scalar)
    case .shift:
      if shifted >= 32 { return Unicode.Scalar(UInt32(clamping: shifted)).flatMap(character) }
      // Which sign a key has with Shift is known of letters only; modifyOtherKeys names the sign itself.
      return character(Character(scalar).uppercased().unicodeScalars.first ?? scalar)
    case .control:
      let small = code | 0x20
      return (97...122).contains(small) ? .control(Character(Unicode.Scalar(UInt8(small)))) : nil
    default: return nil
    }
  }

  /// The keypad of kitty's protocol.
  private static func keypad(_ code: Int) -> Key? {
    let keys: [Key] =
      "0123456789./*-+".map(Key.character) + [
        .enter, .character("="), .character(","), .left, .right, .up, .down, .pageUp, .pageDown, .home, .end,
        .insert, .delete,
      ]
    return keys.indices.contains(code - 57_399) ? keys[code - 57_399] : nil
  }
}

/// Keys that are held with another one, as sequences number them.
private struct Modifiers: OptionSet {
  let rawValue: Int
  static let shift = Modifiers(rawValue: 1)
  static let control = Modifiers(rawValue: 4)
  /// Caps lock and num lock change nothing that is not in the key's own number.
  private static let locks = 64 | 128

  init(rawValue: Int) { self.rawValue = rawValue }

  /// - Parameter number: as it stands in a sequence, one more than its bits.
  init(_ number: Int) { rawValue = max(0, number - 1) & ~Self.locks }
}
