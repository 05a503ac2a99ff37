import Screen

/// What lies at a place of the screen, for the mouse.
enum Target: Hashable {
  /// A token of the prompt, a position.
  case token(Int)
  /// A view's name in the title.
  case view(ViewState.View)
  /// A policy, an index into the settings' list.
  case policy(Int)
  /// A head.
  case head(layer: Int, head: Int)
  /// A cell of the heatmap: the rows that share its line, indices, and its first key, a position.
  case cell(rows: Range<Int>, key: Int)
  /// A figure of the comparison.
  case column(CompareColumn)
  /// A row of the list of losses, an index.
  case loss(Int)
  /// A step of the timeline, an index.
  case step(Int)
  /// A row of the lookahead view, an index.
  case studyRow(Int)
  /// The view behind the open one.
  case nextView
  /// A key that the screen names.
  case key(Key)
}

/// The targets of one screen, as the views mark them while they draw.
struct Targets {
  private var areas: [(rect: Rect, target: Target)] = []

  /// Marks some columns of a row; later marks lie over earlier ones.
  mutating func mark(_ target: Target, row: Int, columns: Range<Int>) {
    areas.append((Rect(column: columns.lowerBound, row: row, width: columns.count, height: 1), target))
  }

  /// What lies at a place.
  func target(row: Int, column: Int) -> Target? {
    areas.last { $0.rect.contains(row: row, column: column) }?.target
  }
}
