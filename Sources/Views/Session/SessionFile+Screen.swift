import Eviction
import Exploration
import Screen
import Transformer

extension SessionFile.Screen {
  /// Looks at what the session looked at, as far as it is there: places beyond the text or the model are
  /// their nearest.
  /// - Parameters:
  ///   - shape: the model's.
  ///   - path: the session's file, for errors.
  /// - Throws: `SessionFileError` for a word that names nothing.
  package func place(_ state: inout ViewState, shape: ModelShape, path: String) throws {
    if let view {
      guard let named = ViewState.View.allCases.first(where: { $0.title.lowercased() == view }) else {
        throw SessionFileError.badValue(
          path, key: "screen.view", found: view,
          expected: "one of " + ViewState.View.allCases.map { $0.title.lowercased() }.joined(separator: ", "))
      }
      state.display.view = named
    }
    func clamped(_ value: Int?, _ range: ClosedRange<Int>, _ usual: Int) -> Int {
      value.map { min(max($0, range.lowerBound), range.upperBound) } ?? usual
    }
    let last = max(0, state.setup.prompt.tokens.count - 1)
    state.cursor.layer = clamped(layer, 1...shape.layerCount, state.cursor.layer + 1) - 1
    state.cursor.head = clamped(head, 1...shape.queryHeadCount, state.cursor.head + 1) - 1
    state.cursor.position = clamped(cursor, 0...last, state.cursor.position)
    state.cursor.selectionStart = selectionStart.map { clamped($0, 0...last, 0) }
    state.display.heatmap.keysPerCell = keysPerCell.map { clamped($0, 1...1 << 20, 1) }
    state.display.heatmap.showsWords = keyWords ?? false
    state.cursor.heatmapRow = heatmapRow.map { clamped($0, 0...8192, 0) }
    state.display.heatmap.headMode =
      try SessionFile.value(headMode, key: "screen.headMode", path: path) ?? state.display.heatmap.headMode
    state.display.heatmap.scale =
      try SessionFile.value(scale, key: "screen.scale", path: path) ?? state.display.heatmap.scale
    state.display.heads.figure =
      try SessionFile.value(figure, key: "screen.figure", path: path) ?? state.display.heads.figure
    state.display.compare.sortColumn =
      try SessionFile.value(sortColumn, key: "screen.sortColumn", path: path)
      ?? state.display.compare.sortColumn
    state.display.showsNotes = notes ?? state.display.showsNotes
    state.display.heatmap.pairsRows = pairsRows ?? state.display.heatmap.pairsRows
    state.display.showsCover = cover ?? state.display.showsCover
    state.display.heads.isSorted = sortsHeads ?? state.display.heads.isSorted
    state.display.compare.reversesOrder = reversesOrder ?? state.display.compare.reversesOrder
    state.display.compare.showsSettings = showsSettings ?? state.display.compare.showsSettings
    state.display.course.isShown = course ?? state.display.course.isShown
    state.display.course.figure =
      try SessionFile.value(courseFigure, key: "screen.courseFigure", path: path)
      ?? state.display.course.figure
    state.display.compare.plotted = Set((plotted ?? []).prefix(100).compactMap { Policy($0) })
    state.search.typed = search ?? state.search.typed
  }

  /// Goes to the step that was shown, once there are steps; to the last one before it.
  package func placeStep(_ state: inout ViewState) {
    if let step { state.go(to: min(max(0, step), 1 << 20)) }
  }
}
