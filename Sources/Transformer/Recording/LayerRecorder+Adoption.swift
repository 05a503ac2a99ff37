extension LayerRecorder {
  /// Takes over the first tokens of a layer that was recorded before, as if they had just passed it.
  ///
  /// Cost: a copy of their keys and values, which are packed anew.
  /// - Parameters:
  ///   - recording: what the layer belongs to.
  ///   - count: how many tokens.
  ///   - firstQueryPosition: the first position whose query is taken over, too; `count` for none.
  /// - Precondition: the queries from there on are recorded.
  func adopt(_ layer: LayerRecording, of recording: Recording, count: Int, firstQueryPosition: Int) {
    let dimension = shape.headDimension
    precondition(firstQueryPosition >= min(count, recording.firstQueryPosition))
    let (queries, keyed) = (shape.queryHeadCount, shape.kvHeadCount)
    inParallel(count: queries + 2 * keyed, work: count * dimension * (queries + 2 * keyed)) { head in
      if head < queries {
        let target = logSumExp[head]
        layer.logSumExp.copy(head * recording.tokenCount..<head * recording.tokenCount + count, to: target)
        guard firstQueryPosition < count else { return }
        let start = recording.queryIndex(head, at: firstQueryPosition)
        let size = (count - firstQueryPosition) * dimension
        copy(layer.queries, start..<start + size, toHead: head, at: firstQueryPosition)
      } else {
        let (storage, stored) =
          head < queries + keyed
          ? (layer.keys, head - queries) : (layer.values, head - queries - keyed)
        let start = stored * recording.tokenCount * dimension
        copy(storage, start..<start + count * dimension, toHead: head, at: 0)
        pack(head, 0..<count)
      }
    }
  }

  /// Copies vectors in the recorder's own number format.
  private func copy(_ storage: VectorStorage, _ elements: Range<Int>, toHead head: Int, at position: Int) {
    let start = position * shape.headDimension
    switch vectors {
    case .float32(let heads, _): storage.copy(elements, to: heads[head] + start)
    case .bfloat16(let heads, _, _): storage.copyRounded(elements, to: heads[head] + start)
    }
  }
}
