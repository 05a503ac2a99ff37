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
  /// The position of the first token that is decoded on the cache.
  public let nextPosition: Int
  /// `[layer][head]`.
  let heads: [[CachedHead]]

  /// Gathers the kept tokens of a recording: contiguous per head, in bf16 where the recording is.
  ///
  /// They keep their rotation, and the first decoded token has the position behind the whole prompt. With
  /// `rotation` the keys are moved together instead, and decoding goes on behind them: where heads keep
  /// unequal numbers of tokens, all end at the position where the longest one does, so that their newest
  /// tokens are equally near.
  /// - Parameter isPlain: whether floats are stored even where the kernels read packed bf16: heads of such a
  ///   cache can be reduced again.
  public convenience init(
    _ recording: Recording, keeping kept: KeptTokens, rotation: KeyRotation? = nil, isPlain: Bool = false
  ) {
    self.init(recording, keeping: kept, rotation: rotation, isPlain: isPlain, fromLayer: 0)
  }

  /// The same without the layers before one, in which nobody looks.
  package init(
    _ recording: Recording, keeping kept: KeptTokens, rotation: KeyRotation?, isPlain: Bool,
    fromLayer firstLayer: Int
  ) {
    precondition(recording.shape == kept.shape && recording.tokenCount == kept.tokenCount)
    let shape = kept.shape
    let dimension = shape.headDimension
    self.shape = shape
    granularity = kept.granularity
    let end = rotation == nil ? recording.tokenCount : kept.longestCount
    nextPosition = end
    heads = zip(recording.layers, kept.positions).enumerated().map { index, part in
      let (layer, sets) = part
      guard index >= firstLayer else { return [] }
      return sets.enumerated().map { head, positions in
        let kvHead = kept.granularity == .kvHead ? head : head / shape.groupSize
        let base = kvHead * recording.tokenCount
        let cached = CachedHead(
          dimension: dimension, isRounded: layer.keys.isRounded && !isPlain, capacity: positions.count + 64)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * dimension) { vectors in
          guard let key = vectors.baseAddress else { return }
          for (place, position) in positions.enumerated() {
            let start = (base + position) * dimension
            layer.keys.copy(start..<start + dimension, to: key)
            layer.values.copy(start..<start + dimension, to: key + dimension)
            let target = rotation == nil ? position : end - positions.count + place
            rotation?.move(key, layer: index, from: position, to: target)
            cached.append(position: target, key: key, value: key + dimension)
          }
        }
        return cached
      }
    }
  }

  /// A cache of its own with what another one holds now.
  public init(copying other: KVCache) {
    (shape, granularity, nextPosition) = (other.shape, other.granularity, other.nextPosition)
    heads = other.heads.map { $0.map(CachedHead.init(copying:)) }
  }

  /// The tokens that a head holds now.
  public func count(layer: Int, head: Int) -> Int { heads[layer][head].positions.count }

  /// The mean of the tokens that the heads hold now.
  public var meanCount: Double {
    let counts = heads.joined().map(\.positions.count)
    return counts.isEmpty ? 0 : Double(counts.reduce(0, +)) / Double(counts.count)
  }

  /// Bytes of the keys and values that are held now.
  public func byteCount(bytesPerElement: Int = 4) -> Int {
    heads.joined().reduce(0) { $0 + $1.positions.count } * shape.headDimension * 2 * bytesPerElement
  }

  /// Appends the keys and values, `[kvHead][dimension]`, of the token at a position to a layer.
  func append(layer: Int, position: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>) {
    for (index, head) in heads[layer].enumerated() {
      let start = (granularity == .kvHead ? index : index / shape.groupSize) * shape.headDimension
      head.append(position: position, key: keys + start, value: values + start)
    }
  }
}
