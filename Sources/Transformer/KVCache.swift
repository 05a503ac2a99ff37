/// A cache that grows while a lane decodes: keys and values of the kept prompt tokens and of every
/// token decoded after them, with a length of its own for each layer and head.
///
/// A class because it has identity: a lane appends to it step by step. It belongs to one lane and is
/// used by one forward pass at a time.
public final class KVCache {
  /// One layer's and head's tokens, in order of position.
  struct Head {
    /// Post-RoPE keys, `[token][dimension]`.
    var keys: [Float]
    /// Values, `[token][dimension]`.
    var values: [Float]
    /// Each token's true position, ascending.
    var positions: [Int]

    /// The first token that a query at `position` sees under a rule.
    func firstVisible(at position: Int, _ rule: AttentionRule) -> Int {
      let first = rule.firstVisible(at: position)
      guard first > 0 else { return 0 }
      var (low, high) = (0, positions.count)
      while low < high {
        let middle = (low + high) / 2
        if positions[middle] < first { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  /// The sizes of the model.
  public let shape: ModelShape
  /// The heads that share one set of tokens.
  public let granularity: Granularity
  /// `[layer][head]`.
  var heads: [[Head]]

  /// Gathers the kept tokens of a recording: contiguous per head, at their original rotation.
  public init(_ recording: Recording, keeping kept: KeptTokens) {
    precondition(recording.shape == kept.shape && recording.tokenCount == kept.tokenCount)
    let shape = kept.shape
    let dimension = shape.headDimension
    self.shape = shape
    granularity = kept.granularity
    heads = zip(recording.layers, kept.positions).map { layer, sets in
      sets.enumerated().map { head, positions in
        let kvHead = kept.granularity == .kvHead ? head : head / shape.groupSize
        let base = kvHead * recording.tokenCount
        var keys: [Float] = []
        var values: [Float] = []
        keys.reserveCapacity((positions.count + 64) * dimension)
        values.reserveCapacity((positions.count + 64) * dimension)
        for position in positions {
          let start = (base + position) * dimension
          keys += layer.keys[start..<start + dimension]
          values += layer.values[start..<start + dimension]
        }
        return Head(keys: keys, values: values, positions: positions)
      }
    }
  }

  /// The tokens that a head holds now.
  public func count(layer: Int, head: Int) -> Int {
    heads[layer][head].keys.count / shape.headDimension
  }

  /// Appends the keys and values, `[kvHead][dimension]`, of the token at a position to a layer.
  func append(layer: Int, position: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>) {
    let dimension = shape.headDimension
    for head in heads[layer].indices {
      let kvHead = granularity == .kvHead ? head : head / shape.groupSize
      let start = kvHead * dimension
      heads[layer][head].keys += UnsafeBufferPointer(start: keys + start, count: dimension)
      heads[layer][head].values += UnsafeBufferPointer(start: values + start, count: dimension)
      heads[layer][head].positions.append(position)
    }
  }
}
