import Exploration
import Screen

/// One figure of every step: a plot, or, of what is said alike, a row of marks for each policy.
struct CoursePanel {
  let scene: Scene
  let lines: [CourseLine]
  let layout: CourseLayout
  let figure: CourseFigure
  /// The shown step.
  let shown: Int?
  /// The columns before the steps.
  let gutter: Int
  /// The index of the answer's first step among all steps.
  let firstStep: Int?

  /// Rows that it needs at least, its heading among them.
  static func least(_ figure: CourseFigure, lines: Int) -> Int {
    figure == .topOne ? 1 + max(1, lines) : 5
  }

  func draw(into frame: inout Frame, area: Range<Int>) {
    let theme = frame.theme
    var heading = Line()
    heading.add(Span(figure.title, theme[.accent]))
    heading.add(Span("  " + figure.words, theme[.dim]), rank: 1)
    if figure == .divergence {
      heading.add(
        Span("; parted above \(decimal(AnswerCourse.partingDivergence, 1))", theme[.dim]), rank: 2)
    }
    frame.line(area.lowerBound, heading.fitting(frame.width))
    let rows = area.lowerBound + 1..<area.upperBound
    guard !rows.isEmpty else { return }
    let isKnown = lines.contains { line in
      line.course.steps.contains { figure == .topOne ? $0.agrees != nil : figure.value($0) != nil }
    }
    guard isKnown else {
      let words = TextWidth.clipped(
        figure.absence(scene), to: max(1, frame.width - gutter), ellipsis: frame.glyphs.ellipsis)
      frame.line(rows.lowerBound, [Span(words, theme[.note])], from: gutter)
      return
    }
    if figure == .topOne {
      drawMarks(into: &frame, rows: rows)
    } else {
      drawPlot(into: &frame, rows: rows)
    }
    guard let firstStep else { return }
    for row in rows {
      for step in layout.steps {
        let columns = layout.columns(step)
        frame.mark(
          .step(firstStep + step), row: row, from: gutter + columns.lowerBound, width: columns.count)
      }
    }
  }

  private func drawMarks(into frame: inout Frame, rows: Range<Int>) {
    let theme = frame.theme
    for (index, line) in lines.enumerated() where index < rows.count {
      let name = TextWidth.clipped(line.title, to: gutter - 3, ellipsis: frame.glyphs.ellipsis)
      frame.line(
        rows.lowerBound + index,
        [
          Span(PlotLetters.letter(index) + " ", PlotLetters.style(index, theme)), Span(name, theme[.dim]),
        ])
      for step in layout.steps {
        guard let agrees = line.course.steps[step].agrees else { continue }
        let style = theme[step == shown ? .cursor : agrees ? .good : .error]
        frame.line(
          rows.lowerBound + index,
          [Span(agrees ? frame.glyphs.check : frame.glyphs.crossMark, style)],
          from: gutter + layout.mark(step))
      }
    }
  }

  private func drawPlot(into frame: inout Frame, rows: Range<Int>) {
    let theme = frame.theme
    // The full cache's own entropy is what the others are held against.
    let full = figure == .entropy ? scene.run.full?.answer.steps.map { $0.entropy.map(Double.init) } : nil
    let values = lines.map { $0.course.steps.map(figure.value) } + (full.map { [$0] } ?? [])
    let scale = figure.scale(values.joined().compactMap(\.self))
    let labels = scale.labels(rows: rows.count)
    for (offset, row) in rows.enumerated() {
      let label = TextWidth.padded(labels[offset] ?? "", to: gutter - 2, right: true) + " "
      frame.line(row, [Span(label, theme[.dim]), Span(frame.glyphs.vertical, theme[.frame])])
    }
    if let shown, layout.steps.contains(shown) {
      for row in rows {
        frame.line(row, [Span(frame.glyphs.vertical, theme[.frame])], from: gutter + layout.mark(shown))
      }
    }
    let plot = CurvePlot(
      values.map { values in
        layout.steps.map { step in
          (
            column: layout.mark(step),
            share: scale.share(values.indices.contains(step) ? values[step] : nil)
          )
        }
      }, height: rows.count)
    for mark in plot.marks {
      let isFull = mark.line == lines.count
      let letter = isFull ? "F" : PlotLetters.letter(mark.line)
      frame.line(
        rows.lowerBound + mark.row,
        [
          Span(
            mark.isMeasured ? letter : frame.glyphs.dot,
            isFull ? theme[.dim] : PlotLetters.style(mark.line, theme))
        ], from: gutter + mark.column)
    }
  }
}

extension Scene {
  /// The index among the steps of a token of the answer; `nil` for one that has no step.
  func timelineIndex(ofDecode step: Int) -> Int? {
    let steps = timeline.steps
    guard let first = steps.firstIndex(of: .decode(0)), first + step < steps.count, step >= 0 else {
      return nil
    }
    return first + step
  }
}
