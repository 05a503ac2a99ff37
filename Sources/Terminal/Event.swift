import Screen

/// What ended a wait.
package enum Event: Hashable, Sendable {
  /// A key was pressed, or the mouse used.
  case key(Key)
  /// A text was pasted, where the terminal tells that from typing; its lines end with newlines.
  case paste(String)
  /// The window has a new size, or was brought back: draw again.
  case resize
  /// `Terminal.wake()` was called.
  case wake
  /// The time ran out.
  case none
  /// The terminal is gone.
  case closed
}
