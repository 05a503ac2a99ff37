import Foundation

/// Reads a prompt's bytes from a file or from standard input.
public enum PromptReader {
  /// Larger files are refused before they are read: the longest contexts hold a few MiB of text.
  public static let byteLimit = 16 << 20

  /// Reads the file at `path`; `-` is standard input.
  /// - Returns: a name to show, and the bytes.
  /// - Throws: `PromptError`.
  public static func read(_ path: String) throws -> (name: String, text: [UInt8]) {
    let name = path == "-" ? "standard input" : path
    let handle: FileHandle
    if path == "-" {
      handle = .standardInput
    } else {
      var status = stat()
      guard stat(path, &status) == 0 else {
        throw errno == ENOENT || errno == ENOTDIR
          ? PromptError.missing(path)
          : PromptError.unreadable(path, reason: String(cString: strerror(errno)))
      }
      guard status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFIFO else {
        throw PromptError.notAFile(path)
      }
      guard status.st_size <= byteLimit else {
        throw PromptError.tooLarge(path, byteCount: Int(status.st_size), limit: byteLimit)
      }
      guard let opened = FileHandle(forReadingAtPath: path) else {
        throw PromptError.unreadable(path, reason: String(cString: strerror(errno)))
      }
      handle = opened
    }
    let data: Data
    do {
      data = try handle.read(upToCount: byteLimit + 1) ?? Data()
    } catch {
      throw PromptError.unreadable(name, reason: error.localizedDescription)
    }
    guard data.count <= byteLimit else {
      throw PromptError.tooLarge(name, byteCount: data.count, limit: byteLimit)
    }
    guard !data.isEmpty else { throw PromptError.empty(name) }
    return (path == "-" ? name : (path as NSString).lastPathComponent, [UInt8](data))
  }
}
