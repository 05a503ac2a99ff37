import Evaluation
import Eviction
import Screen
import Views

/// Layers by heads as a picture, the heads that come first, and what is known of the chosen one.
struct HeadsPage {
  private let state: ResultsState
  private let heads: HeadsBrowsing
  private let glyphs: GlyphSet
  private let width: Int
  private let rows: Range<Int>
  private let left = 2
  private var theme: Theme { state.theme }

  init(_ state: ResultsState, _ heads: HeadsBrowsing, glyphs: GlyphSet, width: Int, rows: Range<Int>) {
    (self.state, self.heads, self.glyphs, self.width, self.rows) = (state, heads, glyphs, width, rows)
  }

  /// Columns of the list beside the picture, and of the gap before it.
  private static let listWidth = 27, gap = 2, widestPrompts = 64
  /// Rows below the picture: the top heads in a line, and the chosen head's figures.
  private static let below = 2

  func draw(into grid: inout Grid) {
    put(heading, row: rows.lowerBound, into: &grid)
    let area = rows.lowerBound + 1..<rows.upperBound - Self.below
    let summary = heads.summary
    guard summary.layerCount > 0, heads.figure != nil else {
      let words = Sanitizer.visible(heads.obstacle, glyphs: glyphs, spaces: false)
      for (row, line) in zip(area.dropFirst(), WrappedText.lines(words, width: width)) {
        put([Span(line, theme[.note])], row: row, into: &grid)
      }
      return
    }
    let (layout, layers, hasList) = layout(height: area.count)
    if let layout {
      draw(layout, layers, at: area.lowerBound, into: &grid)
      let used = area.lowerBound + layout.height + 1
      if area.upperBound - used >= 4 { prompts(used..<area.upperBound, into: &grid) }
    } else {
      let words = "a wider window has room for the picture of all heads"
      put([Span(words, theme[.note])], row: area.lowerBound, into: &grid)
    }
    if hasList { list(from: left + listColumn(layout?.width ?? 0), rows: area, into: &grid) }
    put(topLine, row: rows.upperBound - 2, into: &grid)
    put(chosenLine, row: rows.upperBound - 1, into: &grid)
  }

  /// The list stands behind the picture and the prompts below it, in a wide window not at its other end.
  private func listColumn(_ pictureWidth: Int) -> Int {
    min(width - Self.listWidth, max(pictureWidth + Self.gap, Self.widestPrompts + Self.gap))
  }

  /// The picture with the widest cells that leave room for the list, or else the widest without one, and the
  /// layers that it shows: all, or as many around the chosen one as have room.
  private func layout(height: Int) -> (layout: HeadLayout?, layers: Range<Int>, hasList: Bool) {
    let count = heads.summary.layerCount
    func layout(_ layers: Int, _ width: Int) -> HeadLayout? {
      HeadLayout(layerCount: layers, headCount: heads.summary.headCount, width: width, height: height)
    }
    if let beside = layout(count, width - Self.listWidth - Self.gap) { return (beside, 0..<count, true) }
    for shown in stride(from: count, through: 1, by: -1) {
      guard let all = layout(shown, width) else { continue }
      let first = max(0, min(heads.layer - shown / 2, count - shown))
      return (all, first..<first + shown, false)
    }
    return (nil, 0..<0, false)
  }

  private func put(_ spans: [Span], row: Int, into grid: inout Grid) {
    grid.put(spans, row: row, column: left, limit: left + width)
  }

  private var heading: [Span] {
    var line = Line()
    line.add(Span("figure: ", theme[.dim]), Span(heads.measure.title, theme[.accent]))
    line.add(Span(", \(heads.statisticWords)", theme[.text]))
    if let column = heads.column, heads.measure != .retrieval {
      line.add(Span("   " + visible(ResultsTable.title(column)), theme[.text]))
      if let count = heads.summary.counts[column] {
        line.add(Span("   \(count.lost) of \(count.prompts) answers lost", theme[.dim]), rank: 1)
      }
    } else {
      line.add(Span("   full cache, \(heads.figure?.prompts.count ?? 0) prompts", theme[.dim]), rank: 1)
    }
    if let halves = heads.figure?.stability.halves {
      line.add(Span("   halves agree \(decimal(halves, 2))", theme[.dim]), rank: 2)
    }
    line.add(Span("   \(heads.measure.words)", theme[.note]), rank: 3)
    return line.fitting(width)
  }

  private func draw(_ layout: HeadLayout, _ layers: Range<Int>, at top: Int, into grid: inout Grid) {
    let brightness = heads.brightness
    let first = heads.order.first
    for block in layout.blocks {
      grid.put([Span("L", theme[.dim])], row: top, column: left + block.column + 2, limit: left + width)
      for head in layout.namedHeads(besides: heads.head) {
        let column = left + layout.place(layer: block.layers.lowerBound, head: head).column
        let style = theme[head == heads.head ? .accent : .dim]
        grid.put([Span("\(head + 1)", style)], row: top, column: column, limit: left + width)
      }
      for shown in block.layers {
        let layer = layers.lowerBound + shown
        let style = theme[layer == heads.layer ? .accent : .dim]
        let row = top + layout.place(layer: shown, head: 0).row
        grid.put(
          [Span(layout.number(layer), style)], row: row, column: left + block.column, limit: left + width)
        for head in 0..<layout.headCount {
          let index = layer * layout.headCount + head
          let isChosen = layer == heads.layer && head == heads.head
          let column = left + layout.place(layer: shown, head: head).column
          if isChosen { grid.caret = Place(row: row, column: column) }
          grid.put(
            [cell(brightness(index), isChosen: isChosen, isFirst: index == first, width: layout.cell)],
            row: row, column: column, limit: left + width)
        }
      }
    }
  }

  /// A head's cell, a column of which is left free where it has several. The chosen head and the first one
  /// differ without colour, too.
  private func cell(_ brightness: Double, isChosen: Bool, isFirst: Bool, width: Int) -> Span {
    // Without colour a head of little or nothing is still seen to be there.
    let level = glyphs.level(brightness)
    let shade = theme.hasColor ? " " : level == " " ? glyphs.dot : level
    let text = isChosen ? "+" : isFirst && brightness > 0 ? "!" : shade
    let style =
      theme.hasColor
      ? theme.ramp.ground(brightness).with(Style(underline: isChosen))
      : isChosen ? theme[.cursor] : .plain
    // A point stands alone, whatever the cell's width.
    let isPoint = text == glyphs.dot
    return Span(isPoint ? text : String(repeating: text, count: max(1, width - 1)), style)
  }

  /// The heads that come first, each with the figure that is shown and in how many prompts it is in the top.
  private func list(from column: Int, rows area: Range<Int>, into grid: inout Grid) {
    guard let figure = heads.figure else { return }
    let limit = left + width
    let isMean = heads.statistic == .mean
    let words = TextWidth.padded("head", to: 11) + (isMean ? "   mean" : "  shown") + "  in top"
    grid.put([Span(words, theme[.dim])], row: area.lowerBound, column: column, limit: limit)
    let order = heads.order
    let place = order.firstIndex { figure.index($0) == figure.index(heads.chosen) } ?? 0
    let room = area.count - 1
    let first = max(0, min(place - room / 2, order.count - room))
    for (row, index) in zip(area.dropFirst(), order.indices.dropFirst(first)) {
      let head = order[index]
      let isChosen = index == place
      grid.put(
        [
          Span(isChosen ? glyphs.marker + " " : "  ", theme[.accent]),
          Span(TextWidth.padded(heads.name(head), to: 9), theme[isChosen ? .accent : .dim]),
          Span(TextWidth.padded(heads.text(head), to: 7, right: true), theme[.text]),
          Span(
            TextWidth.padded(
              "\(figure.stability.topCount[figure.index(head)])/\(figure.prompts.count)", to: 8, right: true),
            theme[.dim]),
        ], row: row, column: column, limit: limit)
    }
  }

  private var topLine: [Span] {
    var line = Line()
    line.add(Span("highest (!): ", theme[.dim]))
    for (index, head) in heads.order.prefix(8).enumerated() {
      let (name, text) = (heads.name(head) + " ", heads.text(head) + "  ")
      line.add(Span(name, theme[.dim]), Span(text, theme[.text]), rank: index)
    }
    return line.fitting(width)
  }

  /// Every figure of the chosen head.
  private var chosenLine: [Span] {
    var line = Line()
    line.add(Span("head \(heads.layer + 1).\(heads.head + 1)", theme[.accent]))
    for (rank, measure) in [HeadMeasure.cost, .gain, .retrieval].enumerated() {
      guard let figure = heads.summary.figure(measure, heads.column) else { continue }
      let index = figure.index(heads.chosen)
      let mean = measure.text(figure.stability.mean[index])
      line.add(Span("   \(measure.rawValue) ", theme[.dim]), Span(mean, theme[.text]))
      line.add(
        Span(" \(plusMinus) \(measure.text(figure.stability.spread[index], isSpread: true))", theme[.dim]),
        rank: 3 - rank)
      line.add(
        Span(", top in \(figure.stability.topCount[index])/\(figure.prompts.count)", theme[.dim]),
        rank: 6 - rank)
    }
    return line.fitting(width)
  }

  /// The chosen head prompt by prompt, below a picture that leaves room.
  private func prompts(_ area: Range<Int>, into grid: inout Grid) {
    guard let figure = heads.figure else { return }
    let values = figure.values.map { $0[heads.chosen] }
    grid.put(
      [
        Span("head \(heads.layer + 1).\(heads.head + 1)", theme[.accent]),
        Span("  \(heads.measure.title), prompt by prompt", theme[.dim]),
      ], row: area.lowerBound, column: left, limit: left + promptWidth)
    let lines = area.dropFirst()
    for (offset, (row, index)) in zip(lines, figure.prompts.indices).enumerated() {
      let isLast = offset == lines.count - 1 && index < figure.prompts.count - 1
      let text =
        isLast
        ? "  and \(figure.prompts.count - index) more (Enter)"
        : TextWidth.padded(heads.measure.text(values[index]), to: 7, right: true) + "  "
          + visible(figure.prompts[index])
      let clipped = TextWidth.clipped(text, to: promptWidth, ellipsis: glyphs.ellipsis)
      grid.put(
        [Span(clipped, theme[isLast ? .dim : .text])], row: row, column: left, limit: left + promptWidth)
    }
  }

  /// The list stands beside the prompts, too.
  private var promptWidth: Int { min(Self.widestPrompts, width - Self.listWidth - Self.gap) }
  private var plusMinus: String { glyphs == .ascii ? "+-" : "±" }

  private func visible(_ text: String) -> String { Sanitizer.visible(text, glyphs: glyphs, spaces: false) }
}

extension HeadsBrowsing {
  /// The chosen head prompt by prompt in one line.
  func promptLine(_ theme: Theme, width: Int) -> [Span] {
    var line = Line()
    guard let figure else { return [] }
    line.add(Span("prompt by prompt:", theme[.dim]))
    for (index, values) in figure.values.enumerated() {
      line.add(Span(" \(measure.text(values[chosen]))", theme[.status]), rank: index)
    }
    return line.fitting(width)
  }
}
