/// Why no interface can be shown here.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Standard output is a file or a pipe.
  case outputIsNoTerminal
  /// Standard input is no terminal and the controlling one cannot be opened.
  case noKeyboard
  /// TERM is missing, unknown, or names a terminal whose cursor cannot be moved.
  case unusable(term: String)
  /// ncurses could not start.
  case failed

  /// A sentence for the user, with the way out.
  public var description: String {
    let cure = "use --screen to print a screen as text"
    switch self {
    case .outputIsNoTerminal: return "standard output is not a terminal; \(cure)"
    case .noKeyboard: return "there is no terminal to read keys from; \(cure)"
    case .unusable(let term): return "the terminal \"\(term)\" (TERM) cannot place its cursor or is unknown; \(cure)"
    case .failed: return "the terminal could not be set up; \(cure)"
    }
  }
}
