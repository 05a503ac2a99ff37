/// What a person pressed.
package enum Key: Hashable, Sendable {
  /// A printable character, space included.
  case character(Character)
  /// Named keys.
  case enter, escape, tab, backTab, backspace, delete, insert
  /// Moving keys.
  case up, down, left, right, home, end, pageUp, pageDown
  /// Ctrl and a small letter.
  case control(Character)
  /// F1 and on.
  case function(Int)
  /// The mouse, in cells from the upper left corner.
  case mouse(row: Int, column: Int, kind: Mouse)

  /// What the mouse did.
  package enum Mouse: String, CaseIterable, Hashable, Sendable {
    /// The left button went down, or up.
    case click = "Click", release = "Release"
    /// The wheel turned by a notch.
    case wheelUp = "WheelUp", wheelDown = "WheelDown"
  }
}

/// Why a row of keys could not be read.
package struct KeyNotationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name between `<` and `>` that no key has.
  package let name: String
  /// A sentence for the user.
  package var description: String { "no key is called <\(name)>; write a plain < as <lt>" }
}
