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
    let first = max(0, recording.tokenCount - width)
    return Observation(
      rows: (first..<recording.tokenCount).map { ObservedRow(row: .prompt(position: $0), visible: $0 + 1) },
      beyond: nil, candidateCount: first)
  }

  /// Attention of every row in one head, `[row][tokenCount]`.
  func attention(_ recording: Recording, layer: Int, queryHead: Int) -> [[Float]] {
    rows.map { observed in
      recording.attention(
        layer: layer, queryHead: queryHead, row: observed.row, beyond: beyond, visible: observed.visible)
    }
  }
}
