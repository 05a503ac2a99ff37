import Transformer

extension Run {
  /// The attention of one layer with which the full cache chose a token of its answer, `[queryHead][token]`;
  /// `nil` before that token is known.
  ///
  /// The first token was chosen by the prompt's last query, each later one by the query of the token before
  /// it.
  /// - Parameter step: the token's index in the full cache's answer.
  /// - Complexity: one attention row per query head.
  public func decodeAttention(step: Int, layer: Int) -> [[Float]]? {
    guard let recording, let decodeQueries, step >= 0, step <= decodeQueries.count,
      layer < recording.shape.layerCount
    else { return nil }
    let row: Recording.Row = step == 0 ? .prompt(position: recording.tokenCount - 1) : .beyond(row: step - 1)
    return (0..<recording.shape.queryHeadCount).map { head in
      recording.attention(layer: layer, queryHead: head, row: row, beyond: decodeQueries)
    }
  }
}
