/// Why no interface can be shown here.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Standard output is a file or a pipe.
  case outputIsNoTerminal
  /// Standard input is no terminal and the controlling one cannot be opened.
  case noKeyboard
  /// TERM is missing, or no description of that name is on this machine, nor one of a terminal like it.
  case unknown(term: String)
  /// TERM names a terminal whose cursor cannot be moved.
  case unusable(term: String)
  /// The terminal is another job's, and nobody is left who could hand it over.
  case background
  /// ncurses could not start.
  case failed

  /// A sentence for the user, with the way out.
  package var description: String {
    let print = "use --screen to print a screen as text"
    let other = "try TERM=xterm-256color laq-tui \u{2026}, or \(print)"
    switch self {
    case .outputIsNoTerminal: return "standard output is not a terminal; \(print)"
    case .noKeyboard: return "there is no terminal to read keys from; \(print)"
    case .unknown(let term): return "\(Self.unknownWords(term)); \(other)"
    case .unusable(let term):
      return "the terminal \"\(term)\" (TERM) cannot place its cursor; if it can, \(other)"
    case .background: return "the terminal is in use by another program; \(print)"
    case .failed: return "the terminal could not be set up; \(print)"
    }
  }

  /// That TERM says nothing that is known.
  static func unknownWords(_ term: String) -> String {
    guard !term.isEmpty else { return "TERM does not say which terminal this is" }
    return "the terminal \"\(term)\" (TERM) is not known on this machine"
  }
}
