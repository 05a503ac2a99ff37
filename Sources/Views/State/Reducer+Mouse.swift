import Screen

extension ViewState {
  /// Handles the mouse: a click does what the keys would do at that place, the wheel scrolls. While a line is
  /// typed, nothing.
  mutating func point(row: Int, column: Int, kind: Key.Mouse, size: Size, glyphs: GlyphSet) -> Effect {
    guard typing.entry == nil, kind != .release else { return .none }
    message = nil
    typing.clearCount()
    switch kind {
    case .release: return .none
    case .wheelUp: return scroll(down: false, size: size, glyphs: glyphs)
    case .wheelDown: return scroll(down: true, size: size, glyphs: glyphs)
    case .click:
      guard let target = target(row: row, column: column, size: size, glyphs: glyphs) else { return .none }
      return open(target, size: size, glyphs: glyphs)
    }
  }

  private mutating func scroll(down: Bool, size: Size, glyphs: GlyphSet) -> Effect {
    let lines = 3
    if overlays.showsHelp {
      return performInHelp(down ? .down : .up, times: lines, size: size, glyphs: glyphs)
    }
    if overlays.showsWhy { return performInWhy(down ? .down : .up, times: lines, glyphs: glyphs) }
    if overlays.showsLosses { return performInLosses(down ? .down : .up, times: lines, glyphs: glyphs) }
    if overlays.showsAnswer {
      return performInAnswers(down ? .down : .up, times: lines, size: size, glyphs: glyphs)
    }
    switch display.view {
    case .text: move(down ? .down : .up, times: lines, hasCount: true, size: size, glyphs: glyphs)
    case .timeline: move(down ? .right : .left, times: 1, hasCount: true, size: size, glyphs: glyphs)
    case .heatmap, .heads, .compare, .lookahead:
      move(down ? .down : .up, times: 1, hasCount: true, size: size, glyphs: glyphs)
    }
    return .none
  }

  private mutating func open(_ target: Target, size: Size, glyphs: GlyphSet) -> Effect {
    switch target {
    case .key(let key): return handle(key, size: size, glyphs: glyphs)
    case .nextView: open(View(rawValue: display.view.rawValue % View.allCases.count + 1) ?? .text)
    case .view(let wanted):
      // A search under way is seen until it is stopped.
      guard !overlays.showsWhy || why?.isFinished != false else { break }
      open(wanted)
    case .token(let position): cursor.position = position
    case .policy(let index): choosePolicy(index)
    case .head(let layer, let head): (self.cursor.layer, self.cursor.head) = (layer, head)
    case .cell(let rows, let key):
      // Another click reaches the next of the rows that share a line.
      let row = cursor.heatmapRow ?? -1
      cursor.heatmapRow = rows.contains(row + 1) && rows.contains(row) ? row + 1 : rows.lowerBound
      cursor.position = key
    case .column(let column):
      display.compare.reversesOrder = column == display.compare.sortColumn && !display.compare.reversesOrder
      display.compare.sortColumn = column
    case .step(let index): go(to: index)
    case .loss(let row): display.losses.row = row
    case .studyRow(let index): display.lookahead.row = index
    }
    return .none
  }
}
