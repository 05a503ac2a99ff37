import Exploration
import Foundation

/// The digest of a text or data set whose content a plan hangs on: a plan of a changed file is another plan.
enum FileDigest {
  private static let blockLength = 1 << 20

  /// SHA-256 in hexadecimal of a whole file; empty for what cannot be read again, as a pipe, and for what
  /// cannot be read, which the rows of its cases say.
  ///
  /// Memory: one block of 1 MiB.
  static func digest(of path: String) -> String {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = FileHandle(forReadingAtPath: path)
    else {
      return ""
    }
    defer { try? file.close() }
    var digest = SHA256()
    do {
      while let block = try file.read(upToCount: blockLength), !block.isEmpty {
        block.withUnsafeBytes { digest.append($0) }
      }
    } catch { return "" }
    return digest.hexadecimal()
  }
}

/// JSON of which equal values have equal bytes: keys sorted, no spaces, the shortest digits that read back as
/// the number.
package enum CanonicalJSON {
  /// A value in one line, without the line's end.
  package static func data(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }

  /// By what decoding knows of which version the file is.
  static let versionKey = CodingUserInfoKey(rawValue: "version")

  /// Reads a value.
  /// - Parameter version: that of the file it stands in.
  package static func value<Value: Decodable>(
    _ type: Value.Type, from data: Data, version: Int = EvaluationFormat.version
  ) throws -> Value {
    let decoder = JSONDecoder()
    if let versionKey { decoder.userInfo[versionKey] = version }
    return try decoder.decode(type, from: data)
  }
}
