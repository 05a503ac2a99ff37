import Foundation
import Kernels
import TestSupport
import Testing

@testable import Transformer

/// Rows of a window together, and the kernels behind them, equal their plain definitions.
@Suite struct WindowTests {
  static let shapes = [
    ModelShape(layerCount: 1, queryHeadCount: 3, kvHeadCount: 1, headDimension: 64),
    ModelShape(layerCount: 1, queryHeadCount: 4, kvHeadCount: 2, headDimension: 10),
    ModelShape(layerCount: 1, queryHeadCount: 2, kvHeadCount: 2, headDimension: 24),
  ]
  static let rules = [
    AttentionRule(scale: 0.2), AttentionRule(scale: 0.3, softCap: 2), AttentionRule(scale: 0.2, window: 50),
    // Windows that a sum with a position would carry beyond 32 bits.
    AttentionRule(scale: 0.2, window: Int(Int32.max)), AttentionRule(scale: 0.2, window: .max),
  ]

  /// A recording with random vectors, rounded to bf16 or not, without log-sum-exps.
  static func recording(_ shape: ModelShape, _ rule: AttentionRule, tokens: Int, isRounded: Bool) -> Recording
  {
    var state: UInt32 = 1
    func vectors(_ heads: Int) -> VectorStorage {
      let floats = (0..<heads * tokens * shape.headDimension).map { _ -> Float in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(state >> 8) / Float(1 << 24) * 4 - 2
      }
      return isRounded
        ? VectorStorage(bfloat16: floats.map { UInt16($0.bitPattern >> 16) }) : VectorStorage(floats)
    }
    return Recording(
      shape: shape, tokenCount: tokens,
      layers: [
        LayerRecording(
          queries: vectors(shape.queryHeadCount), keys: vectors(shape.kvHeadCount),
          values: vectors(shape.kvHeadCount),
          logSumExp: VectorStorage([]))
      ], rules: [rule], lastLogits: [])
  }

  /// The same recording with the log-sum-exps of its rows.
  static func normalised(_ recording: Recording) -> Recording {
    let layer = recording.layers[0]
    let dimension = recording.shape.headDimension
    let rule = recording.rules[0]
    let sums = (0..<recording.shape.queryHeadCount).flatMap { head -> [Float] in
      let queries = recording.queries(layer: 0, queryHead: head)
      let keys = recording.keys(layer: 0, kvHead: head / recording.shape.groupSize)
      return PlainSums.logSumExp(
        queries: queries, keys: keys, dimension: dimension, firstKey: rule.firstVisible
      ) {
        capped($0 * Double(rule.scale), rule.softCap)
      }
    }
    return Recording(
      shape: recording.shape, tokenCount: recording.tokenCount, firstQueryPosition: 0,
      layers: [
        LayerRecording(
          queries: layer.queries, keys: layer.keys, values: layer.values, logSumExp: VectorStorage(sums))
      ], rules: recording.rules, lastLogits: [])
  }

  private static func capped(_ score: Double, _ cap: Float?) -> Double {
    cap.map { Double($0) * tanh(score / Double($0)) } ?? score
  }

  @Test(arguments: shapes, rules) func rowsTogetherEqualRowsAlone(_ shape: ModelShape, _ rule: AttentionRule)
  {
    for isRounded in [false, true] {
      for known in [false, true] {
        let plain = Self.recording(shape, rule, tokens: 133, isRounded: isRounded)
        let recording = known ? Self.normalised(plain) : plain
        var beyond = QueryRows(shape: shape)
        beyond.append(
          [(0..<shape.queryHeadCount * shape.headDimension).map { Float($0 % 7) / 4 }], position: 140)
        let inside = [5, 60, 131, 132].map { ObservedRow(row: .prompt(position: $0), visible: $0 + 1) }
        let others = [
          ObservedRow(row: .prompt(position: 100), visible: 90),
          ObservedRow(row: .beyond(row: 0), visible: 133),
          ObservedRow(row: .beyond(row: 0), visible: 100), ObservedRow(row: .beyond(row: 7), visible: 133),
        ]
        for rows in [inside, inside + others] {
          for kvHead in 0..<shape.kvHeadCount {
            let found = recording.observe(layer: 0, kvHead: kvHead, rows, beyond: beyond) { head, weights in
              (head, rows.indices.map { Array(weights[$0]) }, weights.sums(133))
            }
            #expect(found.map(\.0) == Array(shape.queryHeads(of: kvHead)))
            for (head, weights, sums) in found {
              var total = [Float](repeating: 0, count: 133)
              for (observed, row) in zip(rows, weights) {
                let alone = recording.attention(
                  layer: 0, queryHead: head, row: observed.row, beyond: beyond, visible: observed.visible)
                #expect(zip(row, alone).allSatisfy { abs($0 - $1) < 2e-6 })
                PlainSums.add(row, to: &total)
              }
              #expect(zip(sums, total).allSatisfy { abs($0 - $1) < 1e-6 })
            }
          }
        }
      }
    }
  }

  @Test(arguments: shapes, rules) func receivedAttentionIsTheSumOfAllRows(
    _ shape: ModelShape, _ rule: AttentionRule
  ) {
    for isRounded in [false, true] {
      for tokens in [1, 63, 64, 133] {
        let recording = Self.normalised(Self.recording(shape, rule, tokens: tokens, isRounded: isRounded))
        for kvHead in 0..<shape.kvHeadCount {
          let found = recording.receivedAttention(layer: 0, kvHead: kvHead)
          for (head, sums) in zip(shape.queryHeads(of: kvHead), found) {
            var expected = [Float](repeating: 0, count: tokens)
            for position in 0..<tokens {
              let row = recording.attention(layer: 0, queryHead: head, row: .prompt(position: position))
              PlainSums.add(row, to: &expected)
            }
            #expect(
              sums.count == tokens && zip(sums, expected).allSatisfy { abs($0 - $1) < 2e-5 * max(1, $1) })
          }
        }
      }
    }
  }

  /// Counts and dimensions around those of tiles, blocks and vectors.
  @Test(arguments: [1, 3, 10, 16, 24, 64, 70, 128], [1, 5, 63, 64, 130])
  func statisticsEqualPlainSums(_ dimension: Int, _ count: Int) {
    let x: [Float] = (0..<count * dimension).map { Float(($0 * 37 + 11) % 64) / 32 - 1 }
    let vectors: [[Double]] = (0..<count).map { n in x[n * dimension..<(n + 1) * dimension].map { Double($0) }
    }
    var moments = [Float](repeating: -1, count: dimension * dimension)
    laq_second_moments(x, Int32(count), Int32(dimension), &moments)
    let packed = PackedVectors(x, count: count, dimension: dimension)
    let forms = packed.quadraticForms(moments)
    let products = packed.products(with: Array(x[..<dimension]), scale: 0.5)
    let columns: [[Double]] = (0..<dimension).map { column in vectors.map { $0[column] } }
    var wrong: [(Int, Int)] = []
    for i in 0..<dimension {
      for j in 0..<dimension {
        if !isNear(moments[i * dimension + j], PlainSums.product(columns[i], columns[j])) {
          wrong.append((i, j))
        }
      }
    }
    #expect(wrong.isEmpty, "moments of the columns \(wrong.prefix(3))")
    let rows = (0..<dimension).map { row in
      moments[row * dimension..<(row + 1) * dimension].map { Double($0) }
    }
    for (n, vector) in vectors.enumerated() {
      let turned: [Double] = (0..<dimension).map { row in
        PlainSums.product(rows[row], vector)
      }
      #expect(isNear(forms[n], PlainSums.product(vector, turned)))
      #expect(isNear(products[n], PlainSums.product(vectors[0], vector) / 2))
    }
  }

  private func isNear(_ found: Float, _ expected: Double) -> Bool {
    abs(Double(found) - expected) < 1e-4 * max(1, abs(expected))
  }

  @Test(arguments: [0, 1, 15, 16, 100]) func entropyEqualsItsFormula(_ count: Int) {
    let weights = (0..<count).map { $0 % 5 == 0 ? 0 : Float(bitPattern: 0x3f80_0000 - UInt32($0) << 20) }
    let expected = weights.reduce(0.0) { $0 - Double($1) * log(Double($1) + 1e-10) }
    #expect(abs(Double(laq_entropy(weights, Int32(count))) - expected) < 1e-5 * max(1, expected))
  }
}
