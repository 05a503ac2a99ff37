import Foundation

/// Paths in a session's file: those below its own folder as seen from there, so that the two can be moved
/// together.
struct SessionPath {
  private let folder: String

  /// - Parameter session: the session's file.
  init(session: String) {
    folder =
      URL(fileURLWithPath: (session as NSString).expandingTildeInPath).standardizedFileURL
      .deletingLastPathComponent().path
  }

  /// How a path stands in the file. What names no file, as a model in a cache, stands as it is.
  func written(_ path: String) -> String {
    let expanded = (path as NSString).expandingTildeInPath
    guard FileManager.default.fileExists(atPath: expanded) else { return path }
    let absolute = URL(fileURLWithPath: expanded).standardizedFileURL.path
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return absolute.hasPrefix(prefix) ? "./" + absolute.dropFirst(prefix.count) : absolute
  }

  /// The path that stands in the file.
  func read(_ path: String) -> String {
    path.hasPrefix("./") || path.hasPrefix("../")
      ? URL(fileURLWithPath: folder).appendingPathComponent(path).standardizedFileURL.path : path
  }
}
