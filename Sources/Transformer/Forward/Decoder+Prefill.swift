/// How far a prefill, or a replay over one, has come.
public struct PrefillProgress: Sendable, Hashable {
  /// The share of the work that is done, counted in tokens.
  public let tokensDone: Int
  /// Tokens that pass the model: those of the prompt, without what was known of it.
  public let tokenCount: Int
  /// Seconds since it began.
  public let seconds: Double

  /// Tokens per second so far; the later layers' share of a token counts as much as the earlier ones'.
  public var tokensPerSecond: Double { seconds > 0 ? Double(tokensDone) / seconds : 0 }
  /// Seconds that the rest will take at this rate; `nil` before there is one.
  public var secondsLeft: Double? {
    tokensDone > 0 && seconds > 0 ? Double(tokenCount - tokensDone) / tokensPerSecond : nil
  }

  /// Makes a report.
  public init(tokensDone: Int, tokenCount: Int, seconds: Double) {
    self.tokensDone = tokensDone
    self.tokenCount = tokenCount
    self.seconds = seconds
  }
}

/// A prefill was cancelled after some layers.
public struct PrefillInterrupted: Error {
  /// The layers that were finished: a recording of a smaller model, without logits.
  public let recording: Recording
}

extension Decoder {
  /// Runs a prompt through the model with full causal attention and records every layer.
  ///
  /// The prompt passes a layer in chunks, then the next layer: a layer's weights and packed keys stay in the
  /// cache. The current task's cancellation is honoured and progress reported after each chunk. Cost: the
  /// products of all weights per token, and causal attention; memory per token and layer: `(queryHeads + 2
  /// kvHeads) · dimension` numbers in the products' format (bf16 or f32), and `queryHeads` floats.
  /// - Parameters:
  ///   - tokens: token ids, the first at position 0.
  ///   - prefix: what is known already of the prompt's beginning; only the tokens behind it pass the model.
  ///   - firstQueryPosition: queries before it are not recorded, which saves most of a recording's memory.
  ///   - chunkSize: tokens that pass a layer together; a multiple of 64 is fastest. Unless given, so many
  ///     that a cancellation is heard within 200 ms on long prompts, too.
  ///   - onProgress: called on the running thread.
  ///   - onLayerInput: called on the running thread before each layer, with its index and the residual stream
  ///     before it, `[token][hidden]`: for what looks at hidden states, of which a recording holds none.
  /// - Throws: `TransformerError` for an empty or too long prompt, an unknown token, or logits that are no
  ///   finite numbers; when cancelled, `PrefillInterrupted` if a layer was finished, else
  ///   `CancellationError`.
  public func prefill(
    _ tokens: [Int], after prefix: RecordedPrefix? = nil, firstQueryPosition: Int = 0, chunkSize: Int? = nil,
    onProgress: (PrefillProgress) -> Void = { _ in },
    onLayerInput: (Int, UnsafeBufferPointer<Float>) -> Void = { _, _ in }
  ) throws -> Recording {
    guard !tokens.isEmpty else { throw TransformerError.emptyPrompt }
    guard tokens.count <= configuration.contextLength else {
      throw TransformerError.textTooLong(
        tokenCount: tokens.count, contextLength: configuration.contextLength)
    }
    return try exclusively {
      let size = max(1, min(chunkSize ?? (tokens.count > 8192 ? 256 : 512), tokens.count))
      let firstQuery = max(0, min(firstQueryPosition, tokens.count - 1))
      let known = prefix.flatMap { adoptable($0, tokenCount: tokens.count, firstQueryPosition: firstQuery) }
      let begin = known?.count ?? 0
      let began = ContinuousClock.now
      let states = try embed(Array(tokens[begin...]))
      let buffers = workspace(rows: size)
      let tables = ropes.map { rope in
        let rotation = rotation(rope, length: tokens.count)
        return RotaryTable(begin..<tokens.count) { _ in rotation }
      }
      let recorder = LayerRecorder(shape: shape, tokenCount: tokens.count, precision: precision)
      var recorded: [LayerRecording] = []
      for (index, layer) in layers.enumerated() {
        defer { layer.release() }
        if let known {
          recorder.adopt(
            known.recording.layers[index], of: known.recording, count: begin,
            firstQueryPosition: min(firstQuery, begin))
        }
        onLayerInput(index, states.elements)
        // Behind a prefix chunks end where they would without it, so that the same rows pass together.
        for first in stride(from: begin / size * size, to: tokens.count, by: size) {
          if Task.isCancelled { throw interrupted(after: recorded, tokenCount: tokens.count, firstQuery) }
          let chunk = max(first, begin)..<min(first + size, tokens.count)
          let rows = chunk.lowerBound - begin..<chunk.upperBound - begin
          try project(states[rows], layer, tables: tables, firstRow: rows.lowerBound, buffers: buffers)
          recorder.attend(rule: layer.rule, chunk, buffers: buffers)
          if index + 1 < layers.count {
            try finish(states[rows], layer, buffers: buffers)
          } else if chunk.upperBound == tokens.count {
            // Of the last layer's output only the last token's is asked for.
            try finish(states[rows], from: rows.count - 1, layer, buffers: buffers)
          }
          let work = index * states.count + rows.upperBound
          onProgress(
            PrefillProgress(
              tokensDone: work / layers.count, tokenCount: states.count,
              seconds: (ContinuousClock.now - began) / .seconds(1)))
        }
        recorded.append(recorder.finish(firstQueryPosition: firstQuery))
      }
      let logits = try logits(after: states[states.count - 1..<states.count]).array
      if let token = logits.firstIndex(where: { !$0.isFinite }) {
        throw TransformerError.logitsNotFinite(token: token)
      }
      return Recording(
        shape: shape, tokenCount: tokens.count, firstQueryPosition: firstQuery, layers: recorded,
        rules: layers.map(\.rule),
        rotations: rotations(layerCount: layers.count, length: tokens.count), lastLogits: logits)
    }
  }

  private func interrupted(
    after recorded: [LayerRecording], tokenCount: Int, _ firstQueryPosition: Int
  ) -> any Error {
    guard !recorded.isEmpty else { return CancellationError() }
    let finished = ModelShape(
      layerCount: recorded.count, queryHeadCount: shape.queryHeadCount, kvHeadCount: shape.kvHeadCount,
      headDimension: shape.headDimension)
    return PrefillInterrupted(
      recording: Recording(
        shape: finished, tokenCount: tokenCount, firstQueryPosition: firstQueryPosition, layers: recorded,
        rules: layers.prefix(recorded.count).map(\.rule),
        rotations: rotations(layerCount: recorded.count, length: tokenCount), lastLogits: []))
  }

  /// What the queries and keys of the first layers carry after a prompt of some length.
  private func rotations(layerCount: Int, length: Int) -> [RotaryEmbedding?] {
    layers.prefix(layerCount).map { layer in layer.rope.map { rotation(ropes[$0], length: length) } }
  }
}
