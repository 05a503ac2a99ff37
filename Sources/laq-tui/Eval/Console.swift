import Foundation

/// One-line sentences on standard error.
enum Console {
  /// Says something.
  static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

  /// Ends the program with a sentence.
  static func end(_ error: any Error, status: Int32) -> Never {
    say("laq-tui: \(error)")
    exit(status)
  }

  /// Whether standard error is a terminal, on which a line can be written over.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
