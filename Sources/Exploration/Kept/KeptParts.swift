import Transformer

/// The arrays that together say what one policy keeps: all layers in one, or an array for each layer or head.
struct KeptParts {
  /// An array, and the numbers in its name.
  private struct Part {
    let array: StoredArray
    let layer: Int
    /// Where each head has an array of its own.
    let head: Int?
  }

  /// What the arrays' names have in common.
  let name: String
  private let path: String
  /// Whether the arrays say what is evicted.
  private let isEvicted: Bool
  /// One array for all layers, or several.
  private var whole: StoredArray?
  private var parts: [Part] = []

  /// - Parameter isOwn: whether the array is of an own export, which always says what is kept, whatever the
  ///   policy's name.
  private init(name: String, path: String, isOwn: Bool = false) {
    (self.name, self.path) = (name, path)
    let words = isOwn ? "" : name.lowercased()
    isEvicted = words.contains("masked") || words.contains("evicted")
  }

  /// Puts arrays together by their names. Of an own export the arrays of kept tokens are taken, but the full
  /// cache's; otherwise all that could be meant.
  static func groups(_ arrays: [StoredArray], path: String) throws -> [KeptParts] {
    let own = arrays.filter { $0.name.hasPrefix("kept/") }
    guard own.isEmpty else {
      return own.filter { $0.name != "kept/full" }.map { array in
        var group = KeptParts(name: String(array.name.dropFirst(5)), path: path, isOwn: true)
        group.whole = array
        return group
      }
    }
    var groups: [KeptParts] = []
    /// Groups of several arrays by their names.
    var places: [String: Int] = [:]
    for array in arrays where !KeptFile.tokenNames.contains(array.name) {
      guard array.element != nil else {
        guard array.typeName != "|O" else {
          throw KeptFileError.unsupported(
            path, what: "'\(array.name)' holds pickled Python objects",
            cure: "save a list of arrays as np.savez(path, *arrays), an array each")
        }
        continue  // scores and the like
      }
      let numbers = NumberedName(array.name)
      let rank =
        array.shape.count
        - (array.shape.count > 3 || array.shape.count == 3 && isBatchOfOne(array, numbers) ? 1 : 0)
      guard rank > 0 else { continue }
      guard rank < 3 else {
        var group = KeptParts(name: array.name, path: path)
        group.whole = array
        groups.append(group)
        continue
      }
      guard let place = numbers.place(isHead: rank == 1) else { continue }
      let index = places[place.stem] ?? groups.endIndex
      if index == groups.endIndex {
        places[place.stem] = index
        groups.append(KeptParts(name: place.stem, path: path))
      }
      groups[index].parts.append(Part(array: array, layer: place.layer, head: place.head))
    }
    return groups
  }

  /// Whether an array of three axes is one layer's: kvpress keeps a batch in front.
  private static func isBatchOfOne(_ array: StoredArray, _ name: NumberedName) -> Bool {
    array.shape.first == 1 && name.place(isHead: false) != nil
  }

  /// The kept sets.
  /// - Throws: `KeptFileError`.
  func kept(shape: ModelShape, tokenCount: Int) throws -> KeptTokens {
    let reader = KeptReader(path: path, shape: shape, tokenCount: tokenCount, isEvicted: isEvicted)
    var sets: [Int: [[Int]]] = [:]
    if let whole {
      for (layer, heads) in try reader.layers(whole).enumerated() { sets[layer] = heads }
    } else if parts.contains(where: { $0.head != nil }) {
      sets = try Dictionary(grouping: parts, by: \.layer).mapValues { parts in
        let heads = try parts.sorted { ($0.head ?? 0) < ($1.head ?? 0) }.map { try reader.head($0.array) }
        guard parts.compactMap(\.head).sorted() == Array(0..<parts.count) else {
          throw KeptFileError.misfit(
            path, array: name, expected: "an array for each head from 0 on",
            found: "arrays for \(parts.compactMap(\.head).sorted().prefix(8)) in layer \(parts[0].layer)")
        }
        return heads
      }
    } else {
      for part in parts { sets[part.layer] = try reader.heads(part.array) }
    }
    // A layer in which kvpress masks nothing has no masked keys.
    if isEvicted, whole == nil {
      let headCount = sets.values.first?.count ?? shape.kvHeadCount
      for layer in 0..<shape.layerCount where sets[layer] == nil {
        sets[layer] = Array(repeating: Array(0..<tokenCount), count: headCount)
      }
    }
    return try Self.tokens(sets, name: name, path: path, shape: shape, tokenCount: tokenCount)
  }

  /// Holds sets to a model and a prompt.
  /// - Parameter sets: by layer, `[head][…]`.
  /// - Throws: `KeptFileError`.
  static func tokens(
    _ sets: [Int: [[Int]]], name: String, path: String, shape: ModelShape, tokenCount: Int
  ) throws -> KeptTokens {
    func misfit(_ expected: String, _ found: String) -> KeptFileError {
      .misfit(path, array: name, expected: expected, found: found)
    }
    let layers = sets.keys.sorted()
    guard layers == Array(0..<shape.layerCount) else {
      throw misfit("about layers 0 to \(shape.layerCount - 1)", "about \(layers.count): \(layers.prefix(8))")
    }
    let ordered = layers.map { sets[$0] ?? [] }
    let counts = Set(ordered.map(\.count))
    guard counts.count == 1, let count = counts.first,
      [shape.kvHeadCount, shape.queryHeadCount].contains(count)
    else {
      throw misfit(
        "about \(shape.kvHeadCount) KV heads or \(shape.queryHeadCount) query heads in each layer",
        "about \(counts.sorted().map(String.init).joined(separator: " or "))")
    }
    for heads in ordered.joined() {
      if let position = heads.first(where: { !(0..<tokenCount).contains($0) }) {
        throw misfit("about positions 0 to \(tokenCount - 1)", "about position \(position)")
      }
    }
    return KeptTokens(
      shape: shape, granularity: count == shape.kvHeadCount ? .kvHead : .queryHead, tokenCount: tokenCount,
      positions: ordered.map { $0.map { Array(Set($0)).sorted() } })
  }
}

/// A name with numbers in it, such as `kept_3` or `layers.3.head_0`.
struct NumberedName {
  private let name: String
  private let runs: [Range<String.Index>]

  init(_ name: String) {
    self.name = name
    var runs: [Range<String.Index>] = []
    for index in name.indices where name[index].isASCII && name[index].isNumber {
      if let last = runs.last, last.upperBound == index {
        runs[runs.count - 1] = last.lowerBound..<name.index(after: index)
      } else {
        runs.append(index..<name.index(after: index))
      }
    }
    self.runs = runs
  }

  /// The layer that the name tells, the last number in it, and what stands before it; of one head's array,
  /// layer and head, the last two. `nil` where it has no such numbers.
  func place(isHead: Bool) -> (stem: String, layer: Int, head: Int?)? {
    guard let first = runs.dropLast(isHead ? 1 : 0).last, let layer = Int(name[first]) else { return nil }
    let head = isHead ? runs.last.flatMap { Int(name[$0]) } : nil
    guard !isHead || head != nil else { return nil }
    return (
      String(name[..<first.lowerBound].reversed().drop { !$0.isLetter && !$0.isNumber }.reversed()), layer,
      head
    )
  }
}
