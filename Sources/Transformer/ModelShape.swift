import Checkpoint
import Kernels

/// The sizes of a decoder that everything downstream of the forward pass needs.
///
/// Query head `h` reads the keys of KV head `h / groupSize` (grouped-query attention,
/// repeat-interleave order as in Hugging Face's `repeat_kv`).
public struct ModelShape: Sendable, Hashable {
  /// Decoder layers.
  public let layerCount: Int
  /// Query heads per layer.
  public let queryHeadCount: Int
  /// Key/value heads per layer; divides `queryHeadCount`.
  public let kvHeadCount: Int
  /// Elements of one head's query, key or value.
  public let headDimension: Int

  /// The largest head that attention is computed for.
  public static let maximumHeadDimension = Int(LAQ_MAX_DIMENSION)

  /// Query heads that share one KV head.
  public var groupSize: Int { queryHeadCount / kvHeadCount }

  /// The query heads that read a KV head.
  public func queryHeads(of kvHead: Int) -> Range<Int> { kvHead * groupSize..<(kvHead + 1) * groupSize }

  /// Makes a shape.
  /// - Precondition: all counts are positive and `kvHeadCount` divides `queryHeadCount`.
  public init(layerCount: Int, queryHeadCount: Int, kvHeadCount: Int, headDimension: Int) {
    precondition(
      layerCount > 0 && kvHeadCount > 0 && headDimension > 0 && queryHeadCount % kvHeadCount == 0,
      "no decoder has \(layerCount) layers, \(queryHeadCount)/\(kvHeadCount) heads of \(headDimension)")
    self.layerCount = layerCount
    self.queryHeadCount = queryHeadCount
    self.kvHeadCount = kvHeadCount
    self.headDimension = headDimension
  }
}

extension ModelConfiguration {
  /// The part of the sizes that caches and policies need.
  public var shape: ModelShape {
    ModelShape(
      layerCount: layerCount, queryHeadCount: queryHeadCount, kvHeadCount: kvHeadCount,
      headDimension: headDimension)
  }
}
