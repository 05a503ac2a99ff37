import Checkpoint
import Kernels
import Synchronization

/// A Llama-family decoder: RMS norms, rotary positions, grouped-query attention, SwiGLU.
///
/// Weights are packed once for oneDNN and then shared by every pass. Passes exclude each other (a
/// lock), so a decoder may be handed to any task; run it away from the thread that draws.
public final class Decoder: Sendable {
  /// The model's sizes and constants, from `config.json`.
  public let configuration: ModelConfiguration
  /// The part of the sizes that caches and policies need.
  public let shape: ModelShape
  /// The number format of the matrix products.
  public let precision: Precision

  let rotary: RotaryEmbedding
  let layers: [Layer]
  private let embedding: [Float]  // [vocabulary][hidden]
  private let finalNorm: [Float]
  private let head: Linear
  private let gate = Mutex<Void>(())

  struct Layer: Sendable {
    let attentionNorm: [Float]
    /// Queries, keys and values in one product, `[(queryHeads + 2 kvHeads) · dimension][hidden]`.
    let queryKeyValue: Linear
    let output: Linear
    let feedForwardNorm: [Float]
    /// Gate and up projections in one product, `[2 · intermediate][hidden]`.
    let gateUp: Linear
    let down: Linear
  }

  /// Reads and packs the weights under their Hugging Face names.
  ///
  /// Cost: one pass over the file; a few milliseconds per million parameters.
  /// - Throws: `SafetensorsError` naming the tensor that is missing or has another shape than the
  ///   configuration says; `TransformerError` when the products cannot be made.
  public init(
    _ configuration: ModelConfiguration, weights: Safetensors, precision: Precision = .automatic
  ) throws {
    let hidden = configuration.hiddenSize
    let dimension = configuration.headDimension
    guard dimension <= Int(LAQ_MAX_DIMENSION) else {
      throw TransformerError.headDimensionTooLarge(dimension, limit: Int(LAQ_MAX_DIMENSION))
    }
    self.configuration = configuration
    self.precision = precision
    shape = ModelShape(
      layerCount: configuration.layerCount, queryHeadCount: configuration.queryHeadCount,
      kvHeadCount: configuration.kvHeadCount, headDimension: dimension)
    rotary = RotaryEmbedding(dimension: dimension, theta: configuration.ropeTheta)

    func matrix(_ names: [String], rows: [Int], columns: Int) throws -> Linear {
      var joined: [Float] = []
      for (name, count) in zip(names, rows) {
        joined += try weights.floats(name, shape: [count, columns])
      }
      return try Linear(
        joined, outputCount: rows.reduce(0, +), inputCount: columns, precision: precision)
    }

    let queries = configuration.queryHeadCount * dimension
    let keys = configuration.kvHeadCount * dimension
    let inner = configuration.intermediateSize
    layers = try (0..<configuration.layerCount).map { index in
      let prefix = "model.layers.\(index)."
      return Layer(
        attentionNorm: try weights.floats(prefix + "input_layernorm.weight", shape: [hidden]),
        queryKeyValue: try matrix(
          ["q", "k", "v"].map { "\(prefix)self_attn.\($0)_proj.weight" },
          rows: [queries, keys, keys], columns: hidden),
        output: try matrix(
          [prefix + "self_attn.o_proj.weight"], rows: [hidden], columns: queries),
        feedForwardNorm: try weights.floats(
          prefix + "post_attention_layernorm.weight", shape: [hidden]),
        gateUp: try matrix(
          ["gate", "up"].map { "\(prefix)mlp.\($0)_proj.weight" },
          rows: [inner, inner], columns: hidden),
        down: try matrix([prefix + "mlp.down_proj.weight"], rows: [hidden], columns: inner))
    }
    finalNorm = try weights.floats("model.norm.weight", shape: [hidden])
    let vocabulary = configuration.vocabularySize
    let embedding = try weights.floats("model.embed_tokens.weight", shape: [vocabulary, hidden])
    self.embedding = embedding
    head =
      configuration.tiesEmbeddings
      ? try Linear(
        embedding, outputCount: vocabulary, inputCount: hidden, precision: precision)
      : try matrix(["lm_head.weight"], rows: [vocabulary], columns: hidden)
  }

  /// Runs `body` while no other pass runs.
  func exclusively<Result>(_ body: () throws -> sending Result) rethrows -> sending Result {
    try gate.withLock { _ in try body() }
  }

  /// Looks embeddings up, `[tokens][hidden]`.
  func embed(_ tokens: some Collection<Int>) throws -> [Float] {
    let hidden = configuration.hiddenSize
    var rows: [Float] = []
    rows.reserveCapacity(tokens.count * hidden)
    for token in tokens {
      guard 0..<configuration.vocabularySize ~= token else {
        throw TransformerError.tokenOutOfRange(
          id: token, vocabularySize: configuration.vocabularySize)
      }
      rows += embedding[token * hidden..<(token + 1) * hidden]
    }
    return rows
  }

  /// The logits that follow each of the last `count` rows of `states`, `[count][vocabulary]`.
  func logits(after states: Rows, last count: Int) throws -> [Float] {
    let normed = Rows(count: count, width: states.width)
    normalise(states.suffix(count), weight: finalNorm, into: normed)
    let result = Rows(count: count, width: head.outputCount)
    try head.apply(normed.start, rows: count, into: result.start)
    return result.array
  }

  /// RMS-normalises each row.
  func normalise(_ rows: Rows, weight: [Float], into result: Rows) {
    let epsilon = configuration.rmsNormEpsilon
    inParallelBlocks(of: 32, count: rows.count) { block in
      for row in block {
        laq_rms_norm(rows[row], weight, epsilon, Int32(rows.width), result[row])
      }
    }
  }
}
