import Checkpoint
import Foundation

/// What is read back of this program's own JSON export (`KeptExport`).
struct ExportedKept: Decodable {
  struct Prompt: Decodable {
    let tokens: [Token]
  }

  struct Token: Decodable {
    let id: Int
  }

  struct Policy: Decodable {
    let name: String
    let keptPerLayerAndHead: [[[Int]]]
  }

  let schema: String
  let version: Int
  let prompt: Prompt
  let policies: [Policy]

  /// Reads an export.
  /// - Throws: `KeptFileError`, `CheckpointError`.
  init(path: String) throws {
    let file = try MappedFile(path: path)
    defer { withExtendedLifetime(file) {} }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(file.bytes))
    } catch {
      throw KeptFileError.damaged(path, reason: "it is no JSON export of kept tokens (\(Self.reason(error)))")
    }
    guard schema == KeptExport.schema, version == KeptExport.version else {
      throw KeptFileError.unsupported(
        path, what: "its schema is \(schema) \(version)",
        cure: "\(KeptExport.schema) \(KeptExport.version) is read: export it again with this program")
    }
  }

  /// Where a decoder stopped.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another type"
    default: "its JSON cannot be read"
    }
  }
}
