import Eviction
import Foundation
import Transformer

/// The kept-token map of every lane, in a documented and versioned schema (README, "Export").
///
/// Positions are places in the prompt's tokens; byte ranges are places in the prompt's text, half-open.
public struct KeptExport: Encodable {
  /// The name and version of the schema; the version rises when a field changes its meaning.
  public static let schema = "laq-tui.kept"
  /// See `schema`.
  public static let version = 1

  private let schema = Self.schema
  private let version = Self.version
  private let model: Model
  private let prompt: PromptEntry
  private let settings: Settings
  private let policies: [PolicyEntry]

  private struct Model: Encodable {
    let name: String
    let layers: Int, queryHeads: Int, kvHeads: Int, headDimension: Int
  }

  private struct PromptEntry: Encodable {
    let name: String, sha256: String
    let bytes: Int, tokens: [TokenEntry]
  }

  private struct TokenEntry: Encodable {
    let id: Int, start: Int, end: Int
    let text: String
  }

  private struct Settings: Encodable {
    let budget: Int
    let granularity: String
    let answerLimit: Int
  }

  private struct PolicyEntry: Encodable {
    let name: String, title: String, source: String
    let settings: [String: String]
    let keptPerLayerAndHead: [[[Int]]]
    let keptTokens: Int, bytes: Int
    let recall: Double?, massRecall: Double?
    let pseudoTokens: [Int]?
    let answerTokens: [Int], answer: String
  }

  /// Gathers what a story has so far.
  /// - Throws: `ExportError.nothingYet` before the first policy has evicted.
  public init(_ story: Story) throws {
    guard let recording = story.recording, !story.lanes.isEmpty else { throw ExportError.nothingYet }
    let shape = recording.shape
    model = Model(
      name: story.modelName, layers: shape.layerCount, queryHeads: shape.queryHeadCount,
      kvHeads: shape.kvHeadCount, headDimension: shape.headDimension)
    prompt = PromptEntry(
      name: story.prompt.name, sha256: story.prompt.hash, bytes: story.prompt.text.count,
      tokens: story.prompt.tokens.indices.map { position in
        let token = story.prompt.tokens[position]
        return TokenEntry(
          id: token.id, start: token.byteRange.lowerBound, end: token.byteRange.upperBound,
          text: String(decoding: story.prompt.bytes(at: position), as: UTF8.self))
      })
    settings = Settings(
      budget: story.settings.budget, granularity: story.settings.granularity.rawValue,
      answerLimit: story.settings.answerLimit)
    policies = ((story.full.map { [$0] } ?? []) + story.lanes).map { lane in
      PolicyEntry(
        name: lane.policy.name, title: lane.policy.title, source: lane.policy.descriptor.source,
        settings: Dictionary(uniqueKeysWithValues: lane.policy.allSettings.map { ($0.key, $0.value) }),
        keptPerLayerAndHead: lane.kept.positions, keptTokens: lane.kept.totalCount,
        bytes: lane.kept.byteCount(), recall: lane.recall, massRecall: lane.massRecall,
        pseudoTokens: lane.lookahead?.pseudo.tokens, answerTokens: lane.answer.tokens,
        answer: story.vocabulary.text(lane.answer.tokens))
    }
  }

  /// The map as JSON, keys sorted, so that equal maps have equal bytes.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// The map as CSV, a row per kept token: `policy,layer,head,position,token_id,start,end`.
  public func csv() -> Data {
    var rows = ["policy,layer,head,position,token_id,start,end"]
    for policy in policies {
      for (layer, heads) in policy.keptPerLayerAndHead.enumerated() {
        for (head, positions) in heads.enumerated() {
          for position in positions {
            let token = prompt.tokens[position]
            rows.append(
              "\"\(policy.name)\",\(layer),\(head),\(position),\(token.id),\(token.start),\(token.end)")
          }
        }
      }
    }
    return Data((rows.joined(separator: "\n") + "\n").utf8)
  }

  /// Writes the map as the file's ending says, complete or not at all.
  /// - Parameter replacing: whether an existing file may be replaced.
  /// - Throws: `ExportError` naming the file.
  public func write(to path: String, replacing: Bool = false) throws {
    let data: Data
    switch (path as NSString).pathExtension.lowercased() {
    case "json": data = try json()
    case "csv": data = csv()
    case let other: throw ExportError.unknownFormat(path, ending: other)
    }
    guard replacing || !FileManager.default.fileExists(atPath: path) else {
      throw ExportError.exists(path)
    }
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ExportError.notWritten(path, reason: error.localizedDescription)
    }
  }
}

/// Why nothing was exported.
public enum ExportError: Error, Equatable, CustomStringConvertible {
  /// Nothing has been evicted yet.
  case nothingYet
  /// The file's ending names no format.
  case unknownFormat(String, ending: String)
  /// The file is there already.
  case exists(String)
  /// Writing failed.
  case notWritten(String, reason: String)

  public var description: String {
    switch self {
    case .nothingYet: "nothing has been evicted yet; wait for the first policy, then export again"
    case .unknownFormat(let path, let ending):
      "\(path): the ending '\(ending)' names no format; use .json or .csv"
    case .exists(let path): "\(path): the file exists already; name another, or pass --force"
    case .notWritten(let path, let reason):
      "\(path): not written (\(reason)); check the folder and its permissions"
    }
  }
}
