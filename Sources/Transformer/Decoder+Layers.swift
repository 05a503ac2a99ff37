import Kernels

extension Decoder {
  /// The buffers of one pass over `rowCount` tokens, reused by every layer.
  struct Workspace {
    let states: Rows  // [rows][hidden], the residual stream
    let normed: Rows  // [rows][hidden]
    let projected: Rows  // [rows][(queryHeads + 2 kvHeads) · dimension]
    let attended: Rows  // [rows][queryHeads · dimension]
    let gateUp: Rows  // [rows][2 · intermediate]
    let activated: Rows  // [rows][intermediate]
  }

  /// Buffers for the given tokens, their embeddings looked up.
  func workspace(for tokens: some Collection<Int>) throws -> Workspace {
    let rows = tokens.count
    let hidden = configuration.hiddenSize
    let inner = configuration.intermediateSize
    let heads = shape.queryHeadCount + 2 * shape.kvHeadCount
    return Workspace(
      states: Rows(try embed(tokens), width: hidden),
      normed: Rows(count: rows, width: hidden),
      projected: Rows(count: rows, width: heads * shape.headDimension),
      attended: Rows(count: rows, width: shape.queryHeadCount * shape.headDimension),
      gateUp: Rows(count: rows, width: 2 * inner),
      activated: Rows(count: rows, width: inner))
  }

  /// One decoder layer in place on `buffers.states`.
  ///
  /// `attend` finds post-RoPE queries, keys and plain values in `buffers.projected`
  /// (`[row][queries | keys | values]`) and writes `buffers.attended`; what it attends to is its own
  /// affair, and all that differs between a prefill and a decode step.
  /// - Parameter angles: of each of the model's rotations, one per row.
  func runLayer(
    _ layer: Layer, angles: [[RotaryEmbedding.Angles]], buffers: Workspace, attend: () -> Void
  ) throws {
    let rows = buffers.states.count
    normalise(buffers.states, weight: layer.attentionNorm, into: buffers.normed)
    try layer.queryKeyValue.apply(
      buffers.normed.start, rows: rows, into: buffers.projected.start)
    inParallelBlocks(of: 32, count: rows) { block in
      for row in block { place(buffers.projected[row], layer, angles, row: row) }
    }
    attend()
    try layer.output.apply(buffers.attended.start, rows: rows, into: buffers.normed.start)
    if let norm = layer.attentionOutputNorm { normalise(buffers.normed, weight: norm, into: buffers.normed) }
    add(buffers.normed, to: buffers.states)

    normalise(buffers.states, weight: layer.feedForwardNorm, into: buffers.normed)
    try layer.gateUp.apply(buffers.normed.start, rows: rows, into: buffers.gateUp.start)
    let inner = configuration.intermediateSize
    inParallelBlocks(of: 32, count: rows) { block in
      for row in block {
        let gate = buffers.gateUp[row]
        switch configuration.activation {
        case .silu: laq_swiglu(gate, gate + inner, Int32(inner), buffers.activated[row])
        case .geluTanh: laq_geglu(gate, gate + inner, Int32(inner), buffers.activated[row])
        }
      }
    }
    try layer.down.apply(buffers.activated.start, rows: rows, into: buffers.normed.start)
    if let norm = layer.feedForwardOutputNorm { normalise(buffers.normed, weight: norm, into: buffers.normed) }
    add(buffers.normed, to: buffers.states)
  }

  /// Normalises (where the model does) and rotates the queries and keys of one row.
  private func place(
    _ projected: UnsafeMutablePointer<Float>, _ layer: Layer, _ angles: [[RotaryEmbedding.Angles]], row: Int
  ) {
    let dimension = shape.headDimension
    for head in 0..<shape.queryHeadCount + shape.kvHeadCount {
      let vector = projected + head * dimension
      if let norm = head < shape.queryHeadCount ? layer.queryNorm : layer.keyNorm {
        laq_rms_norm(vector, norm, configuration.rmsNormEpsilon, Int32(dimension), vector)
      }
      if let rope = layer.rope { rotations[rope].rotate(vector, by: angles[rope][row]) }
    }
  }

  private func add(_ rows: Rows, to states: Rows) {
    inParallelBlocks(of: 32, count: rows.count) { block in
      laq_add_scaled(
        states[block.lowerBound], rows[block.lowerBound], 1, Int32(block.count * rows.width))
    }
  }
}
