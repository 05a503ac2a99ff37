import Checkpoint
import Exploration
import Foundation

/// Which model a plan is run with: its name for people, and a digest by which another one is noticed.
package struct ModelIdentity: Codable, Sendable, Hashable {
  /// The name by which screens and exports know it.
  package let name: String
  /// SHA-256 in hexadecimal over what `digest(of:)` reads.
  package let digest: String

  /// Names a model.
  package init(name: String, digest: String) {
    self.name = name
    self.digest = digest
  }

  /// Reads a model's files as far as its digest needs them.
  /// - Parameters:
  ///   - weights: the file of weights that was named among several of a folder, if one was.
  ///   - gate: the file of a gate that was named in place of the one beside the weights, if one was.
  /// - Throws: `EvaluationError.unreadable`.
  package init(_ checkpoint: Checkpoint, name: String, weights: String? = nil, gate: String? = nil) throws {
    let files = try Self.digest(of: checkpoint.path)
    // What is named is told apart by its bytes: where a file lies, and what it is called, decides nothing.
    let named = [
      try weights.map { "weights \(try Self.digest(of: $0, isNamed: false))" },
      gate.map { "gate \(FileDigest.digest(of: $0))" },
    ].compactMap(\.self)
    let whole = ([files] + named).joined(separator: "\n")
    self.init(name: name, digest: named.isEmpty ? files : SHA256.hexadecimal(of: Array(whole.utf8)))
  }

  /// Files of a model's folder that decide what it answers: weights, gates, sizes, tokenizers, templates.
  private static let endings: Set = ["safetensors", "json", "gguf", "model", "txt", "jinja"]
  /// Places of a file that are read, and bytes at each: a model of 16 GB is not read whole for its name.
  private static let (places, length) = (16, 16 << 10)

  /// The digest of a folder's files, or of a GGUF model's: names, sizes, and sixteen blocks of 16 KiB spread
  /// evenly over each file, which is all of a small one.
  ///
  /// Cost: a few milliseconds, and at most 256 KiB read per file. Two models that differ in weights differ
  /// nearly everywhere, so that blocks tell them apart; a single changed number may go unnoticed.
  /// - Parameter isNamed: whether a file's name counts.
  static func digest(of path: String, isNamed: Bool = true) throws -> String {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let files =
      isFolder.boolValue
      ? try reading(path) { try FileManager.default.contentsOfDirectory(atPath: path) }
        .filter { endings.contains(($0 as NSString).pathExtension) }.sorted()
      : Checkpoint.files(ofGGUF: path).map { ($0 as NSString).lastPathComponent }
    let folder = isFolder.boolValue ? path : (path as NSString).deletingLastPathComponent
    var read: [UInt8] = []
    for name in files {
      let file = (folder as NSString).appendingPathComponent(name)
      try reading(file) {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
        defer { try? handle.close() }
        let size = Int(try handle.seekToEnd())
        read += Array("\(isNamed ? name : "") \(size)\n".utf8)
        for place in 0..<places {
          let whole = places * length
          guard size > whole || place * length < size else { break }
          try handle.seek(
            toOffset: UInt64(size > whole ? (size - length) / (places - 1) * place : place * length))
          read += try handle.read(upToCount: length) ?? Data()
        }
      }
    }
    return SHA256.hexadecimal(of: read)
  }

  private static func reading<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch {
      throw EvaluationError.unreadable(path, reason: (error as NSError).localizedDescription)
    }
  }
}
