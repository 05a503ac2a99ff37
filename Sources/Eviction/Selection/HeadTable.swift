/// A number for each token in every layer and head: in memory, or in a temporary file where it would fill the
/// memory.
public struct HeadTable: Sendable {
  private enum Storage: Sendable {
    case memory([[[Float]]])
    case file(SpilledRows)
  }

  /// Tables of more floats than these are worth a file: 64 MiB.
  public static let memoryLimit = 1 << 24

  private let storage: Storage
  /// Layers.
  public let layerCount: Int
  /// Heads of a layer.
  public let headCount: Int

  /// Takes numbers as they are, `[layer][head][token]`.
  public init(_ layers: [[[Float]]]) {
    storage = .memory(layers)
    (layerCount, headCount) = (layers.count, layers.first?.count ?? 0)
  }

  private init(_ rows: SpilledRows, layerCount: Int) {
    storage = .file(rows)
    (self.layerCount, headCount) = (layerCount, layerCount == 0 ? 0 : rows.count / layerCount)
  }

  /// Makes a table part by part, all parts in parallel; it is in memory only if it is small.
  /// - Parameters:
  ///   - partCount: parts of a layer, each of `headCount / partCount` heads.
  ///   - bytesEach: about how much memory a part takes while it is made.
  ///   - limit: numbers that are held in memory at most.
  ///   - body: the rows of one part.
  /// - Throws: what the body throws, `SpillError`, `CancellationError`.
  static func parallel(
    layerCount: Int, headCount: Int, tokenCount: Int, partCount: Int, bytesEach: Int = 0,
    limit: Int = memoryLimit,
    stopsWhenCancelled: Bool, _ body: (_ layer: Int, _ part: Int) throws -> [[Float]]
  ) throws -> HeadTable {
    let size = headCount / partCount
    guard layerCount * headCount * tokenCount > limit else {
      let parts = try ScoreTable.inParallel(
        count: layerCount * partCount, bytesEach: bytesEach, stopsWhenCancelled: stopsWhenCancelled
      ) {
        try body($0 / partCount, $0 % partCount)
      }
      return HeadTable((0..<layerCount).map { Array(parts[$0 * partCount..<($0 + 1) * partCount].joined()) })
    }
    let rows = try SpilledRows(count: layerCount * headCount, width: tokenCount)
    _ = try ScoreTable.inParallel(
      count: layerCount * partCount, bytesEach: bytesEach, stopsWhenCancelled: stopsWhenCancelled
    ) { index in
      for (offset, row) in try body(index / partCount, index % partCount).enumerated() {
        try rows.write(row, at: index * size + offset)
      }
    }
    return HeadTable(rows, layerCount: layerCount)
  }

  /// The numbers of one head, `[token]`; cost: a read, where they are in a file.
  public subscript(layer: Int, head: Int) -> [Float] {
    switch storage {
    case .memory(let layers): layers[layer][head]
    case .file(let rows): rows[layer * headCount + head]
    }
  }

  /// All numbers, `[layer][head][token]`; cost: all that memory, where they are in a file.
  public var layers: [[[Float]]] {
    switch storage {
    case .memory(let layers): layers
    case .file: (0..<layerCount).map { layer in (0..<headCount).map { self[layer, $0] } }
    }
  }

  /// The same table, in a file if it is large.
  /// - Throws: `SpillError`.
  func spilled(beyond limit: Int = memoryLimit) throws -> HeadTable {
    guard case .memory(let layers) = storage, let width = layers.first?.first?.count,
      layerCount * headCount * width > limit
    else { return self }
    let rows = try SpilledRows(count: layerCount * headCount, width: width)
    for (index, row) in layers.joined().enumerated() { try rows.write(row, at: index) }
    return HeadTable(rows, layerCount: layerCount)
  }
}

extension HeadTable {
  /// The attention that the true decode queries give each prompt token, in every query head, summed.
  ///
  /// What the oracle scores with before heads are joined. A large table never is in memory as a whole.
  /// - Throws: `EvidenceError.noDecode`, `SpillError`, `CancellationError`.
  public static func decodeMass(_ evidence: Evidence, stopsWhenCancelled: Bool = true) throws -> HeadTable {
    let (recording, shape) = (evidence.recording, evidence.recording.shape)
    return try parallel(
      layerCount: shape.layerCount, headCount: shape.queryHeadCount, tokenCount: recording.tokenCount,
      partCount: shape.kvHeadCount, bytesEach: ScoreTable.bytesOfHead(recording),
      stopsWhenCancelled: stopsWhenCancelled
    ) { try OracleScorer().groupScores(layer: $0, kvHead: $1, evidence: evidence) }
  }
}
