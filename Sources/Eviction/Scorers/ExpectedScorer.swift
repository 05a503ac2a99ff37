import Kernels
import Transformer

/// Expected Attention (Devoto et al. 2025, arXiv 2510.00636, as in kvpress): the attention that queries of
/// the next tokens would give, if they were drawn from a normal distribution like the prompt's.
///
///     z[j] = μ'·k_j / √d + k_jᵀ C' k_j / 2d;  s[j] = (softmax_j(z)[j] + ε) · ‖v_j‖₂,  j >= sinks
///
/// with μ' and C' of `QueryStatistics`; the softmax is over the tokens behind the sinks, which are kept. With
/// ε the values weigh where no attention is expected; kvpress' best entry is `expected(epsilon=0.01)/ada`.
/// Under `+critical`, which weighs values itself, `vnorm=off` belongs.
///
/// Departures from kvpress: `1/√d` is the model's own scale where it has another one; layers without
/// positions are not turned (kvpress turns them as the others), and of partly rotated heads only that part.
package struct ExpectedScorer: GroupScorer, Hashable {
  /// Positions behind the prompt whose rotations are averaged.
  package let futureCount: Int
  /// First tokens, kept, whose queries and keys are left out.
  package let sinkCount: Int
  /// Whether queries have a covariance.
  package let usesCovariance: Bool
  /// Whether scores are weighed by the norms of the values.
  package let weighsValues: Bool
  /// ε, added before they are.
  package let epsilon: Double

  /// Makes the scorer.
  package init(
    futureCount: Int = 512, sinkCount: Int = 4, usesCovariance: Bool = true, weighsValues: Bool = true,
    epsilon: Double = 0
  ) {
    self.futureCount = futureCount
    self.sinkCount = sinkCount
    self.usesCovariance = usesCovariance
    self.weighsValues = weighsValues
    self.epsilon = epsilon
  }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    Array(0..<min(sinkCount, tokenCount))
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    let recording = evidence.recording
    let count = recording.tokenCount
    guard count > sinkCount else { return [Array(repeating: 0, count: count)] }
    let scale = recording.rules[layer].scale
    let keys = recording.packedKeys(layer: layer, kvHead: kvHead)
    let weights = weighsValues ? try evidence.valueNorms(layer: layer, kvHead: kvHead, for: "expected") : nil
    return try recording.shape.queryHeads(of: kvHead).map { head in
      let expected = try QueryStatistics(
        recording, layer: layer, queryHead: head, withoutFirst: sinkCount, ahead: futureCount,
        policy: "expected",
        wantsCovariance: usesCovariance)
      var scores = keys.products(with: expected.mean, scale: scale)
      if let covariance = expected.covariance {
        let forms = keys.quadraticForms(covariance)
        let factor = scale * scale / 2
        for token in scores.indices { scores[token] += forms[token] * factor }
      }
      softmax(&scores, from: sinkCount)
      guard let weights else { return scores }
      return zip(scores, weights).map { ($0 + Float(epsilon)) * $1 }
    }
  }
}

/// The softmax of a row from an index on, in place; what stands before becomes 0.
func softmax(_ row: inout [Float], from first: Int = 0) {
  let largest = row[first...].max() ?? 0
  let count = Int32(row.count - first)
  row.withUnsafeMutableBufferPointer { row in
    guard let start = row.baseAddress, count > 0 else { return }
    for index in 0..<first { row[index] = 0 }
    let factor = 1 / laq_exponentials(start + first, count, -largest)
    for index in first..<row.count { row[index] *= factor }
  }
}
