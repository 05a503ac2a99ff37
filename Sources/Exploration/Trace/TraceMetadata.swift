import Checkpoint
import Foundation
import Transformer

/// The metadata of a trace as it is written, under the format's own names; `TraceHeader` reads it.
struct TraceMetadata: Encodable {
  private struct Attention: Encodable {
    let scale: Float
    let softcap: Float?
    let window: Int?
  }

  private struct LookaheadEntry: Encodable {
    let scorer: String
    let budget: Int
    let granularity: String
    let tokens: [Int]
    let limit: Int
    let source: String?
  }

  private let version = TraceHeader.version
  private let model: String
  private let recorder = Release.name
  private let name: String
  private let sha256: String
  private let layers: Int
  private let query_heads: Int
  private let kv_heads: Int
  private let head_dim: Int
  private let tokens: Int
  private let first_query: Int
  private let question_tokens: Int?
  private let question: [Int]?
  private let attention: [Attention]
  private let rotary: [Int?]?
  private let rotary_magnitude: [Float]
  private let lookaheads: [LookaheadEntry]

  /// - Parameter rotations: every rotation of the recording, once.
  init(_ run: Run, _ recording: Recording, lookaheads: [Lookahead], rotations: [RotaryEmbedding]) {
    let shape = recording.shape
    model = run.modelName
    name = run.prompt.name
    sha256 = run.prompt.hash
    (layers, query_heads) = (shape.layerCount, shape.queryHeadCount)
    (kv_heads, head_dim) = (shape.kvHeadCount, shape.headDimension)
    (tokens, first_query) = (recording.tokenCount, recording.firstQueryPosition)
    question_tokens = run.prompt.questionTokenCount
    question = run.prompt.question.map { [$0.count, $0.behind] }
    attention = recording.rules.map { Attention(scale: $0.scale, softcap: $0.softCap, window: $0.window) }
    rotary = recording.rotations?.map { rotation in rotation.flatMap { rotations.firstIndex(of: $0) } }
    rotary_magnitude = rotations.map(\.magnitude)
    let budget = run.settings.tokenBudget(tokenCount: recording.tokenCount).tokens
    self.lookaheads = lookaheads.map { lookahead in
      LookaheadEntry(
        scorer: lookahead.settings.cheap.fitted(to: run.prompt.facts(budget: budget)).name, budget: budget,
        granularity: run.settings.granularity.rawValue,
        tokens: lookahead.pseudo.tokens, limit: lookahead.settings.tokenCount,
        source: lookahead.settings.recordedSource)
    }
  }

  /// As JSON, keys sorted.
  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}
