import Foundation

/// Writes a file complete or not at all.
public enum AtomicFile {
  /// Takes what is written, part by part.
  struct Output {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    /// Appends bytes.
    /// - Throws: `ExportError`.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
      try AtomicFile.append(bytes, to: descriptor, path: path)
    }

    /// Appends bytes.
    /// - Throws: `ExportError`.
    func append(_ data: Data) throws { try data.withUnsafeBytes { try append($0) } }
  }

  /// Writes bytes beside the file under a temporary name, and gives them its name once they are on the disk.
  ///
  /// Without `replacing` the name is taken by a link, which fails if another program has made the file
  /// meanwhile. A symbolic link stays one: the file that it leads to is written.
  /// - Throws: `ExportError`; then nothing has changed.
  public static func write(_ data: Data, to path: String, replacing: Bool = false) throws {
    try write(to: path, replacing: replacing) { try $0.append(data) }
  }

  /// As `write(_:to:replacing:)`, the bytes coming part by part.
  /// - Parameter body: writes the file's contents; what it throws is passed on.
  static func write(to path: String, replacing: Bool, _ body: (Output) throws -> Void) throws {
    let earlier = try check(path, replacing: replacing)
    let target = earlier == nil ? path : URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let (descriptor, temporary) = try create(beside: target, path: path)
    var isNamed = false
    defer { if !isNamed { unlink(temporary) } }
    do {
      defer { close(descriptor) }
      if let earlier, fchmod(descriptor, earlier & 0o7777) != 0 { throw failure(path) }
      try body(Output(descriptor: descriptor, path: path))
      guard fsync(descriptor) == 0 else { throw failure(path) }
    }
    if replacing {
      guard rename(temporary, target) == 0 else { throw failure(path) }
      isNamed = true
    } else if link(temporary, target) != 0 {
      guard errno == EPERM || errno == ENOTSUP else { throw failure(path) }
      // A file system without links: between this look and the rename, another program could still make the
      // file.
      _ = try check(path, replacing: false)
      guard rename(temporary, target) == 0 else { throw failure(path) }
      isNamed = true
    }
  }

  /// Looks whether a file may be written, before the work of making its contents.
  /// - Returns: the mode of the file that would be replaced, or `nil` if there is none.
  @discardableResult
  public static func check(_ path: String, replacing: Bool) throws -> mode_t? {
    var status = stat()
    // A link that leads nowhere counts as a file that is there.
    guard lstat(path, &status) == 0 else {
      let folder = (path as NSString).deletingLastPathComponent
      guard stat(folder.isEmpty ? "." : folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw ExportError.noFolder(path, folder: folder)
      }
      return nil
    }
    let isDangling = stat(path, &status) != 0
    guard isDangling || status.st_mode & S_IFMT == S_IFREG else { throw ExportError.notAFile(path) }
    guard replacing else { throw ExportError.exists(path) }
    guard !isDangling else { throw ExportError.notWritten(path, reason: "it is a link that leads nowhere") }
    return status.st_mode
  }

  private static func create(beside target: String, path: String) throws -> (descriptor: Int32, name: String)
  {
    // A name that a program which was killed left behind is not taken over.
    for attempt in 0..<100 {
      let folder = (target as NSString).deletingLastPathComponent
      let name = (folder as NSString).appendingPathComponent(".laq-tui-\(getpid())-\(attempt).part")
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, name) }
      guard errno == EEXIST else { throw failure(path) }
    }
    throw ExportError.notWritten(path, reason: "too many unfinished .laq-tui-*.part files lie beside it")
  }

  /// Writes bytes at a descriptor's place, all of them, however many calls that takes.
  /// - Throws: `ExportError.notWritten`.
  package static func append(_ data: Data, to descriptor: Int32, path: String) throws {
    try data.withUnsafeBytes { try append($0, to: descriptor, path: path) }
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      done += count
    }
  }

  /// The last call's failure.
  private static func failure(_ path: String) -> ExportError {
    errno == EEXIST ? .exists(path) : .notWritten(path, reason: String(cString: strerror(errno)))
  }
}
