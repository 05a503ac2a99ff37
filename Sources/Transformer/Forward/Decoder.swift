import Checkpoint
import Kernels
import Synchronization

/// A decoder of the Llama kind: RMS norms, rotary positions, grouped-query attention, a gated feed-forward.
/// What the families do differently is data of the configuration, not code of their own.
///
/// Weights are brought once into the layout of the products and then shared by every pass. Passes exclude
/// each other (a lock), so a decoder may be handed to any task; run it away from the thread that draws.
public final class Decoder: Sendable {
  /// The model's sizes and constants, from `config.json`.
  public let configuration: ModelConfiguration
  /// The part of the sizes that caches and policies need.
  public let shape: ModelShape
  /// The number format of the matrix products.
  public let precision: Precision

  /// The distinct rotations of the layers, and their frequencies for short texts.
  let ropes: [RopeConfiguration]
  let rotations: [RotaryEmbedding]
  let layers: [Layer]
  /// `[vocabulary][hidden]`; the head itself where both are one.
  private let embedding: Linear
  private let finalNorm: [Float]
  private let head: Linear
  private let gate = Mutex<Void>(())

  /// Reads and packs the weights under their Hugging Face names.
  ///
  /// Cost: one pass over the file; a few milliseconds per million parameters. The current task's cancellation
  /// is honoured between layers.
  /// - Parameter onLayer: called before each layer is read, on the running thread, with its index.
  /// - Throws: `CancellationError`; `CheckpointError` naming the tensor that is missing or has another shape
  ///   than the configuration says; `TransformerError` when the products cannot be made.
  public init(
    _ configuration: ModelConfiguration, weights: any TensorSource, precision: Precision = .automatic,
    onLayer: (Int) -> Void = { _ in }
  ) throws {
    let hidden = configuration.hiddenSize
    let dimension = configuration.headDimension
    guard dimension <= Int(LAQ_MAX_DIMENSION) else {
      throw TransformerError.headDimensionTooLarge(dimension, limit: Int(LAQ_MAX_DIMENSION))
    }
    self.configuration = configuration
    self.precision = precision
    shape = configuration.shape
    let ropes = configuration.attention.compactMap(\.rope).reduce(into: [RopeConfiguration]()) {
      known, rope in
      if !known.contains(rope) { known.append(rope) }
    }
    self.ropes = ropes
    rotations = ropes.map { RotaryEmbedding($0, length: 0) }
    let reader = LayerReader(configuration: configuration, weights: weights, precision: precision)
    layers = try (0..<configuration.layerCount).map { index in
      try Task.checkCancellation()
      onLayer(index)
      return try reader.layer(index, ropes: ropes)
    }
    finalNorm = try reader.norm("norm.weight", count: hidden)
    let vocabulary = configuration.vocabularySize
    let embedding = try reader.linear(
      [reader.prefix + "embed_tokens"], rows: [vocabulary], columns: hidden, bias: false)
    self.embedding = embedding
    let isTied = try configuration.tiesEmbeddings && !reader.hasOwnHead(rows: vocabulary, columns: hidden)
    head =
      isTied
      ? embedding : try reader.linear(["lm_head"], rows: [vocabulary], columns: hidden, bias: false)
  }

  /// Whether a matrix that a step multiplies by is decoded while it is multiplied.
  var hasCodedWeights: Bool { head.hasCodedWeights || layers.contains(where: \.hasCodedWeights) }

  /// A rotation for a text of some length.
  func rotation(_ rope: RopeConfiguration, length: Int) -> RotaryEmbedding {
    if !rope.dependsOnLength, let index = ropes.firstIndex(of: rope) { return rotations[index] }
    return RotaryEmbedding(rope, length: length)
  }

  /// Runs `body` while no other pass runs.
  func exclusively<Result>(_ body: () throws -> sending Result) rethrows -> sending Result {
    try gate.withLock { _ in try body() }
  }

  /// Looks embeddings up: the residual stream before the first layer, `[tokens][hidden]`.
  func embed(_ tokens: [Int]) throws -> Rows {
    let states = Rows(count: tokens.count, width: configuration.hiddenSize)
    for (row, token) in tokens.enumerated() {
      guard 0..<configuration.vocabularySize ~= token else {
        throw TransformerError.tokenOutOfRange(
          id: token, vocabularySize: configuration.vocabularySize)
      }
      embedding.copyRow(token, to: states[row])
      if configuration.embeddingScale != 1 {
        for column in 0..<states.width { states[row][column] *= configuration.embeddingScale }
      }
    }
    return states
  }

  /// The logits that follow each of some rows of the residual stream, `[rows][vocabulary]`.
  func logits(after states: Rows) throws -> Rows {
    let normed = Operand(count: states.count, width: states.width, precision: precision)
    normalise(states, 0..<states.count, weight: finalNorm, into: normed)
    let result = Rows(count: states.count, width: head.outputCount)
    try head.apply(normed, 0..<states.count, into: result.start)
    if let cap = configuration.logitCap {
      for row in 0..<states.count { laq_soft_cap(result[row], Int32(result.width), cap) }
    }
    return result
  }

  /// RMS-normalises the rows of a block for a product, to the first rows of `result`.
  func normalise(_ rows: Rows, _ block: Range<Int>, weight: [Float], into result: Operand) {
    normalise(rows, block, weight: weight, into: result.rows)
    result.round(0..<block.count)
  }

  /// RMS-normalises the rows of a block to the first rows of `result`, in place where both are the same.
  func normalise(_ rows: Rows, _ block: Range<Int>, weight: [Float], into result: Rows) {
    for (index, row) in block.enumerated() {
      laq_rms_norm(rows[row], weight, configuration.rmsNormEpsilon, Int32(rows.width), result[index])
    }
  }
}
