/// Why a session's file cannot be opened; the sentence says which file, what was found and what to do.
package enum SessionFileError: Error, Equatable, CustomStringConvertible {
  /// A later program has written it.
  case newer(String, version: Int, program: String?)
  /// It is no JSON, or has not the fields of a session.
  case malformed(String, place: String, reason: String)
  /// A value that no session has.
  case badValue(String, key: String, found: String, expected: String)
  /// The file is larger than any session.
  case tooLarge(String, limit: Int)
  /// The text that it holds is not the one that its hash is of.
  case damagedText(String)

  package var description: String {
    switch self {
    case .newer(let path, let version, let program):
      """
      \(path): version \(version) of a session\(program.map { ", written by \($0)" } ?? ""), and this program reads \
      version \(SessionFile.version); use a newer laq-tui
      """
    case .malformed(let path, let place, let reason):
      "\(path): a damaged session, \(place.isEmpty ? "" : "at \(place): ")\(reason); write it anew, or mend that place"
    case .badValue(let path, let key, let found, let expected):
      "\(path): \(key) is '\(found)', and \(expected) was expected; mend that place"
    case .tooLarge(let path, let limit): "\(path): a session has \(limit >> 20) MiB at most; this is none"
    case .damagedText(let path):
      "\(path): the text in it is not the one that was kept (its SHA-256 differs); write the session anew"
    }
  }
}
