import Transformer

/// TOVA (Oren et al. 2024, arXiv 2401.06104): the attention of the last token, the mean over all query heads
/// of a layer.
///
///     s[j] = mean_h( softmax_j(q_{n−1}·k_j / √d) ),  j < n − 1;  the last token is kept
///
/// All heads of a layer keep the same tokens. Under `+decode`, where heads are reduced one by one, the mean
/// is over the query heads that read the reduced one.
package struct TOVAScorer: GroupScorer, Hashable {
  /// Makes the scorer; it has no settings.
  package init() {}

  package var observedTokens: Int? { 1 }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { newest(1, of: tokenCount) }

  package func observation(_ evidence: Evidence) -> Observation? { .window(1, of: evidence.recording) }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    Observation.window(1, of: evidence.recording).scores(
      evidence.recording, layer: layer, kvHead: kvHead, pooling: .none, kernel: 1)
  }

  package func settled(_ heads: [[Float]]) -> [[Float]] {
    Array(repeating: ScoreTable.mean(heads[...]), count: heads.count)
  }
}
