import Checkpoint

extension Decoder {
  /// One layer's weights, packed, and how it attends.
  struct Layer: Sendable {
    let rule: AttentionRule
    /// Its rotation, as an index into the decoder's; `nil` for a layer without positions.
    let rope: Int?
    let attentionNorm: [Float]
    /// Queries, keys and values in one product, `[(queryHeads + 2 kvHeads) · dimension][hidden]`.
    let queryKeyValue: Linear
    let queryNorm: [Float]?
    let keyNorm: [Float]?
    let output: Linear
    let attentionOutputNorm: [Float]?
    let feedForwardNorm: [Float]
    /// Gate and up projections in one product, `[2 · intermediate][hidden]`.
    let gateUp: Linear
    let down: Linear
    let feedForwardOutputNorm: [Float]?

    /// Makes the layer ready for products of many rows.
    func prepare() { for matrix in matrices { matrix.prepare() } }

    /// Frees what `prepare` has made.
    func release() { for matrix in matrices { matrix.release() } }

    /// Whether the weights of a matrix are decoded while it is multiplied.
    var hasCodedWeights: Bool { matrices.contains(where: \.hasCodedWeights) }

    private var matrices: [Linear] { [queryKeyValue, output, gateUp, down] }
  }
}

/// Reads a model's tensors under their Hugging Face names.
struct LayerReader {
  let configuration: ModelConfiguration
  let weights: any TensorSource
  let precision: Precision
  /// What stands before the names of the decoder's tensors: models that also see pictures have more.
  let prefix: String

  init(configuration: ModelConfiguration, weights: any TensorSource, precision: Precision) {
    self.configuration = configuration
    self.weights = weights
    self.precision = precision
    prefix =
      ["model.", "model.language_model.", "language_model.model."].first {
        weights.has($0 + "embed_tokens.weight")
      } ?? "model."
  }

  func layer(_ index: Int, ropes: [RopeConfiguration]) throws -> Decoder.Layer {
    let (hidden, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    let dimension = configuration.headDimension
    let queries = configuration.queryHeadCount * dimension
    let keys = configuration.kvHeadCount * dimension
    let parts = configuration.parts
    let name = "\(prefix)layers.\(index)."
    let isFused = parts.contains(.fusedProjections)
    let hasOutputNorms = parts.contains(.outputNorms)
    let attention = configuration.attention[index]

    func norm(_ part: String, if isThere: Bool, count: Int) throws -> [Float]? {
      isThere ? try self.norm("layers.\(index).\(part).weight", count: count) : nil
    }
    // Two norms are read before their blocks, or four before and behind them: the second one's name differs.
    let secondNorm = hasOutputNorms ? "pre_feedforward_layernorm" : "post_attention_layernorm"
    return Decoder.Layer(
      rule: AttentionRule(attention), rope: attention.rope.flatMap { ropes.firstIndex(of: $0) },
      attentionNorm: try self.norm("layers.\(index).input_layernorm.weight", count: hidden),
      queryKeyValue: isFused
        ? try linear([name + "self_attn.qkv_proj"], rows: [queries + 2 * keys], columns: hidden, bias: false)
        : try linear(
          ["q", "k", "v"].map { "\(name)self_attn.\($0)_proj" }, rows: [queries, keys, keys], columns: hidden,
          bias: parts.contains(.queryKeyValueBias)),
      queryNorm: try norm("self_attn.q_norm", if: parts.contains(.queryKeyNorm), count: dimension),
      keyNorm: try norm("self_attn.k_norm", if: parts.contains(.queryKeyNorm), count: dimension),
      output: try linear(
        [name + "self_attn.o_proj"], rows: [hidden], columns: queries, bias: parts.contains(.outputBias)),
      attentionOutputNorm: try norm("post_attention_layernorm", if: hasOutputNorms, count: hidden),
      feedForwardNorm: try self.norm("layers.\(index).\(secondNorm).weight", count: hidden),
      gateUp: isFused
        ? try linear([name + "mlp.gate_up_proj"], rows: [2 * inner], columns: hidden, bias: false)
        : try linear(
          ["gate", "up"].map { "\(name)mlp.\($0)_proj" }, rows: [inner, inner], columns: hidden,
          bias: parts.contains(.feedForwardBias)),
      down: try linear(
        [name + "mlp.down_proj"], rows: [hidden], columns: inner, bias: parts.contains(.feedForwardBias)),
      feedForwardOutputNorm: try norm("post_feedforward_layernorm", if: hasOutputNorms, count: hidden))
  }

  /// Whether a model whose head is said to be its embedding has another one all the same. Then transformers,
  /// too, goes by the weights. Cost: none where there is no such tensor, else one pass over both.
  func hasOwnHead(rows count: Int, columns: Int) throws -> Bool {
    guard weights.has("lm_head.weight") else { return false }
    let shape = [count, columns]
    for start in stride(from: 0, to: count, by: 4096) {
      let rows = start..<min(count, start + 4096)
      let head = try weights.floats("lm_head.weight", shape: shape, rows: rows)
      guard try weights.floats(prefix + "embed_tokens.weight", shape: shape, rows: rows) == head else {
        return true
      }
    }
    return false
  }

  /// A norm's weights, the family's offset added; the name is without the prefix.
  func norm(_ name: String, count: Int) throws -> [Float] {
    let found = try weights.floats(prefix + name, shape: [count])
    return configuration.normOffset == 0 ? found : found.map { $0 + configuration.normOffset }
  }

  /// Several tensors one below the other as one product.
  func linear(_ names: [String], rows: [Int], columns: Int, bias: Bool) throws -> Linear {
    var biases: [Float] = []
    for (name, count) in zip(names, rows) where bias {
      biases += try weights.floats(name + ".bias", shape: [count])
    }
    return try Linear(
      try matrix(names, rows: rows, columns: columns), bias: bias ? biases : nil,
      outputCount: rows.reduce(0, +),
      inputCount: columns, precision: precision)
  }

  /// The elements of several tensors one below the other: as they lie in the file where all of them can be
  /// multiplied so.
  private func matrix(_ names: [String], rows: [Int], columns: Int) throws -> StoredMatrix {
    let parts = try zip(names, rows).compactMap { name, count in
      try weights.matrix(name + ".weight", shape: [count, columns])
    }
    if parts.count == names.count, let stored = StoredMatrix(parts, columns: columns, precision: precision) {
      return stored
    }
    var joined: [Float] = []
    for (name, count) in zip(names, rows) {
      joined += try weights.floats(name + ".weight", shape: [count, columns])
    }
    return StoredMatrix(joined, columns: columns, precision: precision)
  }
}
