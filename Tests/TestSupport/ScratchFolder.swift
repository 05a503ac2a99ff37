import Foundation

/// A folder of a test's own, removed with it.
package final class ScratchFolder: Sendable {
  /// Where it is.
  package let url: URL

  /// Where it is, as text.
  package var path: String { url.path }

  /// Makes the folder.
  /// - Parameter inMemory: for tests that write thousands of files, where the system has such a place.
  package init(inMemory: Bool = false) throws {
    let memory = "/dev/shm"
    let parent =
      inMemory && FileManager.default.isWritableFile(atPath: memory)
      ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory
    url = parent.appendingPathComponent("laq-test-\(UUID().uuidString)").standardizedFileURL
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in it, which need not be there yet.
  package func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file and gives its path; folders on the way are made.
  @discardableResult
  package func write(_ bytes: some Sequence<UInt8>, as name: String = "file") throws -> String {
    let file = url.appendingPathComponent(name)
    if name.contains("/") {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    }
    // Removed first: some file systems wait for the disk when a file is overwritten.
    unlink(file.path)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Writes a text as UTF-8 and gives the file's path.
  @discardableResult
  package func write(_ text: String, as name: String = "file") throws -> String {
    try write(text.utf8, as: name)
  }

  /// Copies the embedded model, whose files a test may change, and gives its folder.
  package func model(_ name: String = "model") throws -> URL {
    let copy = url.appendingPathComponent(name)
    try FileManager.default.copyItem(at: URL(fileURLWithPath: Places.embeddedModel), to: copy)
    return copy
  }
}
