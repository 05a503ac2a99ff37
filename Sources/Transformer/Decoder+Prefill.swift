/// How far a prefill has come.
public struct PrefillProgress: Sendable, Hashable {
  /// The share of the work that is done, counted in tokens of the prompt.
  public let tokensDone: Int
  /// Tokens of the prompt.
  public let tokenCount: Int
}

extension Decoder {
  /// Runs a prompt through the model with full causal attention and records every layer.
  ///
  /// The prompt passes a layer in chunks, then the next layer: a layer's weights and packed keys stay in the
  /// cache. The current task's cancellation is honoured and progress reported after each chunk. Cost: the
  /// products of all weights per token, and causal attention; memory: `(queryHeads + 2 kvHeads) · dimension +
  /// queryHeads` floats per token and layer.
  /// - Parameters:
  ///   - tokens: token ids, the first at position 0.
  ///   - chunkSize: tokens that pass a layer together; a multiple of 64 is fastest.
  ///   - onProgress: called on the running thread.
  /// - Throws: `TransformerError` for an empty or too long prompt or an unknown token;
  ///   `CancellationError`.
  public func prefill(
    _ tokens: [Int], chunkSize: Int = 512, onProgress: (PrefillProgress) -> Void = { _ in }
  ) throws -> Recording {
    guard !tokens.isEmpty else { throw TransformerError.emptyPrompt }
    guard tokens.count <= configuration.contextLength else {
      throw TransformerError.textTooLong(
        tokenCount: tokens.count, contextLength: configuration.contextLength)
    }
    return try exclusively {
      let size = max(1, min(chunkSize, tokens.count))
      let states = try embed(tokens)
      let buffers = workspace(rows: size)
      let tables = ropes.map { rope in
        let rotation = rotation(rope, length: tokens.count)
        return RotaryTable(tokens.indices) { _ in rotation }
      }
      let recorder = LayerRecorder(shape: shape, tokenCount: tokens.count, precision: precision)
      var recorded: [LayerRecording] = []
      for (index, layer) in layers.enumerated() {
        for first in stride(from: 0, to: tokens.count, by: size) {
          try Task.checkCancellation()
          let chunk = first..<min(first + size, tokens.count)
          try project(
            states[chunk], layer, tables: tables, firstRow: chunk.lowerBound, buffers: buffers)
          recorder.attend(rule: layer.rule, chunk, buffers: buffers)
          // Of the last layer's output only the last token's is asked for.
          if index + 1 < layers.count || chunk.upperBound == tokens.count {
            try finish(states[chunk], layer, buffers: buffers)
          }
          let work = index * tokens.count + chunk.upperBound
          onProgress(PrefillProgress(tokensDone: work / layers.count, tokenCount: tokens.count))
        }
        recorded.append(recorder.finish())
      }
      return Recording(
        shape: shape, tokenCount: tokens.count, layers: recorded, rules: layers.map(\.rule),
        lastLogits: try logits(after: states[tokens.count - 1..<tokens.count]))
    }
  }
}
