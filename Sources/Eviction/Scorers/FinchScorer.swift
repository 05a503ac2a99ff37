import Transformer

/// FINCH (Corallo and Papotti 2024, TACL): the attention of the question behind the text.
///
///     s[j] = mean_i( (n − w + i) · softmax_j(q_i·k_j / √d) ),  rows i: the last w tokens;  they are kept
///
/// A row's weight is the number of keys before it, as in kvpress, where rows that see more count as much as
/// others. There is no pooling. The window is the question's length where the prompt ends with one, turns of
/// the chat behind it included, otherwise the setting or 32. The whole method moves the kept keys together:
/// `finch+rerotate`. Its chunks of a long text, each with a budget of its own, are not done.
package struct FinchScorer: GroupScorer, Hashable {
  /// Observing tokens at the prompt's end, always kept; 0 for the question's.
  package let window: Int

  /// The window where there is no question.
  static let standardWindow = 32

  /// Makes the scorer.
  package init(window: Int = 0) { self.window = window }

  /// A question's length is not known before there is a prompt.
  package var observedTokens: Int? { window > 0 ? window : nil }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { newest(window, of: tokenCount) }

  package func resolved(for evidence: Evidence) -> any Scorer {
    guard window == 0 else { return self }
    return FinchScorer(window: max(1, evidence.questionTokenCount ?? Self.standardWindow))
  }

  package func observation(_ evidence: Evidence) -> Observation? { .window(window, of: evidence.recording) }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let recording = evidence.recording
    let observation = Observation.window(window, of: recording)
    let count = observation.candidateCount
    return observation.map(recording, layer: layer, kvHead: kvHead) { rows in
      var sums = [Float](repeating: 0, count: recording.tokenCount)
      for row in 0..<rows.rowCount {
        let weights = rows[row]
        for key in 0..<count { sums[key] += weights[key] * Float(count + row) }
      }
      let factor = 1 / Float(max(1, rows.rowCount))
      for key in 0..<count { sums[key] *= factor }
      return sums
    }
  }
}
