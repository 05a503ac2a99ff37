import Eviction
import Exploration
import Screen

/// View 5: one policy's run step by step: the cache's size, the tokens, and what every cache says comes
/// next.
struct TimelineView {
  private let scene: Scene
  private let steps: [Timeline.Step]
  private let shown: Int

  init(_ scene: Scene) {
    self.scene = scene
    steps = scene.timeline.steps
    shown = scene.shownIndex
  }

  func draw(into frame: inout Frame) {
    let content = frame.content
    let isSmall = content.count < 17
    let isLarge = content.count >= 26
    var row = content.lowerBound
    frame.line(row, RunLines(scene: scene, glyphs: frame.glyphs).place(width: frame.width))
    row += 1
    let track = TimelineTrack(steps, width: frame.width)
    drawTrack(track, into: &frame, row: row, names: !isSmall)
    row += isSmall ? 1 : 2
    if isLarge {
      frame.rule(row)
      row += 1
    }
    for line in StepWords(scene: scene, glyphs: frame.glyphs).lines(width: frame.width).prefix(
      isLarge ? 2 : 1)
    {
      frame.line(row, line)
      row += 1
    }
    if isLarge { row += 1 }
    for line in StepTokens(scene: scene, glyphs: frame.glyphs).lines(showsMarks: !isSmall) {
      frame.line(row, line)
      row += 1
    }
    var end = content.upperBound
    if scene.display.showsNotes, content.count >= 15 {
      end -= 1
      frame.line(end, Line.note(notes, style: frame.theme[.note], width: frame.width))
    }
    if !isSmall {
      let height = isLarge ? 7 : 3
      frame.rule(row)
      drawSizes(track, into: &frame, area: row + 1..<min(end, row + 2 + height))
      row += 2 + height
      frame.rule(row)
      row += 1
    }
    let distributions = DistributionLines(scene: scene, glyphs: frame.glyphs)
    for (offset, line) in distributions.lines(width: frame.width, count: max(0, end - row)).enumerated() {
      frame.line(row + offset, line)
    }
  }

  // MARK: The track

  private func drawTrack(_ track: TimelineTrack, into frame: inout Frame, row: Int, names: Bool) {
    let theme = frame.theme
    let reached = track.column(shown)
    for phase in track.phases {
      for column in phase.columns {
        let isDone = column <= reached
        let isStart = column == phase.columns.lowerBound
        let glyph =
          isStart
          ? (isDone ? frame.glyphs.filled : frame.glyphs.hollow)
          : isDone ? frame.glyphs.heavy : frame.glyphs.horizontal
        frame.line(row, [Span(glyph, theme[isDone ? .accent : .frame])], from: column)
        frame.mark(.step(track.step(at: column)), row: row, from: column, width: 1)
      }
      if names {
        let isShown = phase.steps.contains(shown)
        let text = TextWidth.clipped(
          words(phase), to: phase.columns.count - 1, ellipsis: frame.glyphs.ellipsis)
        frame.line(row + 1, [Span(text, theme[isShown ? .tab : .dim])], from: phase.columns.lowerBound)
      }
    }
    frame.line(row, [Span(frame.glyphs.marker, theme[.cursor])], from: reached)
    frame.focus(row, from: reached)
  }

  private func words(_ phase: TimelineTrack.Phase) -> String {
    let result = scene.result
    switch phase.name {
    case "prefill": return "prefill \(grouped(scene.run.prompt.tokens.count))"
    case "lookahead": return "lookahead \(phase.steps.count)"
    case "evict":
      return result.map { "keep \(grouped($0.kept.positions.joined().reduce(0) { max($0, $1.count) }))" }
        ?? "evict"
    case "question": return "question \(phase.steps.count)"
    default: return "answer \(phase.steps.count)"
    }
  }

  // MARK: The cache's size

  private func drawSizes(_ track: TimelineTrack, into frame: inout Frame, area: Range<Int>) {
    guard area.count >= 2 else { return }
    let theme = frame.theme
    let sizes = CacheSizes(scene).sizes
    let largest = max(1, sizes.max() ?? 1)
    let size = sizes.indices.contains(shown) ? sizes[shown] : 0
    var heading = Line()
    heading.add(Span("cache, tokens per head: ", theme[.dim]), Span(grouped(Int(size)), theme[.accent]))
    heading.add(Span(" here, \(grouped(Int(largest))) at most", theme[.dim]))
    if case .lookahead = steps[shown] {
      heading.add(Span("; the whole prompt's is held beside it until the eviction", theme[.note]), rank: 1)
    }
    frame.line(area.lowerBound, heading.fitting(frame.width))
    let rows = area.lowerBound + 1..<area.upperBound
    let bars = frame.glyphs.bars
    for phase in track.phases {
      for column in phase.columns {
        let step = track.step(at: column)
        guard sizes.indices.contains(step) else { continue }
        let eighths = max(1, Int((sizes[step] / largest * Double(rows.count * 8)).rounded()))
        let isShown = step == shown
        let style = theme[isShown ? .accent : step < shown ? .text : .dim]
        for row in rows { frame.mark(.step(step), row: row, from: column, width: 1) }
        for (offset, row) in rows.reversed().enumerated() where eighths > offset * 8 {
          let level = min(8, eighths - offset * 8)
          frame.line(row, [Span(bars[level - 1], style)], from: column)
        }
      }
    }
  }

  private var notes: [String] {
    [
      "Everything shown is recorded: . and , step forward and back at once, > and < go by phases, Space plays.",
      "All of it is recorded: , . step, < > phases, Space plays.",
    ]
  }
}
