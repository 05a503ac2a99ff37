/// How the prompt's keys are pooled to cells.
struct HeatmapColumns: Hashable {
  /// Keys of one cell.
  let keysPerCell: Int
  /// The first key shown.
  let firstKey: Int
  /// Cells shown.
  let count: Int
  private let tokenCount: Int

  /// Fits all keys to `width` cells, or with a chosen zoom the stretch around the cursor.
  init(_ scene: Scene, width: Int) {
    tokenCount = scene.run.prompt.tokens.count
    let width = max(1, width)
    let fitting = Self.fitting(tokenCount, width: width)
    keysPerCell = max(1, min(scene.display.heatmap.keysPerCell ?? fitting, fitting))
    let cells = (tokenCount + keysPerCell - 1) / keysPerCell
    count = min(width, cells)
    let cursorCell = scene.cursor.position / keysPerCell
    firstKey = max(0, min(cursorCell - width / 2, cells - count)) * keysPerCell
  }

  /// Keys per cell at which all have room.
  static func fitting(_ tokenCount: Int, width: Int) -> Int {
    let width = max(1, width)
    return max(1, (tokenCount + width - 1) / width)
  }

  /// The keys of a cell.
  func keys(_ cell: Int) -> Range<Int> {
    let start = firstKey + cell * keysPerCell
    return start..<min(tokenCount, start + keysPerCell)
  }

  /// The cell that shows a key, if it is in sight.
  func cell(of key: Int) -> Int? {
    let cell = (key - firstKey) / keysPerCell
    return key >= firstKey && cell < count ? cell : nil
  }

  /// The largest value of each cell: pooling must not hide a single strong key.
  func pooled(_ weights: [Float]) -> [Float] {
    (0..<count).map { weights[keys($0)].max() ?? 0 }
  }
}
