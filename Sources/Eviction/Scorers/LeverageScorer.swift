import Foundation
import Transformer

/// Leverage scores (Chari et al. 2025, Compactor, arXiv 2507.08143): how far a key lies out among all keys,
/// by a random sketch of them.
///
///     X = (K − mean) Φ; s[j] = z-score( x_jᵀ (XᵀX + 0.01 I)⁻¹ x_j ), K before its rotation, Φ normal,
///     `[d][sketch]`
///
/// The z-score is over all heads of a layer. Φ comes from the project's own generator, the same for all
/// heads; kvpress draws with torch's, another one in each run.
package struct LeverageScorer: GroupScorer, Hashable {
  /// Columns of the sketch.
  package let sketchCount: Int
  /// Another seed, another sketch.
  package let seed: Int

  /// Makes the scorer.
  package init(sketchCount: Int = 48, seed: Int = 0) {
    self.sketchCount = max(1, sketchCount)
    self.seed = seed
  }

  package var observedTokens: Int? { 0 }

  /// Keys in a growing cache are not known before their rotation.
  package var following: DecodeFollowing? { nil }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    let recording = evidence.recording
    let (count, dimension) = (recording.tokenCount, recording.shape.headDimension)
    guard var keys = recording.keysBeforeRotation(layer: layer, kvHead: kvHead) else {
      throw EvidenceError.noRotation(policy: "leverage")
    }
    let mean = QueryStatistics.mean(keys, dimension: dimension)
    for index in keys.indices { keys[index] -= mean[index % dimension] }
    let moments = PositiveMatrix(secondMomentsOf: keys, size: dimension, diagonal: 0).elements
    // ΦᵀKᵀKΦ and Φ (…)⁻¹ Φᵀ are small: the sketch of the keys themselves is not needed.
    let sketch = sketch(dimension: dimension)
    var gram = product(
      product(sketch.transposed, moments, inner: dimension), sketch.elements, inner: dimension)
    for index in 0..<sketchCount { gram[index * sketchCount + index] += 0.01 }
    let inverse = PositiveMatrix(gram, size: sketchCount).inverse
    let matrix = product(
      product(sketch.elements, inverse, inner: sketchCount), sketch.transposed, inner: sketchCount)
    let forms = PackedVectors(keys, count: count, dimension: dimension).quadraticForms(
      matrix.map { Float($0) })
    return [forms.map { max(0, $0) }]
  }

  package func settled(_ heads: [[Float]]) -> [[Float]] { standardised(heads) }

  /// Φ as `[dimension][sketch]`, and turned over.
  private func sketch(dimension: Int) -> (elements: [Double], transposed: [Double]) {
    var generator = SplitMix64(seed: SplitMix64.mixed(UInt64(bitPattern: Int64(seed))))
    let elements = (0..<dimension * sketchCount).map { _ in
      // Box and Muller.
      let (u, v) = (Double.random(in: 0..<1, using: &generator), Double.random(in: 0..<1, using: &generator))
      return (-2 * log(1 - u)).squareRoot() * cos(2 * .pi * v) / Double(sketchCount).squareRoot()
    }
    let transposed = (0..<elements.count).map { elements[$0 % dimension * sketchCount + $0 / dimension] }
    return (elements, transposed)
  }

  /// The product of two matrices, row-major.
  private func product(_ a: [Double], _ b: [Double], inner: Int) -> [Double] {
    let (rows, columns) = (a.count / inner, b.count / inner)
    var result = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for k in 0..<inner {
        let element = a[row * inner + k]
        for column in 0..<columns { result[row * columns + column] += element * b[k * columns + column] }
      }
    }
    return result
  }
}
