import Checkpoint
import Eviction
import Foundation
import Transformer

/// One prompt as a model elsewhere saw it (`Samples/Traces/README.md`): enough to score, select and compare
/// without the model.
///
/// Vectors stay in the mapped file; opening reads only headers, tokens and the answer.
public struct TraceFile: Sendable {
  /// The file that was opened.
  public let path: String
  /// The prompt, from the recorded tokens.
  public let prompt: Prompt
  /// The text of the ids that occur.
  public let vocabulary: Vocabulary
  /// The recorded prefill.
  public let recording: Recording
  /// The full cache's answer; empty where none was recorded.
  let answer: Continuation
  /// The queries of the answer's tokens; `nil` where they were not recorded.
  let decodeQueries: QueryRows?
  /// What LAQ decoded on cheap caches.
  let lookaheads: [RecordedLookahead]
  /// The output projections, if they were recorded.
  let output: OutputProjection?
  /// What presses of kvpress kept where the trace was recorded.
  public let presses: [KeptMap]
  private let modelName: String

  /// Opens a trace and checks its names, shapes, types and numbers; vectors are not read.
  /// - Throws: `TraceError`, `CheckpointError`.
  public init(path: String) throws {
    let tensors = try TraceTensors(path: path)
    let shape = try tensors.header.shape(path)
    self.path = path
    modelName = tensors.header.model
    let words = try TraceVocabulary(tensors)
    vocabulary = words.vocabulary
    prompt = try words.prompt(tensors, name: tensors.header.name ?? (path as NSString).lastPathComponent)
    recording = try Self.recording(tensors, shape)
    (answer, decodeQueries) = try Self.answer(tensors, shape, words)
    lookaheads = try Self.lookaheads(tensors, shape, words)
    output = try Self.output(tensors, shape)
    presses = try Self.presses(tensors, shape)
  }

  /// The trace's run before anything is scored.
  public func makeRun(_ settings: ExplorationSettings) -> Run {
    var settings = settings
    settings.answerLimit = max(1, answer.tokens.count)
    return Run(
      modelName: modelName, prompt: prompt, settings: settings, vocabulary: vocabulary, hasModel: false)
  }

  private static func lookaheads(
    _ tensors: TraceTensors, _ shape: ModelShape, _ words: TraceVocabulary
  ) throws -> [RecordedLookahead] {
    try tensors.header.lookaheads.enumerated().map { index, entry in
      try words.check(entry.tokens, in: "layers.0.lookaheads.\(index).queries")
      let queries = try (0..<shape.layerCount).map { layer in
        try tensors.mapped(
          "layers.\(layer).lookaheads.\(index).queries",
          shape: [entry.tokens.count, shape.queryHeadCount, shape.headDimension])
      }
      return RecordedLookahead(
        entry, queries: QueryRows(shape: shape, tensors: queries, first: tensors.header.tokenCount))
    }
  }

  private static func output(_ tensors: TraceTensors, _ shape: ModelShape) throws -> OutputProjection? {
    func name(_ layer: Int) -> String { "layers.\(layer).output_projection" }
    guard let size = tensors.shape(name(0)) else { return nil }
    let width = shape.queryHeadCount * shape.headDimension
    let matrices = try (0..<shape.layerCount).map { layer in
      try tensors.mapped(name(layer), shape: [size.first ?? 0, width])
    }
    return OutputProjection(hiddenSize: size.first ?? 0) { layer in
      VectorStorage(matrices[layer]).floats(0..<matrices[layer].count)
    }
  }
}

extension TraceHeader {
  /// The sizes of the model that was traced.
  /// - Throws: `TraceError.headTooLarge`.
  fileprivate func shape(_ path: String) throws -> ModelShape {
    guard headDimension <= ModelShape.maximumHeadDimension else {
      throw TraceError.headTooLarge(
        file: path, dimension: headDimension, limit: ModelShape.maximumHeadDimension)
    }
    return ModelShape(
      layerCount: layerCount, queryHeadCount: queryHeadCount, kvHeadCount: kvHeadCount,
      headDimension: headDimension)
  }
}
