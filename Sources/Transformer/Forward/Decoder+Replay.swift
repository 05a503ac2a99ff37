import Kernels

extension Decoder {
  /// Passes replays over a prompt's full cache and measures how much they attend to its keys.
  ///
  /// Replays do not see each other. They go through a layer one after the other, in chunks, then through the
  /// next layer: a layer's cache is packed once for all of them, and nothing of them is kept but the measure.
  /// The current task's cancellation is honoured and progress reported after each chunk. They may go beyond
  /// the model's context, to positions that it has not learnt, as in every reference; where a rotation
  /// depends on the text's length, the replayed tokens have that of the longest replay's end and the cache
  /// keeps its own, as when an answer is decoded.
  ///
  /// Cost: for each replayed token the products of all weights, attention to the whole prompt, and once or
  /// twice the products of queries and measured keys. Memory beside the recording: one layer's cache, the
  /// replayed tokens' residual stream, and `queryHeads` floats per layer and prompt token.
  /// - Parameters:
  ///   - recording: a prefill by this decoder.
  ///   - chunkSize: tokens that pass a layer together; unless given, so many that a cancellation is heard
  ///     within 200 ms.
  ///   - onProgress: called on the running thread.
  /// - Throws: `TransformerError` for a replay without tokens or with an unknown one, or a recording of other
  ///   sizes; `CancellationError`.
  public func replay(
    _ replays: [Replay], over recording: Recording, chunkSize: Int? = nil,
    onProgress: (PrefillProgress) -> Void = { _ in }
  ) throws -> ReplayedAttention {
    guard !replays.contains(where: \.tokens.isEmpty) else { throw TransformerError.emptyPrompt }
    guard recording.shape == shape else {
      throw TransformerError.otherShape(recording.shape, expected: shape)
    }
    let tokenCount = recording.tokenCount
    precondition(replays.allSatisfy { $0.measured.clamped(to: 0..<tokenCount) == $0.measured })
    let longest = replays.map(\.tokens.count).max() ?? 0
    let size = max(1, min(chunkSize ?? (tokenCount > 4096 ? 256 : 512), longest))
    return try exclusively {
      let began = ContinuousClock.now
      let states = try replays.map { try embed($0.tokens) }
      let buffers = workspace(rows: size)
      let tables = ropes.map { rope in
        let rotation = rotation(rope, length: tokenCount + longest)
        return RotaryTable(tokenCount..<tokenCount + longest) { _ in rotation }
      }
      let recorder = LayerRecorder(shape: shape, tokenCount: tokenCount + longest, precision: precision)
      let all = states.reduce(0) { $0 + $1.count }
      var (result, passed) = ([[[Float]]](), 0)
      for (index, layer) in layers.enumerated() {
        defer { layer.release() }
        recorder.adopt(
          recording.layers[index], of: recording, count: tokenCount, firstQueryPosition: tokenCount)
        let measures = replays.map { Measure(heads: shape.queryHeadCount, $0.measured) }
        for (number, replay) in replays.enumerated() {
          for first in stride(from: 0, to: replay.tokens.count, by: size) {
            try Task.checkCancellation()
            let rows = first..<min(first + size, replay.tokens.count)
            let positions = tokenCount + rows.lowerBound..<tokenCount + rows.upperBound
            try project(states[number][rows], layer, tables: tables, firstRow: first, buffers: buffers)
            let norms = replay.dividesByInputNorm ? inputNorms(states[number][rows], layer) : nil
            recorder.attend(rule: layer.rule, positions, buffers: buffers)
            recorder.measure(
              replay, positions, tokenCount: tokenCount, rule: layer.rule, inputNorms: norms,
              into: measures[number].logarithms)
            // Nobody asks for the last layer's output.
            if index + 1 < layers.count { try finish(states[number][rows], layer, buffers: buffers) }
            passed += rows.count
            onProgress(
              PrefillProgress(
                tokensDone: passed / layers.count, tokenCount: all,
                seconds: (ContinuousClock.now - began) / .seconds(1)))
          }
        }
        result.append(
          (0..<shape.queryHeadCount).map { Measure.weights(measures, head: $0, tokenCount: tokenCount) })
      }
      return ReplayedAttention(result, tokenCount: tokenCount)
    }
  }
}

/// What a replay has measured in one layer.
private struct Measure {
  /// A row per query head, `[positions]`: minus infinity at first.
  let logarithms: Rows
  let positions: Range<Int>

  init(heads: Int, _ positions: Range<Int>) {
    self.positions = positions
    logarithms = Rows(count: heads, width: positions.count)
    logarithms.start.update(repeating: -.infinity, count: heads * positions.count)
  }

  /// The highest weights of several measures at each position of a prompt, `[tokenCount]`.
  static func weights(_ measures: [Measure], head: Int, tokenCount: Int) -> [Float] {
    var highest = [Float](repeating: -.infinity, count: tokenCount)
    for measure in measures {
      let found = measure.logarithms[head]
      for (index, position) in measure.positions.enumerated() {
        highest[position] = max(highest[position], found[index])
      }
    }
    _ = laq_exponentials(&highest, Int32(tokenCount), 0)
    return highest
  }
}

extension Decoder {
  /// The Euclidean norms of what a layer's attention reads of each row.
  private func inputNorms(_ states: Rows, _ layer: Layer) -> [Float] {
    let normed = Rows(count: states.count, width: states.width)
    normalise(states, 0..<states.count, weight: layer.attentionNorm, into: normed)
    return (0..<states.count).map { row in
      var sum: Float = 0
      for column in 0..<normed.width { sum += normed[row][column] * normed[row][column] }
      return sum.squareRoot()
    }
  }
}
