/// A cache that is told tokens which are known beforehand.
package struct ToldLane {
  let cache: KVCache
  let firstLayer: Int

  /// - Parameters:
  ///   - cache: what the tokens are appended to; it may be without the layers before `firstLayer`.
  ///   - firstLayer: the first layer in which it holds something else than the cache whose states are given.
  package init(_ cache: KVCache, from firstLayer: Int = 0) {
    (self.cache, self.firstLayer) = (cache, firstLayer)
  }
}

/// What told tokens have become before each layer, on one cache: `[layer][token · hidden]`.
package struct ToldStates: Sendable {
  fileprivate var layers: [[Float]] = []
}

extension Decoder {
  /// Tells the same tokens to several caches, and asks what each would say.
  ///
  /// What a `step` per token says, up to rounding, at a part of the cost: caches that hold the same as another one
  /// in their lower layers go on from that one's states there, each layer's weights serve all tokens, and
  /// logits are made only where they are asked for. The current task's cancellation is honoured before each
  /// layer.
  /// - Parameters:
  ///   - tokens: at least one; the first stands at `position`.
  ///   - lanes: distinct caches, as many as one pass serves at most.
  ///   - base: the states of the cache that the lanes' lower layers are of; `nil`: each lane begins below.
  ///   - first: the first token behind which logits are wanted.
  ///   - keepsStates: whether the states of the first lane are wanted.
  ///   - onLogits: hears what a lane would say behind a token, and whether to go on with that lane is what it
  ///     returns.
  /// - Throws: `TransformerError`, `CancellationError`; the caches are then to be dropped.
  package func tell(
    _ tokens: [Int], from position: Int, to lanes: [ToldLane], base: ToldStates? = nil,
    answersFrom first: Int,
    keepsStates: Bool = false, onLogits: (_ lane: Int, _ token: Int, [Float]) -> Bool
  ) throws -> ToldStates? {
    precondition(!tokens.isEmpty && lanes.count <= Self.lanesOfAPass)
    precondition(base != nil || lanes.allSatisfy { $0.firstLayer == 0 }, "a lane begins where states are")
    // Lanes that begin in lower layers come first, so that those which are under way are a beginning.
    let order = lanes.indices.sorted { (lanes[$0].firstLayer, $0) < (lanes[$1].firstLayer, $1) }
    return try exclusively {
      let count = tokens.count
      let states = Rows(count: lanes.count * count, width: configuration.hiddenSize)
      let buffers = workspace(rows: Self.lanesOfAPass)
      let positions = lanes.indices.flatMap { _ in position..<position + count }
      let tables = ropes.map { rope in RotaryTable(positions) { rotation(rope, length: $0 + 1) } }
      var kept: ToldStates? = keepsStates ? ToldStates() : nil
      var begun = 0
      for index in layers.indices {
        try Task.checkCancellation()
        while begun < order.count, lanes[order[begun]].firstLayer <= index {
          try begin(states[begun * count..<(begun + 1) * count], tokens, base, layer: index)
          begun += 1
        }
        kept?.layers.append(order.isEmpty ? [] : states[0..<count].array)
        let rows = order.prefix(begun).flatMap { lane in
          tokens.indices.map {
            LaneInput(cache: lanes[lane].cache, token: tokens[$0], position: position + $0)
          }
        }
        for start in stride(from: 0, to: rows.count, by: Self.lanesOfAPass) {
          let block = start..<min(start + Self.lanesOfAPass, rows.count)
          try pass(
            states[block], rows[block], layer: index, tables: tables, firstRow: start, buffers: buffers)
        }
      }
      try answer(states, order, count: count, from: first, onLogits)
      return kept
    }
  }

  /// The states with which a lane begins.
  private func begin(_ rows: Rows, _ tokens: [Int], _ base: ToldStates?, layer: Int) throws {
    if let base, base.layers.indices.contains(layer) {
      base.layers[layer].withUnsafeBufferPointer { states in
        guard let start = states.baseAddress else { return }
        rows.start.update(from: start, count: min(states.count, rows.count * rows.width))
      }
    } else {
      let embedded = try embed(tokens)
      withExtendedLifetime(embedded) {
        rows.start.update(from: embedded.start, count: rows.count * rows.width)
      }
    }
  }

  /// Passes some rows through a layer.
  private func pass(
    _ states: Rows, _ rows: ArraySlice<LaneInput>, layer index: Int, tables: [RotaryTable], firstRow: Int,
    buffers: Workspace
  ) throws {
    let layer = layers[index]
    try project(states, layer, tables: tables, firstRow: firstRow, buffers: buffers)
    let (width, dimension) = (shape.queryHeadCount * shape.headDimension, shape.headDimension)
    for (row, told) in rows.enumerated() {
      let keys = buffers.projected[row] + width
      told.cache.append(
        layer: index, position: told.position, keys: keys, values: keys + shape.kvHeadCount * dimension)
    }
    attend(Array(rows), layer: index, buffers: buffers)
    try finish(states, layer, buffers: buffers)
  }

  /// Makes the logits behind one token of all lanes at a time.
  private func answer(
    _ states: Rows, _ order: [Int], count: Int, from first: Int, _ onLogits: (Int, Int, [Float]) -> Bool
  ) throws {
    var open = Array(order.indices)
    for token in first..<count where !open.isEmpty {
      try Task.checkCancellation()
      let rows = Rows(count: open.count, width: states.width)
      for (row, place) in open.enumerated() {
        rows[row].update(from: states[place * count + token], count: states.width)
      }
      let logits = try logits(after: rows)
      var goesOn: [Int] = []
      for (row, place) in open.enumerated() {
        let said = withExtendedLifetime(logits) {
          Array(UnsafeBufferPointer(start: logits[row], count: logits.width))
        }
        if onLogits(order[place], token, said) { goesOn.append(place) }
      }
      open = goesOn
    }
  }
}
