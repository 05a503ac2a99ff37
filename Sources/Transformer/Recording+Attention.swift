import Kernels

extension Recording {
  /// Where an attention row's query comes from.
  public enum Row: Sendable, Hashable {
    /// A prompt token; it sees the keys up to its own position.
    case prompt(position: Int)
    /// A row of queries from beyond the prompt; it sees every prompt key.
    case beyond(row: Int)
  }

  /// One head's attention of one row over the prompt keys, `[tokenCount]`; zero where it may not look.
  ///
  /// A prompt row is `exp(q·k/√d − logSumExp)`, the row of the full softmax. A row from beyond the
  /// prompt is a softmax over the prompt keys alone (laq.md, step 4). Cost: `tokenCount · dimension`.
  public func attention(
    layer: Int, queryHead: Int, row: Row, beyond: QueryRows? = nil
  ) -> [Float] {
    let dimension = shape.headDimension
    let recorded = layers[layer]
    let keyStart = queryHead / shape.groupSize * tokenCount * dimension
    let query: ArraySlice<Float>
    let visible: Int
    switch row {
    case .prompt(let position):
      let start = (queryHead * tokenCount + position) * dimension
      query = recorded.queries[start..<start + dimension]
      visible = position + 1
    case .beyond(let row):
      guard let beyond, row < beyond.count else { return Array(repeating: 0, count: tokenCount) }
      query = beyond.query(layer: layer, row: row, queryHead: queryHead)
      visible = tokenCount
    }
    var weights = [Float](repeating: 0, count: tokenCount)
    query.withUnsafeBufferPointer { query in
      recorded.keys.withUnsafeBufferPointer { keys in
        weights.withUnsafeMutableBufferPointer { weights in
          guard let q = query.baseAddress, let k = keys.baseAddress, let w = weights.baseAddress
          else { return }
          laq_key_scores(
            q, k + keyStart, Int32(visible), Int32(dimension), 1 / Float(dimension).squareRoot(), w)
          if case .prompt(let position) = row {
            let normaliser = recorded.logSumExp[queryHead * tokenCount + position]
            _ = laq_exponentials(w, Int32(visible), -normaliser)
          } else {
            let largest = weights.max() ?? 0
            let total = laq_exponentials(w, Int32(visible), -largest)
            for index in weights.indices { weights[index] /= total }
          }
        }
      }
    }
    return weights
  }
}
