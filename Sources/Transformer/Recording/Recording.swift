/// What one prefill leaves behind: every layer's post-RoPE queries, keys and values, and the
/// log-sum-exp of each query's scaled logits.
///
/// No attention matrix is stored: `exp(score − logSumExp)` gives any element on demand, at the
/// cost of one dot product (see `Recording+Attention.swift`).
public struct Recording: Sendable {
  /// The sizes of the model that was run.
  public let shape: ModelShape
  /// Prompt tokens recorded; positions are `0 ..< tokenCount`.
  public let tokenCount: Int
  /// The first position whose queries are recorded; 0 unless only a window of them was asked for.
  public let firstQueryPosition: Int
  /// One entry per layer, first layer first.
  public let layers: [LayerRecording]
  /// How each layer's scores become attention.
  public let rules: [AttentionRule]
  /// The rotation that each layer's queries and keys carry, `nil` for a layer without positions; `nil`
  /// altogether where it is not known, as in a trace of vectors.
  public let rotations: [RotaryEmbedding?]?
  /// The logits that follow the last prompt token, `[vocabulary]`.
  public let lastLogits: [Float]
  /// Of a recording that consists of some of another's tokens, their positions there, which their rotation
  /// tells: `[layer][head]`, a head being a KV head of this recording; `nil` where they are the positions
  /// here.
  let origins: [[[Int]]]?
  /// What undoes each layer's rotation.
  let inverseAngles: InverseAngles

  /// Joins the layers of one prefill.
  /// - Parameters:
  ///   - firstQueryPosition: the first position whose queries the layers hold.
  ///   - rules: one per layer; `1/√d` and nothing else where none are given.
  ///   - rotations: one per layer, `nil` for a layer without positions; without them no scorer can look at
  ///     queries or keys before their rotation.
  /// - Precondition: `layers.count == shape.layerCount`, as many rules, and every array has the size that
  ///   `LayerRecording` documents.
  public init(
    shape: ModelShape, tokenCount: Int, firstQueryPosition: Int = 0, layers: [LayerRecording],
    rules: [AttentionRule]? = nil, rotations: [RotaryEmbedding?]? = nil, lastLogits: [Float]
  ) {
    self.init(
      shape: shape, tokenCount: tokenCount, firstQueryPosition: firstQueryPosition, layers: layers,
      rules: rules,
      rotations: rotations, lastLogits: lastLogits, origins: nil,
      inverseAngles: InverseAngles(rotations ?? [], tokenCount: tokenCount))
  }

  init(
    shape: ModelShape, tokenCount: Int, firstQueryPosition: Int, layers: [LayerRecording],
    rules: [AttentionRule]?,
    rotations: [RotaryEmbedding?]?, lastLogits: [Float], origins: [[[Int]]]?,
    inverseAngles: InverseAngles
  ) {
    let rules = rules ?? layers.map { _ in AttentionRule(headDimension: shape.headDimension) }
    precondition(
      layers.count == shape.layerCount && rules.count == layers.count
        && rotations?.count ?? layers.count == layers.count,
      "\(layers.count) layers, \(rules.count) rules and \(rotations?.count ?? 0) rotations for \(shape)")
    for layer in layers {
      let row = tokenCount * shape.headDimension
      precondition(
        layer.queries.count == shape.queryHeadCount * (tokenCount - firstQueryPosition) * shape.headDimension
          && layer.keys.count == shape.kvHeadCount * row
          && [0, shape.kvHeadCount * row].contains(layer.values.count)
          && [0, shape.kvHeadCount * tokenCount].contains(layer.valueNorms?.count ?? 0)
          && [0, tokenCount - firstQueryPosition, tokenCount].contains(
            layer.logSumExp.count / shape.queryHeadCount)
          && layer.logSumExp.count % shape.queryHeadCount == 0,
        "a layer's arrays do not fit \(shape) and \(tokenCount) tokens")
    }
    self.shape = shape
    self.tokenCount = tokenCount
    self.firstQueryPosition = firstQueryPosition
    self.layers = layers
    self.rules = rules
    self.rotations = rotations
    self.origins = origins
    self.inverseAngles = inverseAngles
    self.lastLogits = lastLogits
  }
}

extension Recording {
  /// Where the queries of a head begin at a position: the index of an element of `LayerRecording.queries`.
  /// - Precondition: `position >= firstQueryPosition`.
  func queryIndex(_ queryHead: Int, at position: Int) -> Int {
    (queryHead * (tokenCount - firstQueryPosition) + position - firstQueryPosition) * shape.headDimension
  }
}

/// One layer's share of a `Recording`, row-major.
public struct LayerRecording: Sendable {
  /// Post-RoPE queries, `[queryHead][position − firstQueryPosition][dimension]`.
  public let queries: VectorStorage
  /// Post-RoPE keys, `[kvHead][position][dimension]`.
  public let keys: VectorStorage
  /// Values, `[kvHead][position][dimension]`; empty in a trace that has none.
  public let values: VectorStorage
  /// The values' Euclidean norms, `[kvHead][position]`, where they are recorded in place of values.
  public let valueNorms: VectorStorage?
  /// Natural log-sum-exp of the scores (`q·k/√d`, but see `Recording.rules`) over the keys a query may see,
  /// `[queryHead][position]`, of all positions or of those whose queries are recorded; empty where none is
  /// known, and no number where a single one is not.
  public let logSumExp: VectorStorage

  /// Makes a layer's recording from its four arrays.
  public init(queries: [Float], keys: [Float], values: [Float], logSumExp: [Float]) {
    self.init(
      queries: VectorStorage(queries), keys: VectorStorage(keys), values: VectorStorage(values),
      logSumExp: VectorStorage(logSumExp))
  }

  /// Makes a layer's recording from arrays in any number format.
  public init(
    queries: VectorStorage, keys: VectorStorage, values: VectorStorage, valueNorms: VectorStorage? = nil,
    logSumExp: VectorStorage
  ) {
    self.queries = queries
    self.keys = keys
    self.values = values
    self.valueNorms = valueNorms
    self.logSumExp = logSumExp
  }
}

extension Recording {
  /// The log-sum-exp of one prompt query's scores; `nil` where it is not known.
  func logSumExp(layer: Int, queryHead: Int, position: Int) -> Float? {
    let known = layers[layer].logSumExp
    let count = known.count / shape.queryHeadCount
    let index = position - (tokenCount - count)
    guard index >= 0 else { return nil }
    let place = queryHead * count + index
    let value = known.floats(place..<place + 1)[0]
    return value.isFinite ? value : nil
  }

  /// Those of a head's prompt queries from a position on; not numbers where they are not known.
  package func logSumExps(layer: Int, queryHead: Int, from first: Int = 0) -> [Float] {
    let known = layers[layer].logSumExp
    let count = known.count / shape.queryHeadCount
    let stored = max(first, tokenCount - count)
    let end = (queryHead + 1) * count
    return Array(repeating: .nan, count: stored - first) + known.floats(end - (tokenCount - stored)..<end)
  }
}
