/// Why nothing was exported; whatever was there before is still there.
public enum ExportError: Error, Equatable, CustomStringConvertible {
  /// Nothing has been evicted yet.
  case nothingYet
  /// The file's ending names no format.
  case unknownFormat(String, ending: String)
  /// The file's ending names another format than was asked for.
  case disagreement(String, ending: String, format: ExportFormat)
  /// The format cannot hold what every policy keeps.
  case oneViewOnly(String, format: ExportFormat)
  /// The file is there already.
  case exists(String)
  /// What is there is a folder or a device.
  case notAFile(String)
  /// The folder that it should be in is not there.
  case noFolder(String, folder: String)
  /// The format has no room for so much.
  case tooLarge(String, byteCount: Int)
  /// A trace records one pass of a prompt, and a question came after it.
  case questionAfterEviction
  /// Writing failed.
  case notWritten(String, reason: String)

  /// A sentence for the user.
  public var description: String {
    switch self {
    case .nothingYet: "nothing has been evicted yet; wait for the first policy, then export again"
    case .unknownFormat(let path, let ending):
      ending.isEmpty
        ? "\(path): the name has no ending that names a format; use one of \(Self.endings(of: ExportFormat.allCases))"
        : "\(path): the ending '.\(ending)' names no format; use one of \(Self.endings(of: ExportFormat.allCases))"
    case .disagreement(let path, let ending, let format):
      """
      \(path): the ending '.\(ending)' and the format '\(format.rawValue)' (\(Self.endings(of: [format]))) disagree; \
      change one of them
      """
    case .oneViewOnly(let path, let format):
      """
      \(path): '\(format.rawValue)' shows one view and cannot hold everything; \
      use one of \(Self.endings(of: ExportFormat.allCases.filter(\.holdsEverything)))
      """
    case .exists(let path): "\(path): the file exists already; name another, or pass --force"
    case .notAFile(let path):
      "\(path): this is a folder or a device, which an export never replaces; name a file"
    case .noFolder(let path, let folder):
      "\(path): there is no folder \(folder); make it, or name another file"
    case .tooLarge(let path, let byteCount):
      "\(path): \(byteCount >> 20) MiB are more than a .npz file holds here (4 GiB); use .safetensors, or fewer policies"
    case .questionAfterEviction:
      """
      a trace records the prompt's own pass and what was decoded behind it, and has no place for a question that comes \
      after the eviction; record it without --question-after
      """
    case .notWritten(let path, let reason):
      "\(path): not written (\(reason)); free the way and export again, or name another file"
    }
  }

  private static func endings(of formats: [ExportFormat]) -> String {
    formats.flatMap(\.endings).map { ".\($0)" }.joined(separator: " ")
  }
}
