/// A cache that grows while a lane decodes: keys and values of the kept prompt tokens and of every
/// token decoded after them, with a length of its own for each layer and head.
///
/// A class because it has identity: a lane appends to it step by step. It belongs to one lane and is
/// used by one forward pass at a time.
public final class KVCache {
  /// The sizes of the model.
  public let shape: ModelShape
  /// The heads that share one set of tokens.
  public let granularity: Granularity
  /// `[layer][head]`.
  var heads: [[CachedHead]]

  /// Gathers the kept tokens of a recording: contiguous per head, at their original rotation; in bf16 where the
  /// recording is.
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
        var cached = CachedHead(dimension: dimension, isRounded: layer.keys.isRounded, capacity: positions.count + 64)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * dimension) { vectors in
          guard let key = vectors.baseAddress else { return }
          for position in positions {
            let start = (base + position) * dimension
            layer.keys.copy(start..<start + dimension, to: key)
            layer.values.copy(start..<start + dimension, to: key + dimension)
            cached.append(position: position, key: key, value: key + dimension)
          }
        }
        return cached
      }
    }
  }

  /// The tokens that a head holds now.
  public func count(layer: Int, head: Int) -> Int { heads[layer][head].positions.count }

  /// Appends the keys and values, `[kvHead][dimension]`, of the token at a position to a layer.
  func append(layer: Int, position: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>) {
    for head in heads[layer].indices {
      let start = (granularity == .kvHead ? head : head / shape.groupSize) * shape.headDimension
      heads[layer][head].append(position: position, key: keys + start, value: values + start)
    }
  }
}
