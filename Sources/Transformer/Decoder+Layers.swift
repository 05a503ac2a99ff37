import Kernels

extension Decoder {
  /// The buffers of one layer's pass over some rows, reused by every layer.
  struct Workspace {
    let normed: Operand  // [rows][hidden]
    let projected: Rows  // [rows][(queryHeads + 2 kvHeads) · dimension]
    let attended: Operand  // [rows][queryHeads · dimension]
    let gateUp: Rows  // [rows][2 · intermediate]
    let activated: Operand  // [rows][intermediate]
    let change: Rows  // [rows][hidden], what a block adds to the residual stream
  }

  /// Buffers for passes over up to `rows` rows.
  func workspace(rows: Int) -> Workspace {
    let hidden = configuration.hiddenSize
    let inner = configuration.intermediateSize
    let heads = shape.queryHeadCount + 2 * shape.kvHeadCount
    return Workspace(
      normed: Operand(count: rows, width: hidden, precision: precision),
      projected: Rows(count: rows, width: heads * shape.headDimension),
      attended: Operand(count: rows, width: shape.queryHeadCount * shape.headDimension, precision: precision),
      gateUp: Rows(count: rows, width: 2 * inner),
      activated: Operand(count: rows, width: inner, precision: precision),
      change: Rows(count: rows, width: hidden))
  }

  /// The first half of a layer's attention block: post-RoPE queries, keys and plain values of each row of
  /// the residual stream, to `buffers.projected` (`[row][queries | keys | values]`).
  /// - Parameters:
  ///   - tables: of each of the model's rotations.
  ///   - firstRow: the tables' row of the first token.
  func project(
    _ states: Rows, _ layer: Layer, tables: [RotaryTable], firstRow: Int, buffers: Workspace
  ) throws {
    normalise(states, weight: layer.attentionNorm, into: buffers.normed)
    try layer.queryKeyValue.apply(buffers.normed, rows: states.count, into: buffers.projected.start)
    inParallelBlocks(of: 32, count: states.count) { block in
      let table = layer.rope.map { tables[$0] }
      for row in block { place(buffers.projected[row], layer, table, row: firstRow + row) }
    }
  }

  /// The rest of a layer, in place on the residual stream: `buffers.attended` has been written and rounded.
  func finish(_ states: Rows, _ layer: Layer, buffers: Workspace) throws {
    let rows = states.count
    try layer.output.apply(buffers.attended, rows: rows, into: buffers.change.start)
    add(buffers.change, norm: layer.attentionOutputNorm, to: states)

    normalise(states, weight: layer.feedForwardNorm, into: buffers.normed)
    try layer.gateUp.apply(buffers.normed, rows: rows, into: buffers.gateUp.start)
    let inner = configuration.intermediateSize
    inParallelBlocks(of: 32, count: rows) { block in
      for row in block {
        let gate = buffers.gateUp[row]
        switch configuration.activation {
        case .silu: laq_swiglu(gate, gate + inner, Int32(inner), buffers.activated.rows[row])
        case .geluTanh: laq_geglu(gate, gate + inner, Int32(inner), buffers.activated.rows[row])
        }
      }
      buffers.activated.round(block)
    }
    try layer.down.apply(buffers.activated, rows: rows, into: buffers.change.start)
    add(buffers.change, norm: layer.feedForwardOutputNorm, to: states)
  }

  /// Normalises (where the model does) and rotates the queries and keys of one row.
  private func place(
    _ projected: UnsafeMutablePointer<Float>, _ layer: Layer, _ table: RotaryTable?, row: Int
  ) {
    let dimension = shape.headDimension
    for head in 0..<shape.queryHeadCount + shape.kvHeadCount {
      let vector = projected + head * dimension
      if let norm = head < shape.queryHeadCount ? layer.queryNorm : layer.keyNorm {
        laq_rms_norm(vector, norm, configuration.rmsNormEpsilon, Int32(dimension), vector)
      }
      table?.rotate(vector, row: row)
    }
  }

  private func add(_ change: Rows, norm: [Float]?, to states: Rows) {
    inParallelBlocks(of: 32, count: states.count) { block in
      if let norm { normalise(change, block, weight: norm, into: change) }
      laq_add_scaled(
        states[block.lowerBound], change[block.lowerBound], 1, Int32(block.count * states.width))
    }
  }
}
