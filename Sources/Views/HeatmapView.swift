import Exploration
import Foundation
import Screen

/// View 2: attention of observing rows against pooled keys, and kept bars under it.
struct HeatmapView {
  private let state: ViewState
  private let rows: HeatmapRows
  private let gutter = 16

  init(_ state: ViewState) {
    self.state = state
    rows = HeatmapRows(state)
  }

  func draw(into frame: inout Frame) {
    let columns = HeatmapColumns(state, width: frame.width - gutter)
    let theme = frame.theme
    let glyphs = frame.glyphs
    var row = frame.content.lowerBound
    frame.line(row, StoryLines(state, glyphs: glyphs).place)
    frame.line(
      row + 1,
      [
        Span(
          "rows: queries   columns: \(grouped(state.story.prompt.tokens.count)) keys, \(columns.keysPerCell) per cell, largest shown (+ -)   heads: \(state.headMode.rawValue) (m)   scale \(state.scale.rawValue) (z)",
          theme[.dim])
      ])
    row += 2
    guard state.story.recording != nil else {
      frame.line(row + 1, [Span("the prompt passes through the model; its attention is drawn here", theme[.note])])
      return
    }
    drawAxis(columns, into: &frame, row: row)
    row += 2

    let tailCount = 5 + (state.showsNotes ? 1 : 0) + barLanes.count
    let area = row..<max(row + 1, frame.content.upperBound - tailCount)
    let weighted = rows.entries.map { ($0, rows.weights($0)) }
    row = drawRows(weighted, columns, into: &frame, area: area)
    frame.rule(row)
    row += 1
    for (title, lane) in barLanes {
      drawBar(title, lane, columns, into: &frame, row: row)
      row += 1
    }
    frame.rule(row)
    drawCell(weighted, columns, into: &frame, row: row + 1)
    var agreement = [Span("cosine with the true decode rows:  ", theme[.dim])]
    for (name, sections) in [("window", [HeatmapRows.Section.window]), ("lookahead", [.lookahead]), ("both", [.window, .lookahead])] {
      let value = rows.agreement(weighted, of: sections)
      agreement.append(Span("\(name) "))
      agreement.append(Span((value.map { decimal($0, 2) } ?? "-") + "   ", theme[.accent]))
    }
    frame.line(row + 2, agreement)
    frame.line(row + 3, legend(frame))
    if state.showsNotes, row + 4 < frame.content.upperBound {
      frame.line(row + 4, [Span("Bright cells are keys that a query reads. Where lookahead rows look like decode rows and window rows do not, LAQ keeps what SnapKV loses.", theme[.note])])
    }
  }

  private var barLanes: [(String, Lane)] {
    var lanes: [(String, Lane)] = []
    guard state.shownStep != .prefill else { return [] }
    if let lane = state.lane { lanes.append((lane.policy.title, lane)) }
    if let lane = state.pinnedLane { lanes.append((lane.policy.title, lane)) }
    if let oracle = state.story.lanes.first(where: { $0.policy.needsDecode }), state.lane?.policy.needsDecode != true {
      lanes.append(("oracle", oracle))
    }
    return lanes
  }

  private func drawAxis(_ columns: HeatmapColumns, into frame: inout Frame, row: Int) {
    frame.line(row, [Span("key position", frame.theme[.dim])])
    for cell in stride(from: 0, to: columns.count, by: 12) {
      let label = String(columns.keys(cell).lowerBound)
      guard cell + label.count <= columns.count else { continue }
      frame.line(row, [Span(label, frame.theme[.dim])], from: gutter + cell)
      frame.line(row + 1, [Span(frame.glyphs.teeDown, frame.theme[.frame])], from: gutter + cell)
    }
    if let cell = columns.cell(of: state.cursor) {
      frame.line(row + 1, [Span(frame.glyphs.down, frame.theme[.accent])], from: gutter + cell)
    }
  }

  /// Draws as many rows as fit, the selected one in sight; two to a line where half blocks and colour
  /// allow. Returns the row after the last.
  private func drawRows(
    _ weighted: [(HeatmapRows.Entry, [Float])], _ columns: HeatmapColumns, into frame: inout Frame, area: Range<Int>
  ) -> Int {
    let perLine = frame.theme.hasColor && frame.glyphs.upperHalf != nil ? 2 : 1
    let capacity = area.count * perLine
    let selected = min(max(0, state.heatmapRow), max(0, weighted.count - 1))
    var top = max(0, min(selected - capacity / 2, weighted.count - capacity))
    top -= top % perLine
    var line = area.lowerBound
    var index = top
    var previous: HeatmapRows.Section?
    while line < area.upperBound, index < weighted.count {
      let (entry, weights) = weighted[index]
      let isPair = perLine == 2 && index + 1 < weighted.count && weighted[index + 1].0.section == entry.section
      let title = entry.section == previous ? "" : entry.section.rawValue
      let isSelected = selected == index || (isPair && selected == index + 1)
      let label = TextWidth.padded(title, to: 10) + TextWidth.padded(selected == index + 1 && isPair ? weighted[index + 1].0.label : entry.label, to: 5)
      frame.line(line, [Span(label, frame.theme[isSelected ? .selected : .dim])])
      let upper = columns.pooled(weights)
      let lower = isPair ? columns.pooled(weighted[index + 1].1) : nil
      for cell in 0..<columns.count {
        let span = paint(upper[cell], lower?[cell], frame, isPaired: perLine == 2)
        frame.line(line, [span], from: gutter + cell)
      }
      previous = entry.section
      index += isPair ? 2 : 1
      line += 1
    }
    return line
  }

  private func paint(_ upper: Float, _ lower: Float?, _ frame: Frame, isPaired: Bool) -> Span {
    guard isPaired, let half = frame.glyphs.upperHalf else {
      return Span(frame.glyphs.level(brightness(upper)), frame.theme[.text])
    }
    let ramp = frame.theme.ramp
    return Span(
      half,
      Style(
        foreground: ramp.color(brightness(upper)),
        background: lower.map { ramp.color(brightness($0)) }))
  }

  /// From attention to 0…1: four decades, or linear.
  private func brightness(_ weight: Float) -> Double {
    switch state.scale {
    case .linear: Double(weight)
    case .logarithmic: weight <= 1e-4 ? 0 : min(1, (log10(Double(weight)) + 4) / 4)
    }
  }

  private func drawBar(
    _ title: String, _ lane: Lane, _ columns: HeatmapColumns, into frame: inout Frame, row: Int
  ) {
    frame.line(row, [Span("kept ", frame.theme[.dim]), Span(TextWidth.clipped(title, to: 10))])
    let kept = Set(lane.kept.positions(layer: state.layer, queryHead: state.head))
    for cell in 0..<columns.count {
      let keys = columns.keys(cell)
      let share = Double(keys.count { kept.contains($0) }) / Double(max(1, keys.count))
      guard share > 0 else { continue }
      let bars = frame.glyphs.bars
      let glyph = bars[min(bars.count - 1, Int(share * Double(bars.count)))]
      frame.line(row, [Span(glyph, frame.theme[.accent])], from: gutter + cell)
    }
  }

  private func drawCell(
    _ weighted: [(HeatmapRows.Entry, [Float])], _ columns: HeatmapColumns, into frame: inout Frame, row: Int
  ) {
    guard let cell = columns.cell(of: state.cursor), !weighted.isEmpty else { return }
    let (entry, weights) = weighted[min(max(0, state.heatmapRow), weighted.count - 1)]
    let keys = columns.keys(cell)
    let text = keys.prefix(12).flatMap { state.story.prompt.bytes(at: $0) }
    let largest = keys.max { weights[$0] < weights[$1] } ?? keys.lowerBound
    let sum = keys.reduce(Float(0)) { $0 + weights[$1] }
    frame.line(
      row,
      [
        Span("cell  row \(entry.label)  keys \(keys.lowerBound)\(frame.glyphs.dash)\(keys.upperBound - 1)  "),
        Span("\"\(Sanitizer.visible(bytes: text, glyphs: frame.glyphs, spaces: false))\"", frame.theme[.accent]),
        Span("  max \(decimal(Double(weights[largest]), 4)) at \(largest)   sum \(decimal(Double(sum), 4))"),
      ])
  }

  private func legend(_ frame: Frame) -> [Span] {
    var spans = [Span("legend  ", frame.theme[.dim])]
    for (value, name) in [(0.0, "0"), (0.25, "1e-3"), (0.5, "1e-2"), (0.75, "1e-1"), (1.0, "1")] {
      let label = state.scale == .linear ? decimal(value, 2) : name
      spans.append(
        frame.theme.hasColor
          ? Span("  ", Style(background: frame.theme.ramp.color(value))) : Span(frame.glyphs.level(value)))
      spans.append(Span(" \(label)  "))
    }
    spans.append(Span("  kept bar: share of the cell that is kept", frame.theme[.dim]))
    return spans
  }
}
