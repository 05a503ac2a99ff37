import Screen

/// What ended a wait.
public enum Event: Hashable, Sendable {
  /// A key was pressed, or the mouse used.
  case key(Key)
  /// The window has a new size, or was brought back: draw again.
  case resize
  /// `Terminal.wake()` was called.
  case wake
  /// The time ran out.
  case none
  /// The terminal is gone.
  case closed
}
