import Transformer

/// FINCH (Corallo and Papotti 2024, TACL): the attention of the question behind the text.
///
///     s[j] = mean_i( (n − w + i) · softmax_j(q_i·k_j / √d) ),  rows i: the last w tokens;  they are kept
///
/// A row's weight is the number of keys before it, as in kvpress, where rows that see more count as much as
/// others. There is no pooling. The window, unless it is said, is the question's length where the prompt ends
/// with one, turns of the chat behind it included, and SnapKV's otherwise. The whole method moves the kept
/// keys together: `finch+rerotate`. Its chunks of a long text, each with a budget of its own, are not done.
package struct FinchScorer: WindowScorer, Hashable {
  /// Observing tokens at the prompt's end, always kept.
  package let window: Window

  /// The window unless it is said.
  static let standardWindow = Window.asked(otherwise: Window.standard.count)

  /// Makes the scorer.
  package init(window: Window = standardWindow) { self.window = window }

  func observing(_ window: Window) -> FinchScorer { FinchScorer(window: window) }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let recording = evidence.recording
    let observation = rows(evidence)
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
