import Foundation
import Screen

/// Text for people on standard error and standard output; what quotes a file must not act on the terminal.
enum Console {
  /// What is being done, for a person who waits.
  static let progress = TransientLine()

  /// Says something on standard error.
  static func say(_ text: String) {
    progress.clear()
    put("\(visible(text))\n")
  }

  /// Writes on standard error as it is; where that cannot be, there is nobody to tell.
  static func put(_ text: String) { _ = Output.put(Data(text.utf8), to: STDERR_FILENO) }

  /// Prints lines on standard output, the last one ended.
  static func show(_ text: String) {
    progress.clear()
    let whole = text.hasSuffix("\n") ? String(text.dropLast()) : text
    Output.write(visible(whole) + "\n")
  }

  /// Lines with what is no text in them written out.
  static func visible(_ text: String) -> String {
    // By scalars: a carriage return and a line's end are one character.
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Sanitizer.visible(String($0), spaces: false) }.joined(separator: "\n")
  }

  /// Ends the program with a sentence.
  static func end(_ error: any Error, status: Int32) -> Never {
    say("laq-tui: \(error)")
    Output.end(status)
  }
}
