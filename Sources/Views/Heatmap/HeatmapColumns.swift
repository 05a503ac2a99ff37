import Exploration

/// How the prompt's keys are pooled to cells.
struct HeatmapColumns: Hashable {
  /// Keys of one cell.
  let keysPerCell: Int
  /// The first key shown.
  let firstKey: Int
  /// Cells shown.
  let count: Int
  /// Columns of a cell on the screen: those with a word over them have several.
  let cellWidth: Int
  private let tokenCount: Int
  /// Whether cells leave the first keys out, which nearly every row looks at.
  private let skipsSinks: Bool

  /// Fits all keys to `width` cells, or with a chosen zoom the stretch around the cursor.
  init(_ scene: Scene, width: Int) {
    tokenCount = scene.run.prompt.tokens.count
    let heatmap = scene.display.heatmap
    skipsSinks = heatmap.scale == .withoutSinks
    let fitting = Self.fitting(tokenCount, width: width)
    keysPerCell = max(1, min(heatmap.keysPerCell ?? fitting, fitting))
    cellWidth = heatmap.showsWords && keysPerCell == 1 ? Self.wordWidth : 1
    let width = max(1, width / cellWidth)
    let cells = (tokenCount + keysPerCell - 1) / keysPerCell
    count = min(width, cells)
    let cursorCell = scene.cursor.position / keysPerCell
    firstKey = max(0, min(cursorCell - width / 2, cells - count)) * keysPerCell
  }

  /// Columns of a cell that has a word over it.
  static let wordWidth = 8

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

  /// The largest value of each cell: pooling must not hide a single strong key. A cell of sinks that are left
  /// out has the value that stands for them.
  func pooled(_ weights: [Float]) -> [Float] {
    let first = skipsSinks ? HeadFigures.sinkCount : 0
    return (0..<count).map { cell in
      weights[keys(cell)].dropFirst(max(0, first - keys(cell).lowerBound)).max() ?? HeatmapShades.sink
    }
  }
}
