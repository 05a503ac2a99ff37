import Kernels

extension Recording {
  /// Attention of the same rows in every query head that reads a KV head, whose keys are packed once.
  ///
  /// The same weights as row by row (`attention(layer:queryHead:row:)`), up to the rounding of another order
  /// of sums. Cost: `rows · tokenCount · dimension` per query head, and that many exponentials without the
  /// dimension.
  /// - Parameters:
  ///   - only: this query head of the group, where not all are wanted.
  ///   - body: given each query head of the group in turn.
  public func observe<Result>(
    layer: Int, kvHead: Int, only: Int? = nil, _ rows: [ObservedRow], beyond: QueryRows? = nil,
    _ body: (_ queryHead: Int, ObservedWeights) throws -> Result
  ) rethrows -> [Result] {
    let keys = WindowKeys(self, layer: layer, kvHead: kvHead, for: rows)
    let stride = PackedVectors.stride(tokenCount)
    return try withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, rows.count * stride)) {
      guard let weights = $0.baseAddress else { return [] }
      return try (only.map { $0..<$0 + 1 } ?? shape.queryHeads(of: kvHead)).map { head in
        keys.scores(self, layer: layer, queryHead: head, rows, beyond: beyond, to: weights, stride: stride)
        for (index, observed) in rows.enumerated() {
          normalise(weights + index * stride, layer, head, observed, beyond: beyond)
        }
        return try body(
          head, ObservedWeights(weights, rowCount: rows.count, tokenCount: tokenCount, stride: stride))
      }
    }
  }

  /// A row's query, or zeros where there is none.
  func copyQuery(
    _ layer: Int, _ head: Int, _ row: Row, beyond: QueryRows?, to target: UnsafeMutablePointer<Float>
  ) {
    let dimension = shape.headDimension
    switch row {
    case .prompt(let position) where position >= firstQueryPosition:
      let start = queryIndex(head, at: position)
      layers[layer].queries.copy(start..<start + dimension, to: target)
    case .beyond(let row) where row < beyond?.count ?? 0:
      for (index, element) in (beyond?.query(layer: layer, row: row, queryHead: head) ?? []).enumerated() {
        target[index] = element
      }
    default: target.update(repeating: 0, count: dimension)
    }
  }

  /// Turns a row's scores to weights, in place.
  private func normalise(
    _ weights: UnsafeMutablePointer<Float>, _ layer: Int, _ head: Int, _ observed: ObservedRow,
    beyond: QueryRows?
  ) {
    guard let seen = view(layer, head, observed, beyond: beyond) else {
      return weights.update(repeating: 0, count: tokenCount)
    }
    let (first, end) = (seen.keys.lowerBound, seen.keys.upperBound)
    weights.update(repeating: 0, count: first)
    (weights + end).update(repeating: 0, count: tokenCount - end)
    Self.exponentiate(weights + first, count: end - first, logSumExp: seen.logSumExp)
  }

  /// The softmax of some scores, in place.
  /// - Parameter logSumExp: theirs, where it is known.
  static func exponentiate(_ scores: UnsafeMutablePointer<Float>, count: Int, logSumExp: Float?) {
    if let logSumExp {
      _ = laq_exponentials(scores, Int32(count), -logSumExp)
    } else {
      var largest = scores[0]
      for index in 1..<max(1, count) where scores[index] > largest { largest = scores[index] }
      let factor = 1 / laq_exponentials(scores, Int32(count), -largest)
      for index in 0..<count { scores[index] *= factor }
    }
  }

  /// The keys that a row sees, and its log-sum-exp where it is known; `nil` for a row that was not recorded,
  /// or sees none.
  func view(
    _ layer: Int, _ head: Int, _ observed: ObservedRow, beyond: QueryRows?
  ) -> (keys: Range<Int>, logSumExp: Float?)? {
    let end = min(tokenCount, max(1, observed.visible))
    let first: Int
    var normaliser: Float?
    switch observed.row {
    case .prompt(let position):
      guard position >= firstQueryPosition else { return nil }
      first = rules[layer].firstVisible(at: position)
      if observed.visible == position + 1 {
        normaliser = logSumExp(layer: layer, queryHead: head, position: position)
      }
    case .beyond(let row):
      guard let beyond, row < beyond.count else { return nil }
      first = rules[layer].firstVisible(at: beyond.positions[row])
    }
    return first < end ? (first..<end, normaliser) : nil
  }
}
