/// The heads that share one kept set.
public enum Granularity: String, Sendable, Hashable, CaseIterable, Codable {
  /// One set per KV head: grouped-query attention's memory saving is kept.
  case kvHead = "kv"
  /// One set per query head, as in the paper's code, which repeats K and V before it evicts.
  case queryHead = "query"

  /// The number of kept sets in one layer.
  public func headCount(in shape: ModelShape) -> Int {
    self == .kvHead ? shape.kvHeadCount : shape.queryHeadCount
  }

  /// The index of the kept set that a query head reads.
  public func head(forQueryHead queryHead: Int, in shape: ModelShape) -> Int {
    self == .kvHead ? queryHead / shape.groupSize : queryHead
  }
}

/// The prompt positions that a policy keeps: what is drawn, exported, measured and decoded on.
public struct KeptTokens: Sendable, Hashable {
  /// The sizes of the model.
  public let shape: ModelShape
  /// The heads that share one set.
  public let granularity: Granularity
  /// Prompt tokens before eviction.
  public let tokenCount: Int
  /// Kept positions, ascending and unique, `[layer][head][…]`.
  public let positions: [[[Int]]]

  /// Makes kept sets.
  /// - Precondition: one array per layer and head, each ascending, unique, in `0 ..< tokenCount`.
  public init(shape: ModelShape, granularity: Granularity, tokenCount: Int, positions: [[[Int]]]) {
    precondition(positions.count == shape.layerCount, "\(positions.count) layers for \(shape)")
    for heads in positions {
      precondition(heads.count == granularity.headCount(in: shape))
      for kept in heads {
        precondition(
          zip(kept, kept.dropFirst()).allSatisfy(<)
            && kept.first.map { $0 >= 0 } ?? true && kept.last.map { $0 < tokenCount } ?? true,
          "kept positions must ascend within 0..<\(tokenCount)")
      }
    }
    self.shape = shape
    self.granularity = granularity
    self.tokenCount = tokenCount
    self.positions = positions
  }

  /// Every prompt token, in every head.
  public static func all(
    shape: ModelShape, granularity: Granularity = .kvHead, tokenCount: Int
  ) -> KeptTokens {
    let everything = Array(0..<tokenCount)
    let heads = Array(repeating: everything, count: granularity.headCount(in: shape))
    return KeptTokens(
      shape: shape, granularity: granularity, tokenCount: tokenCount,
      positions: Array(repeating: heads, count: shape.layerCount))
  }

  /// The kept positions that one query head reads.
  public func positions(layer: Int, queryHead: Int) -> [Int] {
    positions[layer][granularity.head(forQueryHead: queryHead, in: shape)]
  }

  /// The number of kept tokens, over all layers and heads.
  public var totalCount: Int { positions.joined().reduce(0) { $0 + $1.count } }

  /// Kept tokens per layer and head, on average.
  public var meanCount: Double { Double(totalCount) / Double(max(1, positions.reduce(0) { $0 + $1.count })) }

  /// The bytes that the kept keys and values take at `bytesPerElement`; screens and exports count in f32,
  /// whatever is held, so that they can be compared.
  public func byteCount(bytesPerElement: Int = 4) -> Int {
    totalCount * shape.headDimension * 2 * bytesPerElement
  }
}
