import Foundation
import Kernels

extension Decoder {
  /// Every lane's and head's attention over its own cache, to `buffers.attended`. Several lanes may be tokens
  /// of one cache: none sees a later one.
  func attend(_ lanes: [LaneInput], layer: Int, buffers: Workspace) {
    let sources = lanes.enumerated().flatMap { lane, input in
      let heads = input.cache.heads[layer]
      let queries = shape.queryHeadCount / heads.count
      return heads.enumerated().map { index, head in
        CachePart.Source(
          head: head, position: input.position, lane: lane, start: index * queries * shape.headDimension,
          queries: queries)
      }
    }
    let rule = layers[layer].rule
    let (parts, ends) = CachePart.split(sources, rule: rule)
    let sums = Rows(count: parts.count, width: CachePart.width(shape))
    // Tokens pass in tiles, however few of them there are.
    let work =
      parts.reduce(0) { $0 + max($1.tokens.count, Int(LAQ_TILE)) } * shape.headDimension * shape.groupSize
    inParallel(count: parts.count, work: work) { index in
      let source = sources[parts[index].source]
      source.attend(
        buffers.projected[source.lane] + source.start, parts[index].tokens, rule: rule, shape,
        into: sums[index])
    }
    for (index, source) in sources.enumerated() {
      CachePart.join(
        sums, (index > 0 ? ends[index - 1] : 0)..<ends[index], queries: source.queries, shape,
        into: buffers.attended.rows[source.lane] + source.start)
    }
  }
}

/// Some tokens of one cached head: what a thread attends to at a time. Parts have a fixed size, so that sums
/// have the same order for any number of threads.
struct CachePart {
  /// A cached head, and who looks at it.
  struct Source {
    let head: CachedHead
    /// The true position of the queries.
    let position: Int
    /// The row of the queries, and of what they attend to.
    let lane: Int
    /// Their first element in it.
    let start: Int
    /// How many query heads read it.
    let queries: Int
  }

  /// The index of the head.
  let source: Int
  /// Indices of tokens in it.
  let tokens: Range<Int>

  private static let size = 1024

  /// All parts of all sources, and where those of each end.
  static func split(_ sources: [Source], rule: AttentionRule) -> (parts: [CachePart], ends: [Int]) {
    var parts: [CachePart] = []
    let ends = sources.enumerated().map { index, source in
      let count = source.head.visibleCount(at: source.position)
      for first in stride(from: source.head.firstVisible(at: source.position, rule), to: count, by: size) {
        parts.append(CachePart(source: index, tokens: first..<min(first + size, count)))
      }
      return parts.count
    }
    return (parts, ends)
  }

  /// Floats of one part's result: a vector of each query, then their maxima, then their sums.
  static func width(_ shape: ModelShape) -> Int { shape.groupSize * (shape.headDimension + 2) }

  /// Joins the parts of one head and normalises: `out` is `[query][dimension]`.
  static func join(
    _ sums: Rows, _ parts: Range<Int>, queries: Int, _ shape: ModelShape,
    into out: UnsafeMutablePointer<Float>
  ) {
    let dimension = shape.headDimension
    let totals = queries * dimension
    for query in 0..<queries {
      let result = out + query * dimension
      var (maximum, total) = (-Float.infinity, Float(0))
      for part in parts { maximum = max(maximum, sums[part][totals + query]) }
      for part in parts {
        total += exp2(sums[part][totals + query] - maximum) * sums[part][totals + queries + query]
      }
      result.update(repeating: 0, count: dimension)
      for part in parts {
        let weight = exp2(sums[part][totals + query] - maximum) / total
        laq_add_scaled(result, sums[part] + query * dimension, weight, Int32(dimension))
      }
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
      // A KV head may have more query heads than the kernel takes at once.
      for start in stride(from: 0, to: queries, by: Int(LAQ_BF16_ROWS)) {
        laq_attend_part_bf16(
          q + start * dimension, Int32(min(queries - start, Int(LAQ_BF16_ROWS))), head.packedKeys,
          head.packedValues, first,
          count, size, rule.kernel, sums + start * dimension, maxima + start, totals + start)
      }
      return
    }
    head.keys.withUnsafeBufferPointer { keys in
      head.values.withUnsafeBufferPointer { values in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: tokens.count) { scratch in
          guard let keys = keys.baseAddress, let values = values.baseAddress,
            let scratch = scratch.baseAddress
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
