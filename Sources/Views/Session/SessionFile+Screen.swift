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
      state.view = named
    }
    func clamped(_ value: Int?, _ range: ClosedRange<Int>, _ usual: Int) -> Int {
      value.map { min(max($0, range.lowerBound), range.upperBound) } ?? usual
    }
    let last = max(0, state.prompt.tokens.count - 1)
    state.layer = clamped(layer, 1...shape.layerCount, state.layer + 1) - 1
    state.head = clamped(head, 1...shape.queryHeadCount, state.head + 1) - 1
    state.cursor = clamped(cursor, 0...last, state.cursor)
    state.selectionStart = selectionStart.map { clamped($0, 0...last, 0) }
    state.keysPerCell = keysPerCell.map { clamped($0, 1...1 << 20, 1) }
    state.heatmapRow = heatmapRow.map { clamped($0, 0...8192, 0) }
    state.headMode = try SessionFile.value(headMode, key: "screen.headMode", path: path) ?? state.headMode
    state.scale = try SessionFile.value(scale, key: "screen.scale", path: path) ?? state.scale
    state.figure = try SessionFile.value(figure, key: "screen.figure", path: path) ?? state.figure
    state.sortColumn =
      try SessionFile.value(sortColumn, key: "screen.sortColumn", path: path) ?? state.sortColumn
    state.showsNotes = notes ?? state.showsNotes
    state.pairsRows = pairsRows ?? state.pairsRows
    state.showsCover = cover ?? state.showsCover
    state.sortsHeads = sortsHeads ?? state.sortsHeads
    state.reversesOrder = reversesOrder ?? state.reversesOrder
    state.showsSettings = showsSettings ?? state.showsSettings
    state.plotted = Set((plotted ?? []).prefix(100).compactMap { Policy($0) })
    state.search = search ?? state.search
  }

  /// Goes to the step that was shown, once there are steps; to the last one before it.
  package func placeStep(_ state: inout ViewState) {
    if let step { state.go(to: min(max(0, step), 1 << 20)) }
  }
}
