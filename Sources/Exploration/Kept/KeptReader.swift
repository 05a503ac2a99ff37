import Transformer

/// Reads positions from arrays, held to a model and a prompt before any element is touched.
struct KeptReader {
  let path: String
  let shape: ModelShape
  let tokenCount: Int
  /// Whether the arrays say what is evicted.
  let isEvicted: Bool

  /// `[layer][head][…]` of an array `[layers, heads, …]`, or with a batch of one behind the layers.
  func layers(_ array: StoredArray) throws -> [[[Int]]] {
    let sizes = array.shape
    let hasBatch = sizes.count == 4 && sizes[1] == 1
    guard sizes.count == 3 || hasBatch, sizes[0] == shape.layerCount, fits(heads: sizes[sizes.count - 2])
    else {
      throw misfit(
        array,
        "[\(shape.layerCount), \(headCounts), \(tokenCount)] booleans, or positions in place of \(tokenCount)"
      )
    }
    let elements = try elements(array)
    return try (0..<sizes[0]).map { layer in
      try (0..<sizes[sizes.count - 2]).map { head in
        try positions(elements.row(hasBatch ? [layer, 0, head] : [layer, head]), array)
      }
    }
  }

  /// `[head][…]` of one layer's array `[heads, …]`, with a batch of one in front or without; of masked keys,
  /// the triples (batch, head, position) of kvpress, `[3, …]`.
  func heads(_ array: StoredArray) throws -> [[Int]] {
    let sizes = array.shape
    if isEvicted, array.element != .bool { return try triples(array) }
    let hasBatch = sizes.count == 3 && sizes[0] == 1
    guard sizes.count == 2 || hasBatch, fits(heads: sizes[sizes.count - 2]) else {
      throw misfit(array, "[\(headCounts), positions] or [1, \(headCounts), positions]")
    }
    let elements = try elements(array)
    return try (0..<sizes[sizes.count - 2]).map { head in
      try positions(elements.row(hasBatch ? [0, head] : [head]), array)
    }
  }

  /// One head's array.
  func head(_ array: StoredArray) throws -> [Int] { try positions(try elements(array).row([]), array) }

  private func triples(_ array: StoredArray) throws -> [[Int]] {
    guard array.shape.count == 2, array.shape[0] == 3, array.shape[1] <= shape.kvHeadCount * tokenCount else {
      throw misfit(array, "[3, evicted]: batch, head and position of each masked key")
    }
    let elements = try elements(array)
    var isKept = Array(repeating: Array(repeating: true, count: tokenCount), count: shape.kvHeadCount)
    let (batches, heads, positions) = (elements.row([0]), elements.row([1]), elements.row([2]))
    for index in positions.indices {
      guard batches[index] == 0, isKept.indices.contains(heads[index]),
        (0..<tokenCount).contains(positions[index])
      else {
        throw misfit(
          array, "about batch 0, heads 0 to \(shape.kvHeadCount - 1) and positions 0 to \(tokenCount - 1)",
          found: "about batch \(batches[index]), head \(heads[index]) and position \(positions[index])")
      }
      isKept[heads[index]][positions[index]] = false
    }
    return isKept.map { kept in kept.indices.filter { kept[$0] } }
  }

  /// What a row says is kept: as many booleans (or zeros and ones) as there are tokens, or positions, filled
  /// up with -1.
  private func positions(_ row: [Int], _ array: StoredArray) throws -> [Int] {
    let isMask =
      array.element == .bool
      || row.count == tokenCount && tokenCount > 2 && row.allSatisfy { $0 == 0 || $0 == 1 }
    if isMask {
      guard row.count == tokenCount else { throw misfit(array, "\(tokenCount) booleans for each head") }
      return row.indices.filter { (row[$0] != 0) != isEvicted }
    }
    guard row.count <= tokenCount else {
      throw misfit(array, "at most \(tokenCount) positions for each head")
    }
    let named = row.filter { $0 != -1 }
    if let wrong = named.first(where: { !(0..<tokenCount).contains($0) }) {
      throw misfit(
        array, "about positions 0 to \(tokenCount - 1), or -1 where a head keeps fewer",
        found: "about \(wrong)")
    }
    guard isEvicted else { return named }
    let evicted = Set(named)
    return (0..<tokenCount).filter { !evicted.contains($0) }
  }

  private func elements(_ array: StoredArray) throws -> StoredArray.Elements {
    guard array.shape.last ?? 0 <= max(tokenCount, shape.kvHeadCount * tokenCount),
      let elements = try array.elements()
    else {
      throw misfit(array, "booleans or whole numbers, at most \(tokenCount) for each head")
    }
    return elements
  }

  private func fits(heads count: Int) -> Bool { count == shape.kvHeadCount || count == shape.queryHeadCount }

  private var headCounts: String {
    shape.kvHeadCount == shape.queryHeadCount
      ? "\(shape.kvHeadCount)" : "\(shape.kvHeadCount) or \(shape.queryHeadCount)"
  }

  private func misfit(_ array: StoredArray, _ expected: String, found: String? = nil) -> KeptFileError {
    .misfit(path, array: array.name, expected: expected, found: found ?? array.summary)
  }
}
