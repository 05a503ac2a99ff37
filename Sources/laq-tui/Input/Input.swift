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
  ///   that.
  static func detect(_ path: String) throws -> Input {
    guard path != "-", isRegularFile((path as NSString).expandingTildeInPath) else { return .text }
    if let results = try ResultsFile(path: path) { return .results(results) }
    if TraceDetection.isTrace(path) { return .trace }
    return try SessionFile.read(path).map(Input.session) ?? .text
  }

  /// Whether a path leads to a file that can be read again, as what comes through a pipe cannot.
  static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
