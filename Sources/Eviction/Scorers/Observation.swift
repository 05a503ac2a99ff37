import Transformer

/// The rows of attention that an observation policy looks at.
public struct Observation: Sendable {
  /// Whose queries they are, and how many keys each sees.
  let rows: [ObservedRow]
  /// The queries that rows from beyond the prompt count in.
  let beyond: QueryRows?
  /// The first so many prompt tokens are scored; the rest, the local window, is kept anyway.
  let candidateCount: Int

  /// The prompt's newest rows, each seeing the keys up to its own position; they are no candidates.
  static func window(_ width: Int, of recording: Recording) -> Observation {
    window(.tokens(width), of: recording)
  }

  /// A window's rows; neither they nor what stands behind them are candidates.
  static func window(_ window: Window, of recording: Recording) -> Observation {
    let rows = recording.newestRows(window.count + window.behind)
    return Observation(
      rows: rows.dropLast(window.behind), beyond: nil, candidateCount: recording.tokenCount - rows.count)
  }

  /// Attention of every row in each query head that reads a KV head, to a body that is given one head after
  /// the other.
  func map<Result>(
    _ recording: Recording, layer: Int, kvHead: Int, _ body: (ObservedWeights) throws -> Result
  ) rethrows -> [Result] {
    try recording.observe(layer: layer, kvHead: kvHead, rows, beyond: beyond) { try body($1) }
  }

  /// The shared middle of every observation policy, in each query head of a group: attention of the rows,
  /// summed in their order, pooled over the candidates.
  ///
  /// The local window behind the candidates takes no part in pooling (Wang et al. 2025, as in the authors'
  /// code).
  /// - Returns: `[queryHead of the group][tokenCount]`, zero beyond the candidates.
  func scores(
    _ recording: Recording, layer: Int, kvHead: Int, pooling: Pooling, kernel: Int, factor: Float = 1
  ) -> [[Float]] {
    map(recording, layer: layer, kvHead: kvHead) { rows in
      var sums = rows.sums(candidateCount)
      if factor != 1 { for index in sums.indices { sums[index] *= factor } }
      return pooling.apply(sums[...], kernel: kernel) + zeros(recording)
    }
  }

  /// The scores of what is no candidate.
  func zeros(_ recording: Recording) -> [Float] {
    Array(repeating: 0, count: recording.tokenCount - candidateCount)
  }
}
