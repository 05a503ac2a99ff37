import Checkpoint
import Foundation
import Views

/// What lies behind the path that a person names: told here, once, for every way of opening it.
enum Input {
  /// A text, standard input and pipes among them; also what cannot be read, of which whoever reads it says
  /// why not.
  case text
  /// A session that was kept.
  case session(SessionFile)
  /// The recording of a prompt.
  case trace
  /// An evaluation, finished or not.
  case results(ResultsFile)

  /// Looks at how a file begins. A pipe is not looked at: what is read of it would be gone from the text.
  /// - Throws: `EvaluationError` and `SessionFileError` for a file that says what it is and cannot be read as
  ///   that; `ModelAsText`.
  static func detect(_ path: String) throws -> Input {
    guard path != "-", isRegularFile((path as NSString).expandingTildeInPath) else { return .text }
    if let results = try ResultsFile(path: path) { return .results(results) }
    if TraceDetection.isTrace(path) { return .trace }
    if isModel((path as NSString).expandingTildeInPath) { throw ModelAsText(path: path) }
    return try SessionFile.read(path).map(Input.session) ?? .text
  }

  /// Whether a file begins as GGUF does: it would be told to be too long a text, or shown as one.
  private static func isModel(_ path: String) -> Bool {
    let start = FileHandle(forReadingAtPath: path).flatMap { try? $0.read(upToCount: 4) }
    return start?.elementsEqual("GGUF".utf8) == true
  }

  /// Whether a path leads to a file that can be read again, as what comes through a pipe cannot.
  static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}

/// A model was named where a text is opened.
struct ModelAsText: Error, CustomStringConvertible {
  let path: String

  /// The sentence that a person reads.
  var description: String {
    "\(path): this is a model (GGUF), where a text was expected; give both, as in laq-tui --model MODEL.gguf TEXT"
  }
}
