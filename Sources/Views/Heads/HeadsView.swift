import Exploration
import Screen
import Transformer

/// View 3: one figure of every query head, layers downwards and heads across, or sorted.
struct HeadsView {
  private let scene: Scene
  private let grid: HeadGrid?

  init(_ scene: Scene) {
    self.scene = scene
    grid = HeadGrid(scene)
  }

  func draw(into frame: inout Frame) {
    var row = frame.content.lowerBound
    frame.line(row, RunLines(scene: scene, glyphs: frame.glyphs).place(width: frame.width))
    frame.line(row + 1, heading(frame))
    row += 3
    let showsNote = scene.display.showsNotes && frame.content.count >= 15
    let bottom = frame.content.upperBound - (showsNote ? 2 : 1)
    if showsNote {
      frame.line(
        bottom + 1,
        Line.note(
          [scene.display.heads.figure.note, scene.display.heads.figure.shortNote], style: frame.theme[.note],
          width: frame.width))
    }
    guard let grid, let shape = scene.run.recording?.shape else {
      let words =
        scene.run.recording == nil
        ? "the prompt passes through the model; every head has a cell here"
        : scene.display.heads.figure.noValue(scene)
      frame.line(row, [Span(words, frame.theme[.note])])
      return
    }
    let area = row..<bottom
    if scene.display.heads.isSorted {
      drawSorted(grid, into: &frame, area: area)
    } else {
      drawLayers(grid, shape, into: &frame, area: area)
      // A small model leaves room for all that is known of the selected head.
      let used = area.lowerBound + 2 + grid.values.count
      if area.upperBound - used > HeadFigure.allCases.count + 2 {
        drawSelected(into: &frame, row: used)
      }
    }
    frame.line(bottom, striking(grid, frame))
  }

  private func heading(_ frame: Frame) -> [Span] {
    let theme = frame.theme
    var line = Line()
    line.add(Span("figure: ", theme[.dim]), Span(scene.display.heads.figure.title, theme[.accent]))
    line.add(Span(" of \(scene.setup.policyTitle)", theme[.text]), rank: 3)
    if scene.display.heads.figure == .gain, let pinned = scene.setup.pinnedTitle {
      line.add(Span(" and \(pinned)", theme[.text]), rank: 3)
    }
    if let grid { line.add(Span("   mean \(decimal(grid.mean, 3))", theme[.text]), rank: 1) }
    if grid != nil, let detail = scene.display.heads.figure.detail(scene) {
      line.add(Span(detail, theme[.text]), rank: 2)
    }
    line.add(
      Span(
        "   \(scene.display.keys.shown(.figureNext)) next figure, \(scene.display.keys.shown(.sort)) \(scene.display.heads.isSorted ? "layers and heads" : "sorted")",
        theme[.dim]), rank: 2)
    return line.fitting(frame.width)
  }

  // MARK: Layers and heads

  /// How wide a cell is, and whether it has digits.
  private struct Layout {
    let cell: Int
    let hasDigits: Bool
    let heads: Range<Int>
    let showsMeans: Bool

    init(_ shape: ModelShape, width: Int, selected: Int, means: Int) {
      let count = shape.queryHeadCount
      // Digits at every head, before means at every layer, before all heads.
      let layouts = [
        (6, true, means), (5, true, means), (6, true, 0), (5, true, 0), (3, false, means), (2, false, 0),
        (1, false, 0),
      ]
      let fitting = layouts.first { $0.0 * count + shape.kvHeadCount + $0.2 <= width } ?? (1, false, 0)
      (cell, hasDigits, showsMeans) = (fitting.0, fitting.1, fitting.2 > 0)
      let room = max(1, min(count, (width - shape.kvHeadCount) / fitting.0))
      let first = max(0, min(selected - room / 2, count - room))
      heads = first..<first + room
    }
  }

  private func drawLayers(_ grid: HeadGrid, _ shape: ModelShape, into frame: inout Frame, area: Range<Int>) {
    let gutter = 7
    let bars = 28
    let layout = Layout(shape, width: frame.width - gutter, selected: scene.cursor.head, means: bars)
    let theme = frame.theme
    let visible = max(1, area.count - 1)
    let top = max(0, min(scene.cursor.layer - visible / 2, grid.values.count - visible))
    frame.line(area.lowerBound, [Span("layer", theme[.dim])])
    var ends = gutter
    for head in layout.heads {
      let column = self.column(head, layout, shape) + gutter
      // Heads without room for a name are named by every fifth.
      if layout.cell >= 3 || head % 5 == 0 {
        let name = layout.cell >= 5 ? "h\(head + 1)" : "\(head + 1)"
        frame.line(
          area.lowerBound, [Span(name, theme[head == scene.cursor.head ? .accent : .dim])],
          from: column + (layout.hasDigits ? 1 : 0))
      }
      ends = column + layout.cell
    }
    if layout.showsMeans {
      frame.line(area.lowerBound, [Span("mean of the layer    kept", theme[.dim])], from: ends + 2)
    }
    let worst = grid.sorted.first
    for (offset, layer) in grid.values.indices.dropFirst(top).prefix(visible).enumerated() {
      let row = area.lowerBound + 1 + offset
      let label = TextWidth.padded(String(layer + 1), to: 4, right: true)
      frame.line(row, [Span(label, theme[layer == scene.cursor.layer ? .accent : .dim])])
      for head in layout.heads {
        let column = self.column(head, layout, shape) + gutter
        let isWorst = worst?.layer == layer && worst?.head == head
        frame.line(
          row, cell(grid.values[layer][head], layer: layer, head: head, isWorst: isWorst, layout, frame),
          from: column)
        if layer == scene.cursor.layer, head == scene.cursor.head { frame.focus(row, from: column) }
        frame.mark(.head(layer: layer, head: head), row: row, from: column, width: layout.cell)
        let next = head + 1
        if next % shape.groupSize == 0, next < shape.queryHeadCount, layout.heads.contains(next) {
          frame.line(row, [Span(frame.glyphs.vertical, theme[.frame])], from: column + layout.cell)
        }
      }
      if layout.showsMeans {
        frame.line(row, mean(grid.layerMeans[layer], layer: layer, frame), from: ends + 2)
      }
    }
  }

  /// Where a head's cell begins, groups being parted by a line.
  private func column(_ head: Int, _ layout: Layout, _ shape: ModelShape) -> Int {
    let first = layout.heads.lowerBound
    return (head - first) * layout.cell + head / shape.groupSize - first / shape.groupSize
  }

  private func cell(
    _ value: Double, layer: Int, head: Int, isWorst: Bool, _ layout: Layout, _ frame: Frame
  ) -> [Span] {
    let isSelected = layer == scene.cursor.layer && head == scene.cursor.head
    let brightness = scene.display.heads.figure.brightness(value, tokenCount: scene.run.prompt.tokens.count)
    let glyphs = frame.glyphs
    guard layout.hasDigits else {
      let shade = frame.theme.hasColor ? " " : glyphs.level(brightness)
      let text = isSelected ? "+" : isWorst ? "!" : shade
      return [
        Span(String(repeating: text, count: max(1, layout.cell - 1)), style(brightness, isSelected, frame))
      ]
    }
    // The selected head and the most striking one differ without colour, too.
    let (before, after) = isSelected ? ("[", "]") : (" ", isWorst ? "!" : layout.cell < 6 ? "" : " ")
    let text =
      TextWidth.padded(
        before + scene.display.heads.figure.text(value), to: layout.cell - after.count, right: true) + after
    return [Span(text, style(brightness, isSelected, frame))]
  }

  private func style(_ brightness: Double, _ isSelected: Bool, _ frame: Frame) -> Style {
    guard frame.theme.hasColor else { return isSelected ? frame.theme[.cursor] : .plain }
    let style = frame.theme.ramp.ground(brightness)
    return isSelected ? style.with(Style(underline: true)) : style
  }

  private func mean(_ value: Double, layer: Int, _ frame: Frame) -> [Span] {
    let width = 12
    let share = min(
      max(0, scene.display.heads.figure.brightness(value, tokenCount: scene.run.prompt.tokens.count)), 1)
    let filled = Int((share * Double(width)).rounded())
    let bar = String(repeating: frame.glyphs.shades[3], count: filled)
    let kept = scene.result.map {
      $0.kept.positions[layer].reduce(0) { $0 + $1.count } / max(1, $0.kept.positions[layer].count)
    }
    return [
      Span(TextWidth.padded(bar, to: width), frame.theme[.accent]),
      Span(TextWidth.padded(scene.display.heads.figure.text(value), to: 5, right: true)),
      Span(TextWidth.padded(kept.map(grouped) ?? "", to: 8, right: true), frame.theme[.dim]),
    ]
  }

  // MARK: Sorted

  private func drawSorted(_ grid: HeadGrid, into frame: inout Frame, area: Range<Int>) {
    let cell = 16
    let columns = max(1, frame.width / cell)
    let order = grid.sorted
    let capacity = columns * area.count
    let place = order.firstIndex { $0.layer == scene.cursor.layer && $0.head == scene.cursor.head } ?? 0
    // Whole columns scroll, so that an entry stays where it is while the cursor moves.
    let top =
      max(0, min(place / area.count - columns / 2, (order.count - 1) / area.count - columns + 1)) * area.count
    for (offset, entry) in order.dropFirst(top).prefix(capacity).enumerated() {
      let isSelected = top + offset == place
      let name = TextWidth.padded("\(entry.layer + 1).\(entry.head + 1)", to: 6, right: true)
      let brightness = scene.display.heads.figure.brightness(
        entry.value, tokenCount: scene.run.prompt.tokens.count)
      let marker = isSelected ? frame.glyphs.marker : " "
      let row = area.lowerBound + offset % area.count
      if isSelected { frame.focus(row, from: offset / area.count * cell) }
      frame.mark(
        .head(layer: entry.layer, head: entry.head), row: row, from: offset / area.count * cell, width: cell)
      frame.line(
        row,
        [
          Span(marker, frame.theme[.accent]), Span(name + " ", frame.theme[isSelected ? .accent : .dim]),
          Span(
            TextWidth.padded(scene.display.heads.figure.text(entry.value), to: 5, right: true) + " ",
            style(brightness, isSelected, frame)),
        ], from: offset / area.count * cell)
    }
  }

  /// Every figure of the selected head, the active policy's and the pinned one's.
  private func drawSelected(into frame: inout Frame, row: Int) {
    let theme = frame.theme
    var pinned = scene
    pinned.setup.policy = scene.setup.pinned ?? scene.setup.policy
    let name = 34
    frame.rule(row)
    var heading = [
      Span(
        TextWidth.padded("every figure of head \(scene.cursor.layer + 1).\(scene.cursor.head + 1)", to: name),
        theme[.dim]),
      Span(
        TextWidth.padded(
          TextWidth.clipped(scene.setup.policyTitle, to: 15, ellipsis: frame.glyphs.ellipsis), to: 16),
        theme[.accent]),
    ]
    if let title = scene.setup.pinnedTitle { heading.append(Span(title, theme[.text])) }
    frame.line(row + 1, heading)
    for (offset, figure) in HeadFigure.allCases.enumerated() {
      func text(_ scene: Scene) -> String {
        guard let values = figure.values(scene), scene.cursor.layer < values.count,
          scene.cursor.head < values[scene.cursor.layer].count
        else {
          return "-"
        }
        return figure.text(values[scene.cursor.layer][scene.cursor.head])
      }
      let isShown = figure == scene.display.heads.figure
      var spans = [
        Span((isShown ? frame.glyphs.marker : " ") + " ", theme[.accent]),
        Span(TextWidth.padded(figure.title, to: name - 2), theme[isShown ? .accent : .dim]),
        Span(TextWidth.padded(text(scene), to: 16)),
      ]
      // The difference, and what the model is like, are no policy's own.
      if scene.setup.pinned != nil, figure.isOfPolicy { spans.append(Span(text(pinned))) }
      frame.line(row + 2 + offset, spans)
    }
  }

  /// The selected head's numbers, and the heads that stand out.
  private func striking(_ grid: HeadGrid, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    var line = Line()
    line.add(Span("head \(scene.cursor.layer + 1).\(scene.cursor.head + 1)", theme[.accent]))
    if scene.cursor.layer < grid.values.count, scene.cursor.head < grid.values[scene.cursor.layer].count {
      line.add(
        Span("  \(scene.display.heads.figure.text(grid.values[scene.cursor.layer][scene.cursor.head]))"))
    }
    if let result = scene.result {
      let kept = result.kept.positions(layer: scene.cursor.layer, queryHead: scene.cursor.head).count
      line.add(Span("  kept \(grouped(kept))", theme[.dim]), rank: 2)
    }
    let heads = grid.sorted.prefix(5).map {
      "\($0.layer + 1).\($0.head + 1) \(scene.display.heads.figure.text($0.value))"
    }
    for (index, text) in heads.enumerated() {
      if index == 0 {
        let word = scene.display.heads.figure.lowestFirst ? "lowest" : "highest"
        line.add(Span("   \(word)\(scene.display.heads.isSorted ? "" : " (!)"): ", theme[.dim]), rank: 1)
      }
      line.add(Span(text + "  "), rank: 1 + index)
    }
    line.add(Span(" Enter opens the head's heatmap", theme[.dim]), rank: 9)
    return line.fitting(frame.width)
  }
}
