import Exploration
import Screen
import Transformer

/// View 2: attention of observing rows against pooled keys, and kept bars under it.
struct HeatmapView {
  private let scene: Scene
  private let rows: HeatmapRows
  private let shades: HeatmapShades

  init(_ scene: Scene) {
    self.scene = scene
    rows = HeatmapRows(scene)
    shades = HeatmapShades(scene.display.heatmap, largest: rows.largest)
  }

  func draw(into frame: inout Frame) {
    let gutter = HeatmapGutter(frame.width)
    let columns = HeatmapColumns(scene, width: frame.width - gutter.width)
    let theme = frame.theme
    let glyphs = frame.glyphs
    var row = frame.content.lowerBound
    // The smallest windows keep the map and drop what explains it.
    let isSmall = frame.content.count < 17
    frame.line(row, RunLines(scene: scene, glyphs: glyphs).place(width: frame.width))
    row += 1
    if !isSmall {
      frame.line(row, axes(columns, theme).fitting(frame.width))
      row += 1
    }
    guard scene.run.recording != nil else {
      frame.line(
        row + 1, [Span("the prompt passes through the model; its attention is drawn here", theme[.note])])
      return
    }
    HeatmapAxis(scene, columns, gutter: gutter.width).draw(into: &frame, row: row)
    row += 2

    let showsNotes = scene.display.showsNotes && frame.content.count >= 26
    let bars = isSmall ? barLanes.filter { $0.0 != "oracle" } : barLanes
    let comparison = RowComparison(rows)
    let lane = isSmall ? nil : comparison
    let tailCount = (isSmall ? 3 : 5) + (showsNotes ? 1 : 0) + bars.count + (lane == nil ? 0 : 1)
    let area = row..<max(row + 1, frame.content.upperBound - tailCount)
    row = drawRows(columns, gutter, into: &frame, area: area)
    if !isSmall {
      frame.rule(row)
      row += 1
    }
    if let lane {
      draw(lane, columns, gutter.width, into: &frame, row: row)
      row += 1
    }
    for (title, kept) in bars {
      drawBar(title, kept, columns, gutter.width, into: &frame, row: row)
      row += 1
    }
    if !isSmall {
      frame.rule(row)
      row += 1
    }
    drawCell(columns, into: &frame, row: row)
    let text = scene.display.texts.text(scene.run.prompt, glyphs: glyphs, showsSpaces: !theme.hasColor)
    frame.line(
      row + 1,
      comparison?.line(text, theme: theme, width: frame.width)
        ?? AgreementLine(rows, theme: theme).spans(width: frame.width))
    frame.line(row + 2, shades.legend(frame, stepIsMarked: rows.step != nil))
    if showsNotes {
      let notes = [
        "\(much(frame)): keys that a query reads. Where lookahead rows resemble decode rows, LAQ keeps what the window overlooks.",
        "\(much(frame)): keys that a query reads. Which rows resemble the decode rows?",
      ]
      frame.line(row + 3, Line.note(notes, style: theme[.note], width: frame.width))
    }
  }

  /// How much attention looks in the frame's theme.
  private func much(_ frame: Frame) -> String {
    frame.theme.hasColor ? frame.theme.highIsBright ? "Bright" : "Dark" : "Dense"
  }

  private func axes(_ columns: HeatmapColumns, _ theme: Theme) -> Line {
    var line = Line()
    let keys = grouped(scene.run.prompt.tokens.count)
    line.add(
      Span(
        "rows: queries (\(scene.display.keys.shown(.down)) \(scene.display.keys.shown(.up)))   ", theme[.dim]),
      rank: 3)
    line.add(Span("columns: \(keys) keys, \(columns.keysPerCell) per cell", theme[.dim]))
    line.add(
      Span(
        ", largest shown (\(scene.display.keys.shown(.zoomIn)) \(scene.display.keys.shown(.zoomOut)))",
        theme[.dim]),
      rank: 2)
    line.add(
      Span(
        "   heads: \(scene.display.heatmap.headMode.rawValue) (\(scene.display.keys.shown(.headMode)))",
        theme[.dim]))
    line.add(
      Span(
        "   scale \(scene.display.heatmap.scale.rawValue) (\(scene.display.keys.shown(.scale)))", theme[.dim]),
      rank: 1)
    return line
  }

  /// What is kept at the shown step.
  private var barLanes: [(String, KeptTokens)] {
    var results: [(String, KeptTokens)] = []
    switch scene.shownStep {
    case .prefill: return []
    case .lookahead: return scene.result?.lookahead?.cheap.map { [("cheap", $0)] } ?? []
    case .evict, .question, .decode: break
    }
    if let result = scene.result { results.append((result.policy.title, result.kept)) }
    if let result = scene.pinnedResult { results.append((result.policy.title, result.kept)) }
    if let oracle = scene.run.results.first(where: { $0.policy.descriptor.name == "oracle" }),
      scene.result?.policy.descriptor.name != "oracle"
    {
      results.append(("oracle", oracle.kept))
    }
    return results
  }

  /// Where the chosen row looks more than the held one, and where less.
  private func draw(
    _ comparison: RowComparison, _ columns: HeatmapColumns, _ gutter: Int, into frame: inout Frame, row: Int
  ) {
    frame.line(row, [Span(comparison.title, frame.theme[.accent])])
    let least = (rows.largest ?? 1) / 100
    for (cell, difference) in comparison.differences(columns).enumerated() where abs(difference) > least {
      let sign = difference > 0 ? "+" : "-"
      frame.line(
        row, [Span(sign, frame.theme[difference > 0 ? .good : .error])],
        from: gutter + cell * columns.cellWidth)
    }
  }

  /// Draws as many rows as fit, some of every section and the selected one among them; two to a line
  /// where half blocks and colour allow. Returns the row after the last.
  private func drawRows(
    _ columns: HeatmapColumns, _ gutter: HeatmapGutter, into frame: inout Frame, area: Range<Int>
  ) -> Int {
    let entries = rows.entries
    let perLine =
      scene.display.heatmap.pairsRows && frame.theme.hasColor && frame.glyphs.upperHalf != nil ? 2 : 1
    let selected = rows.chosen ?? 0
    var line = area.lowerBound
    var previous: AttentionRows.Section?
    let shown = shownLines(selected: selected, perLine: perLine, capacity: area.count)
    // What is hidden is said: of all rows in the axis' empty corner, of each section under its name.
    let count = shown.reduce(0) { $0 + $1.count }
    let total = rows.totals.values.reduce(0, +)
    if count < total {
      frame.line(area.lowerBound - 1, [Span("\(count) of \(grouped(total)) rows", frame.theme[.warning])])
    }
    var told: Set<AttentionRows.Section> = []
    for indices in shown {
      let entry = entries[indices.lowerBound]
      let isPair = indices.count == 2
      let isSelected = indices.contains(selected)
      var title = entry.section == previous ? "" : entry.section.rawValue
      if entry.section == .window, entry.section != previous { title += " \(rows.totals[.window] ?? 0)" }
      if entry.section == previous, told.insert(entry.section).inserted {
        let all = rows.totals[entry.section] ?? 0
        let seen = shown.reduce(0) { $0 + (entries[$1.lowerBound].section == entry.section ? $1.count : 0) }
        if seen < all { title = "\(seen) of \(all)" }
      }
      let named = isSelected ? entries[selected] : entry
      gutter.draw(
        HeatmapGutter.Row(
          entry: named, word: rows.word(named, scene, frame.glyphs), title: title, isChosen: isSelected,
          isStep: rows.step.map(indices.contains) ?? false,
          isHeld: rows.held.map(indices.contains) ?? false), into: &frame, line: line)
      let left = gutter.width
      if isSelected, let cell = columns.cell(of: scene.cursor.position) {
        frame.focus(line, from: left + cell * columns.cellWidth)
      }
      let upper = rows.pooled(entry, columns)
      let lower = isPair ? rows.pooled(entries[indices.lowerBound + 1], columns) : nil
      let width = columns.cellWidth
      if width == 1 {
        frame.line(
          line, (0..<columns.count).map { shades.cell(upper?[$0], lower?[$0], width: 1, frame) }, from: left)
      }
      for cell in 0..<columns.count {
        if width > 1 {
          frame.line(
            line, [shades.cell(upper?[cell], lower?[cell], width: width, frame)], from: left + cell * width)
        }
        frame.mark(
          .cell(rows: indices, key: columns.keys(cell).lowerBound), row: line, from: left + cell * width,
          width: width)
      }
      previous = entry.section
      line += 1
    }
    return line
  }

  /// The rows of each line. Where not all fit, every section has an equal share of the lines: those around
  /// the row that matters in it, or around the selected one.
  private func shownLines(selected: Int, perLine: Int, capacity: Int) -> [Range<Int>] {
    var sections: [[Range<Int>]] = []
    for section in AttentionRows.Section.allCases {
      let indices = rows.entries.indices.filter { rows.entries[$0].section == section }
      guard let first = indices.first, let last = indices.last else { continue }
      sections.append(
        stride(from: first, through: last, by: perLine).map { $0..<min($0 + perLine, last + 1) })
    }
    var shares = [Int](repeating: 0, count: sections.count)
    // The selected row's section comes first, for windows with fewer lines than sections.
    let own = sections.firstIndex { $0.contains { $0.contains(selected) } } ?? 0
    let order = sections.indices.filter { $0 == own } + sections.indices.filter { $0 != own }
    var left = capacity
    while left > 0, order.contains(where: { shares[$0] < sections[$0].count }) {
      for index in order where left > 0 && shares[index] < sections[index].count {
        shares[index] += 1
        left -= 1
      }
    }
    return sections.indices.flatMap { index in
      let lines = sections[index]
      let share = shares[index]
      func top(around row: Int?) -> Int {
        let place = lines.firstIndex { $0.contains(row ?? -1) } ?? 0
        return max(0, min(place - share / 2, lines.count - share))
      }
      var top = top(around: rows.focus[rows.entries[lines[0].lowerBound].section])
      if let place = lines.firstIndex(where: { $0.contains(selected) }), !(top..<top + share).contains(place)
      {
        top = max(0, min(place - share / 2, lines.count - share))
      }
      return lines[top..<top + share]
    }
  }

  private func drawBar(
    _ title: String, _ tokens: KeptTokens, _ columns: HeatmapColumns, _ gutter: Int, into frame: inout Frame,
    row: Int
  ) {
    frame.line(row, [Span("kept ", frame.theme[.dim]), Span(TextWidth.clipped(title, to: 10))])
    var held = [Int](repeating: 0, count: columns.count)
    for position in tokens.positions(layer: scene.cursor.layer, queryHead: scene.cursor.head) {
      if let cell = columns.cell(of: position) { held[cell] += 1 }
    }
    let bars = frame.glyphs.bars
    let cells = (0..<columns.count).map { cell in
      let share = Double(held[cell]) / Double(max(1, columns.keys(cell).count))
      let bar = share > 0 ? bars[min(bars.count - 1, Int(share * Double(bars.count)))] : " "
      return columns.cellWidth == 1 ? bar : String(repeating: bar, count: columns.cellWidth - 1) + " "
    }
    frame.line(row, [Span(cells.joined(), frame.theme[.accent])], from: gutter)
    for cell in 0..<columns.count {
      frame.mark(
        .token(columns.keys(cell).lowerBound), row: row, from: gutter + cell * columns.cellWidth,
        width: columns.cellWidth)
    }
  }

  private func drawCell(_ columns: HeatmapColumns, into frame: inout Frame, row: Int) {
    guard let cell = columns.cell(of: scene.cursor.position), let chosen = rows.chosen else { return }
    let entry = rows.entries[chosen]
    guard let weights = rows.weights(entry) else {
      frame.line(row, [Span("these rows are being computed", frame.theme[.dim])])
      return
    }
    let keys = columns.keys(cell)
    let text = keys.prefix(12).flatMap { scene.run.prompt.bytes(at: $0) }
    let largest = keys.max { weights[$0] < weights[$1] } ?? keys.lowerBound
    let sum = keys.reduce(Float(0)) { $0 + weights[$1] }
    let visible = TextWidth.clipped(
      Sanitizer.visible(bytes: text, glyphs: frame.glyphs, spaces: false), to: frame.width < 74 ? 14 : 30,
      ellipsis: frame.glyphs.ellipsis)
    var line = Line()
    line.add(Span("cell  "), rank: 1)
    line.add(Span("row \(entry.label)"))
    let word = TextWidth.clipped(
      rows.word(entry, scene, frame.glyphs), to: frame.width < 74 ? 8 : 14, ellipsis: frame.glyphs.ellipsis)
    line.add(Span(" \"\(word)\"", frame.theme[.accent]))
    line.add(Span(" at \(entry.position)"), rank: 5)
    line.add(
      Span(
        keys.count == 1
          ? "  key \(keys.lowerBound)  "
          : "  keys \(keys.lowerBound)\(frame.glyphs.dash)\(keys.upperBound - 1)  "),
      rank: 3)
    line.add(Span("\"\(visible)\"", frame.theme[.accent]))
    guard keys.count > 1 else {
      line.add(Span("  attention \(decimal(Double(sum), 4))"))
      frame.line(row, line.fitting(frame.width))
      return
    }
    line.add(Span("  max \(decimal(Double(weights[largest]), 4))"))
    line.add(Span(" at \(largest)"), rank: 2)
    line.add(Span("   mean \(decimal(Double(sum) / Double(max(1, keys.count)), 4))"), rank: 4)
    line.add(Span("   sum \(decimal(Double(sum), 4))"), rank: 3)
    frame.line(row, line.fitting(frame.width))
  }
}
