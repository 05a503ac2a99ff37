extension Decoder {
  /// Passes tokens that are known beforehand behind a prompt's full cache, all of them together, and keeps
  /// their queries.
  ///
  /// Each token sees the whole prompt and the tokens before it, at the positions `n`, `n+1`, … of an answer:
  /// the queries are those of decoding the same tokens on the full cache, up to rounding. They may go beyond
  /// the model's context, as decoded ones may. The current task's cancellation is honoured before each layer.
  ///
  /// Cost: the products of all weights once for all tokens, and their attention. Memory beside the recording:
  /// one layer's cache.
  /// - Throws: `TransformerError` for no token, an unknown one, or a recording of other sizes;
  ///   `CancellationError`.
  public func queries(of tokens: [Int], behind recording: Recording) throws -> QueryRows {
    guard !tokens.isEmpty else { throw TransformerError.emptyPrompt }
    guard recording.shape == shape else {
      throw TransformerError.otherShape(recording.shape, expected: shape)
    }
    let (begin, end) = (recording.tokenCount, recording.tokenCount + tokens.count)
    return try exclusively {
      let states = try embed(tokens)
      let buffers = workspace(rows: tokens.count)
      // As when they are decoded: a rotation that depends on the text's length has that of the text so far.
      let tables = ropes.map { rope in
        RotaryTable(Array(begin..<end)) { rotation(rope, length: $0 + 1) }
      }
      let recorder = LayerRecorder(shape: shape, tokenCount: end, precision: precision)
      let width = shape.queryHeadCount * shape.headDimension
      var queries: [[[Float]]] = Array(repeating: [], count: tokens.count)  // [token][layer]
      for (index, layer) in layers.enumerated() {
        defer { layer.release() }
        try Task.checkCancellation()
        recorder.adopt(recording.layers[index], of: recording, count: begin, firstQueryPosition: begin)
        try project(states, layer, tables: tables, firstRow: 0, buffers: buffers)
        for row in tokens.indices {
          queries[row].append(Array(UnsafeBufferPointer(start: buffers.projected[row], count: width)))
        }
        // Nobody asks for the last layer's output.
        guard index + 1 < layers.count else { continue }
        recorder.attend(rule: layer.rule, begin..<end, buffers: buffers)
        try finish(states, layer, buffers: buffers)
      }
      var rows = QueryRows(shape: shape)
      for (row, queries) in queries.enumerated() { rows.append(queries, position: begin + row) }
      return rows
    }
  }
}
