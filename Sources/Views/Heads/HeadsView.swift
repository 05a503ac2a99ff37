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
    let figure = scene.display.heads.figure
    let content = frame.content
    frame.line(content.lowerBound, RunLines(scene: scene, glyphs: frame.glyphs).place(width: frame.width))
    frame.line(content.lowerBound + 1, heading(frame))
    let room = room(frame)
    if figure.isOfToken, room.area.lowerBound > content.lowerBound + 2 {
      frame.line(content.lowerBound + 2, TokenLines(scene, frame).context(width: frame.width))
    }
    if room.showsNote {
      frame.line(
        content.upperBound - 1,
        Line.note([figure.note, figure.shortNote], style: frame.theme[.note], width: frame.width))
    }
    guard let grid, let shape = scene.run.recording?.shape else {
      let words =
        scene.run.recording == nil
        ? "the prompt passes through the model; every head has a cell here" : figure.noValue(scene)
      frame.line(room.area.lowerBound, [Span(words, frame.theme[.note])])
      return
    }
    let area = room.area
    let cells = HeadCells(scene: scene, grid: grid)
    if scene.display.heads.isSorted {
      drawSorted(cells, into: &frame, area: area)
    } else {
      var used = area.lowerBound + 2 + grid.values.count
      if let picture = room.picture {
        picture.draw(cells, into: &frame, row: area.lowerBound)
        used = area.lowerBound + picture.height + 1
      } else {
        drawLayers(cells, shape, into: &frame, area: area)
      }
      // A small model leaves room for all that is known of the selected head.
      if area.upperBound - used > SelectedHead.height { SelectedHead(scene).draw(into: &frame, row: used) }
    }
    frame.line(area.upperBound, striking(grid, frame))
  }

  /// What has room: the grid's rows, between the headings and the line about what stands out, a picture of all
  /// heads if that is wanted, and a note.
  private func room(_ frame: Frame) -> (area: Range<Int>, picture: HeadPicture?, showsNote: Bool) {
    let content = frame.content
    let hasNote = scene.display.showsNotes && content.count >= 15
    func area(hasGap: Bool, hasNote: Bool) -> Range<Int> {
      let top = content.lowerBound + (hasGap ? 3 : 2)
      return top..<max(top, content.upperBound - (hasNote ? 2 : 1))
    }
    let usual = area(hasGap: true, hasNote: hasNote)
    guard let shape = scene.run.recording?.shape, !scene.display.heads.isSorted,
      scene.display.heads.showsAll ?? scene.display.heads.figure.isOfToken
    else { return (usual, nil, hasNote) }
    let isWhole = shape.layerCount < usual.count
    let hasDigits = Layout(shape, width: frame.width - gutter, selected: 0, means: 0).hasDigits
    if scene.display.heads.showsAll == nil, isWhole, hasDigits { return (usual, nil, hasNote) }
    // The picture is worth more than what explains it.
    for (hasGap, showsNote) in [(true, hasNote), (true, false), (false, false)] {
      let area = area(hasGap: hasGap, hasNote: showsNote)
      if let picture = HeadPicture(shape, width: frame.width, height: area.count) {
        return (area, picture, showsNote)
      }
    }
    return (usual, nil, hasNote)
  }

  private func heading(_ frame: Frame) -> [Span] {
    let theme = frame.theme
    var line = Line()
    line.add(Span("figure: ", theme[.dim]), Span(scene.display.heads.figure.title, theme[.accent]))
    if scene.display.heads.figure.isOfPolicy || !scene.display.heads.figure.isOfToken {
      line.add(Span(" of \(scene.setup.policyTitle)", theme[.text]), rank: 3)
    }
    if scene.display.heads.figure.isOfToken {
      for span in TokenLines(scene, frame).name { line.add(span) }
    }
    if scene.display.heads.figure == .gain, let pinned = scene.setup.pinnedTitle {
      line.add(Span(" and \(pinned)", theme[.text]), rank: 3)
    }
    if let grid, scene.display.heads.figure != .tokenKeepers {
      line.add(Span("   mean \(decimal(grid.mean, 3))", theme[.text]), rank: 1)
    }
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

  /// Columns of a layer's number.
  private let gutter = 7

  private func drawLayers(
    _ cells: HeadCells, _ shape: ModelShape, into frame: inout Frame, area: Range<Int>
  ) {
    let grid = cells.grid
    // Who keeps a token has no mean.
    let bars = scene.display.heads.figure == .tokenKeepers ? 0 : 28
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
    for (offset, layer) in grid.values.indices.dropFirst(top).prefix(visible).enumerated() {
      let row = area.lowerBound + 1 + offset
      let label = TextWidth.padded(String(layer + 1), to: 4, right: true)
      frame.line(row, [Span(label, theme[layer == scene.cursor.layer ? .accent : .dim])])
      for head in layout.heads {
        let column = self.column(head, layout, shape) + gutter
        frame.line(
          row,
          [
            layout.hasDigits
              ? cells.digits(layer: layer, head: head, width: layout.cell, frame)
              : cells.shade(layer: layer, head: head, width: layout.cell, frame)
          ], from: column)
        if layer == scene.cursor.layer, head == scene.cursor.head { frame.focus(row, from: column) }
        frame.mark(.head(layer: layer, head: head), row: row, from: column, width: layout.cell)
        let next = head + 1
        if next % shape.groupSize == 0, next < shape.queryHeadCount, layout.heads.contains(next) {
          frame.line(row, [Span(frame.glyphs.vertical, theme[.frame])], from: column + layout.cell)
        }
      }
      if layout.showsMeans {
        frame.line(row, mean(cells, layer: layer, frame), from: ends + 2)
      }
    }
  }

  /// Where a head's cell begins, groups being parted by a line.
  private func column(_ head: Int, _ layout: Layout, _ shape: ModelShape) -> Int {
    let first = layout.heads.lowerBound
    return (head - first) * layout.cell + head / shape.groupSize - first / shape.groupSize
  }

  private func mean(_ cells: HeadCells, layer: Int, _ frame: Frame) -> [Span] {
    let width = 12
    let value = cells.grid.layerMeans[layer]
    let share = min(max(0, cells.brightness(value)), 1)
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

  private func drawSorted(_ cells: HeadCells, into frame: inout Frame, area: Range<Int>) {
    let cell = 16
    let columns = max(1, frame.width / cell)
    let order = cells.grid.sorted
    let capacity = columns * area.count
    let place = order.firstIndex { $0.layer == scene.cursor.layer && $0.head == scene.cursor.head } ?? 0
    // Whole columns scroll, so that an entry stays where it is while the cursor moves.
    let top =
      max(0, min(place / area.count - columns / 2, (order.count - 1) / area.count - columns + 1)) * area.count
    for (offset, entry) in order.dropFirst(top).prefix(capacity).enumerated() {
      let isSelected = top + offset == place
      let name = TextWidth.padded("\(entry.layer + 1).\(entry.head + 1)", to: 6, right: true)
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
            cells.style(entry.value, isSelected, frame)),
        ], from: offset / area.count * cell)
    }
  }

  /// The selected head's numbers, and the heads that stand out.
  private func striking(_ grid: HeadGrid, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    if scene.display.heads.figure == .tokenKeepers {
      return TokenLines(scene, frame).keepers(width: frame.width)
    }
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
