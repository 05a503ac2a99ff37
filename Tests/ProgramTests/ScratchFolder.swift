import Foundation

/// A folder of a test's own.
struct ScratchFolder {
  let url: URL
  var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// Writes a file and gives its path; folders on the way are made.
  func file(_ name: String, _ text: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  /// Copies the embedded model, whose files a test may change, and gives its folder.
  func model(_ name: String = "model") throws -> URL {
    let copy = url.appendingPathComponent(name)
    try FileManager.default.copyItem(
      at: Program.root.appendingPathComponent("Sources/EmbeddedModel/Resources/model"), to: copy)
    return copy
  }

  func remove() { try? FileManager.default.removeItem(at: url) }
}
