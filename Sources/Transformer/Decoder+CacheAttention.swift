import Foundation
import Kernels

extension Decoder {
  /// Every lane's and head's attention over its own cache, to `buffers.attended`.
  func attend(_ lanes: [LaneInput], layer: Int, buffers: Workspace) {
    let heads = lanes.flatMap { lane in
      let cached = lane.cache.heads[layer]
      return cached.indices.map { head in
        CachePart.Source(
          head: cached[head], position: lane.position, queries: shape.queryHeadCount / cached.count)
      }
    }
    let parts = CachePart.split(heads, rule: layers[layer].rule)
    let sums = Rows(count: parts.count, width: CachePart.width(shape))
    let work = parts.reduce(0) { $0 + $1.tokens.count } * shape.headDimension * shape.groupSize
    let starts = starts(of: lanes, layer: layer)
    inParallel(count: parts.count, work: work) { index in
      let part = parts[index]
      let (lane, head) = starts[part.source]
      heads[part.source].attend(
        buffers.projected[lane] + head * shape.headDimension, part.tokens, rule: layers[layer].rule, shape,
        into: sums[index])
    }
    var first = 0
    while first < parts.count {
      let source = parts[first].source
      let count = parts[first...].prefix { $0.source == source }.count
      let (lane, head) = starts[source]
      CachePart.join(
        sums, first..<first + count, queries: heads[source].queries, shape,
        into: buffers.attended.rows[lane] + head * shape.headDimension)
      first += count
    }
  }

  /// The lane, and the first query head, of each cached head.
  private func starts(of lanes: [LaneInput], layer: Int) -> [(lane: Int, head: Int)] {
    lanes.indices.flatMap { lane in
      let count = lanes[lane].cache.heads[layer].count
      return (0..<count).map { (lane, $0 * (shape.queryHeadCount / count)) }
    }
  }
}

/// Some tokens of one cached head: what a thread attends to at a time. Parts have a fixed size, so that sums have
/// the same order for any number of threads.
struct CachePart {
  /// A cached head, and who looks at it.
  struct Source {
    let head: CachedHead
    /// The true position of the queries.
    let position: Int
    /// How many query heads read it.
    let queries: Int
  }

  /// The index of the head.
  let source: Int
  /// Indices of tokens in it.
  let tokens: Range<Int>

  private static let size = 1024

  static func split(_ sources: [Source], rule: AttentionRule) -> [CachePart] {
    sources.enumerated().flatMap { index, source in
      let count = source.head.positions.count
      let first = source.head.firstVisible(at: source.position, rule)
      return stride(from: first, to: count, by: size).map {
        CachePart(source: index, tokens: $0..<min($0 + size, count))
      }
    }
  }

  /// Floats of one part's result: a vector of each query, then their maxima, then their sums.
  static func width(_ shape: ModelShape) -> Int { shape.groupSize * (shape.headDimension + 2) }

  /// Joins the parts of one head and normalises: `out` is `[query][dimension]`.
  static func join(
    _ sums: Rows, _ parts: Range<Int>, queries: Int, _ shape: ModelShape, into out: UnsafeMutablePointer<Float>
  ) {
    let dimension = shape.headDimension
    let totals = queries * dimension
    for query in 0..<queries {
      let result = out + query * dimension
      let maximum = parts.map { sums[$0][totals + query] }.max() ?? 0
      result.update(repeating: 0, count: dimension)
      var total: Float = 0
      for part in parts {
        let weight = exp2(sums[part][totals + query] - maximum)
        total += weight * sums[part][totals + queries + query]
        laq_add_scaled(result, sums[part] + query * dimension, weight, Int32(dimension))
      }
      for index in 0..<dimension { result[index] /= total }
    }
  }
}

extension CachePart.Source {
  /// One part's sums, as `CachePart.width` says.
  func attend(
    _ q: UnsafePointer<Float>, _ tokens: Range<Int>, rule: AttentionRule, _ shape: ModelShape,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let dimension = shape.headDimension
    let maxima = sums + queries * dimension
    let totals = maxima + queries
    let (first, count, size) = (Int32(tokens.lowerBound), Int32(tokens.count), Int32(dimension))
    if head.isPacked {
      laq_attend_part_bf16(
        q, Int32(queries), head.packedKeys, head.packedValues, first, count, size, rule.kernel, sums, maxima, totals)
      return
    }
    head.keys.withUnsafeBufferPointer { keys in
      head.values.withUnsafeBufferPointer { values in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: tokens.count) { scratch in
          guard let keys = keys.baseAddress, let values = values.baseAddress, let scratch = scratch.baseAddress
          else { return }
          let start = tokens.lowerBound * dimension
          for query in 0..<queries {
            laq_attend_part(
              q + query * dimension, keys + start, values + start, count, size, rule.kernel, scratch,
              sums + query * dimension, maxima + query, totals + query)
          }
        }
      }
    }
  }
}
