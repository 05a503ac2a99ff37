import Foundation
import Kernels

extension LayerRecorder {
  /// Measures how much some rows, which have just passed, attend to the keys of a prompt.
  /// - Parameters:
  ///   - rows: their positions, all behind the prompt.
  ///   - tokenCount: the prompt's length.
  ///   - inputNorms: what each row's weights are divided by, if they are.
  ///   - highest: logarithms of the highest weights so far, a row per query head, `[measured]`.
  func measure(
    _ replay: Replay, _ rows: Range<Int>, tokenCount: Int, rule: AttentionRule, inputNorms: [Float]?,
    into highest: Rows
  ) {
    let (heads, size) = (shape.queryHeadCount, Int(LAQ_BF16_ROWS))
    let normalisers = Rows(count: heads, width: rows.count)
    let (rule, ranges) = softmax(of: replay, tokenCount: tokenCount, rule: rule)
    let work = heads * rows.count * tokenCount * shape.headDimension
    let blocks = (rows.count + size - 1) / size
    inParallel(count: heads * blocks, work: work) { index in
      let head = index % heads
      let first = rows.lowerBound + index / heads * size
      let block = first..<min(first + size, rows.upperBound)
      let sums = normalisers[head] + (first - rows.lowerBound)
      if let ranges {
        sums.update(repeating: -.infinity, count: block.count)
        for range in ranges + [tokenCount..<block.upperBound] {
          addLogSumExp(rule.kernel, head: head, block, keys: range, to: sums)
        }
      } else {
        sums.update(from: logSumExp[head] + first, count: block.count)
      }
      guard let inputNorms else { return }
      // exp(score − sum) / norm; an input of zeros attends to everything alike.
      for row in 0..<block.count {
        sums[row] += logf(max(inputNorms[first - rows.lowerBound + row], .leastNormalMagnitude))
      }
    }
    // Parts of the keys, so that no two threads write to the same ones.
    let part = 8 * Int(LAQ_TILE)
    let parts = (replay.measured.count + part - 1) / part
    inParallel(count: heads * parts, work: work) { index in
      let head = index % heads
      let first = replay.measured.lowerBound + index / heads * part
      raise(
        rule.kernel, head: head, rows, keys: first..<min(first + part, replay.measured.upperBound),
        normalisers: normalisers[head], highest: highest[head] + (first - replay.measured.lowerBound))
    }
  }

  /// The rule of a replay's softmax, and the prompt keys that it runs over; `nil` for those of the model's
  /// own attention, whose normalisers are known.
  private func softmax(
    of replay: Replay, tokenCount: Int, rule: AttentionRule
  ) -> (rule: AttentionRule, ranges: [Range<Int>]?) {
    guard case .chosen(let ranges) = replay.softmax else { return (rule, nil) }
    let isEverything = ranges.reduce(0) { $0 + $1.count } == tokenCount
    return isEverything && rule.window == nil
      ? (rule, nil) : (AttentionRule(scale: rule.scale, softCap: rule.softCap), ranges)
  }

  private func addLogSumExp(
    _ rule: laq_attention_rule, head: Int, _ rows: Range<Int>, keys: Range<Int>,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let span = Span(rows, keys: keys, shape)
    let group = head / shape.groupSize
    switch vectors {
    case .float32(let heads, let packedKeys):
      laq_add_log_sum_exp(
        heads[head] + span.start, span.count, span.first, packedKeys[group], span.from, span.to,
        span.dimension, rule, sums)
    case .bfloat16(let heads, let packedKeys, _):
      laq_add_log_sum_exp_bf16(
        heads[head] + span.start, span.count, span.first, packedKeys[group], span.from, span.to,
        span.dimension, rule, sums)
    }
  }

  private func raise(
    _ rule: laq_attention_rule, head: Int, _ rows: Range<Int>, keys: Range<Int>,
    normalisers: UnsafePointer<Float>, highest: UnsafeMutablePointer<Float>
  ) {
    let span = Span(rows, keys: keys, shape)
    let group = head / shape.groupSize
    switch vectors {
    case .float32(let heads, let packedKeys):
      laq_highest_attention(
        heads[head] + span.start, span.count, span.first, packedKeys[group], span.from, span.to,
        span.dimension, rule,
        normalisers, highest)
    case .bfloat16(let heads, let packedKeys, _):
      laq_highest_attention_bf16(
        heads[head] + span.start, span.count, span.first, packedKeys[group], span.from, span.to,
        span.dimension, rule,
        normalisers, highest)
    }
  }

  /// Rows of one head and keys of another, as the kernels count them.
  private struct Span {
    /// The rows' first element.
    let start: Int
    let first: Int32, count: Int32
    let from: Int32, to: Int32
    let dimension: Int32

    init(_ rows: Range<Int>, keys: Range<Int>, _ shape: ModelShape) {
      start = rows.lowerBound * shape.headDimension
      (first, count) = (Int32(rows.lowerBound), Int32(rows.count))
      (from, to) = (Int32(keys.lowerBound), Int32(keys.upperBound))
      dimension = Int32(shape.headDimension)
    }
  }
}
