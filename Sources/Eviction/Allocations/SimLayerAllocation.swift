import Transformer

/// SimLayerKV (Zhang et al. 2024, arXiv 2410.13846): layers whose last query looks at the first and the
/// recent tokens only are lazy, and keep that many; the others keep everything.
///
/// A layer is lazy if the prompt's last `last` queries, on the mean over all query heads, give more than
/// `threshold` of their attention to the first `sinks` and the newest `recent` tokens. As in kvpress the
/// observing tokens themselves are no keys of that sum, and a lazy layer keeps `sinks + recent − last`. The
/// original keeps the first and the newest, which is `streaming/simlayer`. The budget is not looked at, and
/// prompts of up to `sinks + recent + last` are left alone.
package struct SimLayerAllocation: Allocation, Hashable {
  /// The share of attention above which a layer is lazy; 1 switches it off.
  package let threshold: Double
  /// First tokens.
  package let sinkCount: Int
  /// Recent tokens.
  package let recentCount: Int
  /// Observing tokens.
  package let lastCount: Int

  /// Makes the allocation.
  package init(threshold: Double = 1, sinkCount: Int = 4, recentCount: Int = 1024, lastCount: Int = 1) {
    self.threshold = threshold
    self.sinkCount = sinkCount
    self.recentCount = recentCount
    self.lastCount = lastCount
  }

  package var observedTokens: Int? { lastCount }

  package func shares(_ input: AllocationInput) -> Shares {
    let recording = input.evidence.recording
    let count = input.tokenCount
    let isOff = threshold >= 1 || count <= sinkCount + recentCount + lastCount
    return .layers(
      (0..<input.scores.layerCount).map { layer in
        guard !isOff, isLazy(recording, layer: layer) else { return count }
        return max(1, sinkCount + recentCount - lastCount)
      })
  }

  private func isLazy(_ recording: Recording, layer: Int) -> Bool {
    let candidates = recording.tokenCount - lastCount
    let observation = Observation.window(lastCount, of: recording)
    var sum = 0.0
    for kvHead in 0..<recording.shape.kvHeadCount {
      let parts = observation.map(recording, layer: layer, kvHead: kvHead) { rows in
        (0..<rows.rowCount).reduce(0.0) { sum, row in
          let first = rows[row][..<min(sinkCount, candidates)]
          let recent = rows[row][max(0, candidates - recentCount)..<candidates]
          return recent.reduce(first.reduce(sum) { $0 + Double($1) }) { $0 + Double($1) }
        }
      }
      sum = parts.reduce(sum, +)
    }
    return sum / Double(recording.shape.queryHeadCount * observation.rows.count) > threshold
  }
}
