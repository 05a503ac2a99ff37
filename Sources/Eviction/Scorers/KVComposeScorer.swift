import Transformer

/// KVCompose (Akulov et al. 2025, arXiv 2509.05165): the highest attention that each key receives while the
/// context is read a second time, and the mean of the layer's heads on top of each head's own.
///
///     a_h[j] = max over rows i of the second reading of softmax(q_i·k / √d)[j]
///     s_h[j] = mean over the group of a + mean over all heads of a
///
/// Layers get their numbers by `/compose`. `/global` is the unstructured variant but for rounding: kvpress
/// rounds down what stays, `global` what goes. As in kvpress, values do not count unless asked for; here they
/// cannot be asked for.
package struct KVComposeScorer: Scorer, Hashable {
  /// Makes the scorer; it has no settings.
  package init() {}

  /// Its rows are not the prompt's own.
  package var observedTokens: Int? { 0 }

  package var needs: Set<Requirement> { [.pass(.repetition)] }

  /// A growing cache is not read anew.
  package var following: DecodeFollowing? { nil }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func scores(layer: Int, queryHead: Int, evidence: Evidence) throws -> [Float] {
    Array(try evidence.replayed(.repetition, for: "kvcompose").highest(layer: layer, queryHead: queryHead))
  }

  /// The mean over the group is the table's part; the mean over its results is that over all heads.
  package func settled(_ heads: [[Float]]) -> [[Float]] {
    let mean = ScoreTable.mean(heads[...])
    return heads.map { zip($0, mean).map(+) }
  }
}
