import Transformer

/// CriticalKV (Feng et al. 2025, arXiv 2502.03805): what a token's value can do to the output counts beside
/// its score.
///
/// With K the tokens that a head may keep: the best `Int(K · first)` scores, at least one, stay in any case;
/// the others are chosen by
///
///     (s[j] + ε) · mean over the group of ‖v_j · Wo_h‖₁
///
/// With `/ada` before it the heads' numbers come from the plain scores: that is CriticalAdaKV, where the
/// tokens that are safe in a head belong to the first stage, too. The scores are to be plain attention:
/// Expected Attention's own value norm is to be off. Protected tokens stay; kvpress multiplies their scores,
/// too, and could drop them.
struct CriticalWeighting: Sendable, Hashable {
  /// ε, so that tokens without attention are told apart by their values.
  let epsilon: Double
  /// The part of the budget that goes to the best scores.
  let firstShare: Double

  /// Weighs the scores of a table for the tokens that each head keeps.
  /// - Parameters:
  ///   - norms: mean norms, `[layer][head][token]`.
  ///   - first: tokens of the first stage in a head.
  /// - Returns: weighted scores, in which the first stage's tokens are protected.
  func weigh(
    _ scores: ScoreTable, norms: [[[Float]]], first: (_ layer: Int, _ head: Int) -> Int
  ) -> ScoreTable {
    let protected = (0..<scores.layerCount).map { layer in
      (0..<scores.headCount).map { head -> [Int] in
        let always = scores.protected(layer: layer, head: head)
        let more = first(layer, head) - always.count
        guard more > 0 else { return always }
        let own = scores.scores(layer: layer, head: head)
        return (always + Selection.best(more, of: own, without: always)).sorted()
      }
    }
    let weighted = zip(scores.layers, norms).map { heads, norms in
      zip(heads, norms).map { zip($0, $1).map { ($0 + Float(epsilon)) * $1 } }
    }
    return ScoreTable(
      granularity: scores.granularity, layers: weighted, protected: scores.protected,
      tokenCount: scores.tokenCount, protectedByHead: protected)
  }

  /// Tokens of the first stage: the share of a number of tokens, rounded down, at least one.
  func firstCount(_ kept: Double) -> Int {
    firstShare > 0 ? max(1, Int(kept * firstShare)) : 0
  }

  /// The norms of a prompt's values, group means for KV heads, `[layer][head][token]`.
  /// - Throws: `EvidenceError.noOutputProjection`; `CancellationError`.
  static func norms(
    _ evidence: Evidence, granularity: Granularity, policy: String, stopsWhenCancelled: Bool
  ) throws -> [[[Float]]] {
    guard let output = evidence.output else { throw EvidenceError.noOutputProjection(policy: policy) }
    let recording = evidence.recording
    guard recording.layers.allSatisfy({ $0.values.count > 0 }) else {
      throw EvidenceError.noValues(policy: policy)
    }
    let shape = recording.shape
    return try (0..<shape.layerCount).map { layer in
      let matrix = output(layer: layer)
      let heads = try ScoreTable.inParallel(
        count: shape.queryHeadCount, stopsWhenCancelled: stopsWhenCancelled
      ) { head in
        recording.projectedValueNorms(
          layer: layer, queryHead: head, matrix: matrix, hiddenSize: output.hiddenSize)
      }
      guard granularity == .kvHead, shape.groupSize > 1 else { return heads }
      return (0..<shape.kvHeadCount).map { group in
        ScoreTable.mean(heads[group * shape.groupSize..<(group + 1) * shape.groupSize])
      }
    }
  }
}
