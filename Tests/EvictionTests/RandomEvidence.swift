import Checkpoint
import Foundation
import TestSupport
import Transformer

@testable import Eviction

/// A random prompt of some shape, with eight rows from beyond it.
struct RandomEvidence {
  let shape: ModelShape
  let tokenCount: Int
  /// `[layer][queryHead][position · dimension]`
  let queries: [[[Float]]]
  /// `[layer][kvHead][position · dimension]`
  let keys: [[[Float]]]
  /// As keys.
  let values: [[[Float]]]
  /// `[row][layer][queryHead][dimension]`
  let rows: [[[[Float]]]]
  /// What a pass has measured, `[layer][queryHead][position]`; positive.
  let highest: [[[Float]]]
  /// The output projection's columns, `[layer][queryHead][hidden][dimension]`.
  let output: [[[[Float]]]]
  /// `[layer][kvHead][position]`
  let gate: [[[Float]]]

  /// - Parameters:
  ///   - query: the range of the numbers in queries, those of rows from beyond the prompt included.
  ///   - key: that of the numbers in keys.
  ///   - value: that of the numbers in values.
  init(
    shape: ModelShape, tokenCount: Int, seed: UInt64, query: ClosedRange<Float> = -2...2,
    key: ClosedRange<Float> = -2...2, value: ClosedRange<Float> = -2...2
  ) {
    var generator = SeededGenerator(seed: seed)
    func numbers(_ count: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
      (0..<count).map { _ in Float.random(in: range, using: &generator) }
    }
    self.shape = shape
    self.tokenCount = tokenCount
    let d = shape.headDimension
    queries = (0..<shape.layerCount).map { _ in
      (0..<shape.queryHeadCount).map { _ in numbers(tokenCount * d, in: query) }
    }
    keys = (0..<shape.layerCount).map { _ in
      (0..<shape.kvHeadCount).map { _ in numbers(tokenCount * d, in: key) }
    }
    values = (0..<shape.layerCount).map { _ in
      (0..<shape.kvHeadCount).map { _ in numbers(tokenCount * d, in: value) }
    }
    rows = (0..<8).map { _ in
      (0..<shape.layerCount).map { _ in (0..<shape.queryHeadCount).map { _ in numbers(d, in: query) } }
    }
    highest = (0..<shape.layerCount).map { _ in
      (0..<shape.queryHeadCount).map { _ in numbers(tokenCount).map { ($0 + 2) / 4 } }
    }
    output = (0..<shape.layerCount).map { _ in
      (0..<shape.queryHeadCount).map { _ in (0..<Self.hiddenSize).map { _ in numbers(d) } }
    }
    gate = (0..<shape.layerCount).map { _ in
      (0..<shape.kvHeadCount).map { _ in numbers(tokenCount) }
    }
  }

  private static let hiddenSize = 12

  var evidence: Evidence { evidence(kvHeadOrder: Array(0..<shape.kvHeadCount)) }

  /// The evidence with its KV heads, and the query heads that read them, in another order.
  func evidence(kvHeadOrder order: [Int]) -> Evidence {
    let group = shape.groupSize
    let queryOrder = order.flatMap { $0 * group..<($0 + 1) * group }
    let layers = (0..<shape.layerCount).map { layer in
      let keys = order.flatMap { self.keys[layer][$0] }
      return LayerRecording(
        queries: queryOrder.flatMap { queries[layer][$0] }, keys: keys,
        values: order.flatMap { values[layer][$0] },
        logSumExp: queryOrder.flatMap { logSumExp(layer: layer, queryHead: $0) })
    }
    var beyond = QueryRows(shape: shape)
    for (index, row) in rows.enumerated() {
      beyond.append(row.map { heads in queryOrder.flatMap { heads[$0] } }, position: tokenCount + index)
    }
    let replayed = ReplayedAttention(
      highest.map { heads in queryOrder.map { heads[$0] } }, tokenCount: tokenCount)
    let output = self.output
    return Evidence(
      recording: Recording(
        shape: shape, tokenCount: tokenCount, layers: layers, rotations: rotations, lastLogits: []),
      lookahead: beyond, decode: beyond,
      output: OutputProjection(hiddenSize: Self.hiddenSize) { layer in
        (0..<Self.hiddenSize).flatMap { row in queryOrder.flatMap { output[layer][$0][row] } }
      },
      passes: Dictionary(
        uniqueKeysWithValues: Set(PolicyRegistry.all.compactMap { Policy($0.name)?.pass }).map {
          ($0, replayed)
        }),
      gate: GateScores(layers: gate.map { heads in order.map { heads[$0] } }))
  }

  /// The vectors count as rotated, except in every second layer.
  private var rotations: [RotaryEmbedding?] {
    let rotation = RotaryEmbedding(
      RopeConfiguration(theta: 10_000, dimension: shape.headDimension), length: tokenCount)
    return (0..<shape.layerCount).map { $0 % 2 == 0 ? rotation : nil }
  }

  private func logSumExp(layer: Int, queryHead: Int) -> [Float] {
    let root = Double(shape.headDimension).squareRoot()
    return PlainSums.logSumExp(
      queries: queries[layer][queryHead], keys: keys[layer][queryHead / shape.groupSize],
      dimension: shape.headDimension
    ) { $0 / root }
  }
}
