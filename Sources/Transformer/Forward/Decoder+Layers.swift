import Kernels

extension Decoder {
  /// The first half of a layer's attention block: post-RoPE queries, keys and plain values of each row of
  /// the residual stream, to `buffers.projected` (`[row][queries | keys | values]`).
  /// - Parameters:
  ///   - tables: of each of the model's rotations.
  ///   - firstRow: the tables' row of the first token.
  func project(
    _ states: Rows, _ layer: Layer, tables: [RotaryTable], firstRow: Int, buffers: Workspace
  ) throws {
    try buffers.inBlocks(states.count, layer) { block, own, isFew in
      normalise(states, block, weight: layer.attentionNorm, into: own.normed)
      try multiply(
        layer.queryKeyValue, own.normed, 0..<block.count, into: buffers.projected[block.lowerBound], isFew)
      let table = layer.rope.map { tables[$0] }
      let (projected, width) = (buffers.projected.start, buffers.projected.width)
      each(block, isFew) { place(projected + $0 * width, layer, table, row: firstRow + $0) }
    }
  }

  /// The rest of a layer, in place on the residual stream: `buffers.attended` has been written.
  /// - Parameter first: the rows before it are left as they are.
  func finish(_ states: Rows, from first: Int = 0, _ layer: Layer, buffers: Workspace) throws {
    try buffers.inBlocks(states.count - first, layer) { part, own, isFew in
      let rows = 0..<part.count
      let block = first + part.lowerBound..<first + part.upperBound
      buffers.attended.round(block)
      try multiply(layer.output, buffers.attended, block, into: own.change.start, isFew)
      add(own.change, norm: layer.attentionOutputNorm, to: states, block)
      normalise(states, block, weight: layer.feedForwardNorm, into: own.normed)
      try activate(layer, rows, own, isFew)
      try multiply(layer.down, own.activated, rows, into: own.change.start, isFew)
      add(own.change, norm: layer.feedForwardOutputNorm, to: states, block)
    }
  }

  /// The gated half of the feed-forward block, from `own.normed` to `own.activated`.
  private func activate(_ layer: Layer, _ rows: Range<Int>, _ own: BlockBuffers, _ isFew: Bool) throws {
    let inner = configuration.intermediateSize
    // Some of the gates and the same of the ups at a time: they do not leave the second-level cache before
    // they meet.
    let isSplit = !isFew && inner % StoredMatrix.tile == 0
    let width =
      isSplit
      ? min(inner, Self.gateSize / max(Self.blockSize, rows.count) / StoredMatrix.tile * StoredMatrix.tile)
      : inner
    let (activated, gateUp) = (own.activated.rows.start, own.gateUp)
    for first in stride(from: 0, to: inner, by: width) {
      let gates = first..<min(first + width, inner)
      // Gates and ups lie beside each other in a row where they are one product, else one below the other.
      let (ups, stride): (UnsafeMutablePointer<Float>, Int)
      if isSplit {
        (ups, stride) = (gateUp + rows.count * gates.count, gates.count)
        let below = inner + gates.lowerBound..<inner + gates.upperBound
        try layer.gateUp.multiply(own.normed, rows, outputs: gates, into: gateUp)
        try layer.gateUp.multiply(own.normed, rows, outputs: below, into: ups)
      } else {
        (ups, stride) = (gateUp + inner, 2 * inner)
        try multiply(layer.gateUp, own.normed, rows, into: gateUp, isFew)
      }
      each(rows, isFew) { row in
        let (gate, up) = (gateUp + row * stride, ups + row * stride)
        let target = activated + row * inner + first
        switch configuration.activation {
        case .silu: laq_swiglu(gate, up, Int32(gates.count), target)
        case .geluTanh: laq_geglu(gate, up, Int32(gates.count), target)
        }
      }
    }
    own.activated.round(rows)
  }

  /// A whole product of some rows of `x`: all rows of a pass of few, on all threads; or those of a block, on
  /// this one.
  private func multiply(
    _ matrix: Linear, _ x: Operand, _ rows: Range<Int>, into y: UnsafeMutablePointer<Float>, _ isFew: Bool
  ) throws {
    if isFew {
      try matrix.apply(x, rows, into: y)
    } else {
      try matrix.multiply(x, rows, outputs: 0..<matrix.outputCount, into: y)
    }
  }

  /// Works on each row of a block: of few rows on all threads, else on this one.
  private func each(_ rows: Range<Int>, _ isFew: Bool, _ body: (Int) -> Void) {
    if isFew {
      inParallel(count: rows.count) { body(rows.lowerBound + $0) }
    } else {
      for row in rows { body(row) }
    }
  }

  /// Normalises (where the model does) and rotates the queries and keys of one row.
  private func place(
    _ projected: UnsafeMutablePointer<Float>, _ layer: Layer, _ table: RotaryTable?, row: Int
  ) {
    let dimension = shape.headDimension
    let heads = shape.queryHeadCount + shape.kvHeadCount
    if layer.queryNorm != nil || layer.keyNorm != nil {
      for head in 0..<heads {
        guard let norm = head < shape.queryHeadCount ? layer.queryNorm : layer.keyNorm else { continue }
        let vector = projected + head * dimension
        laq_rms_norm(vector, norm, configuration.rmsNormEpsilon, Int32(dimension), vector)
      }
    }
    table?.rotate(projected, count: heads, stride: dimension, row: row)
  }

  /// Adds what a block has made, `[0 ..< rows.count]`, to the residual stream's rows.
  private func add(_ change: Rows, norm: [Float]?, to states: Rows, _ rows: Range<Int>) {
    if let norm { normalise(change, 0..<rows.count, weight: norm, into: change) }
    laq_add_scaled(states[rows.lowerBound], change.start, 1, Int32(rows.count * states.width))
  }
}
