import Eviction
import Exploration
import Screen

/// The rows of the lookahead view: one policy with other numbers of pseudo tokens, then with pseudo tokens from
/// elsewhere, and what each comes to.
struct LookaheadTable {
  /// The columns behind the name.
  enum Column: CaseIterable {
    case recall, massRecall, divergence, topOne, time, same, answer

    var title: String {
      switch self {
      case .recall: "recall"
      case .massRecall: "mass"
      case .divergence: "KL"
      case .topOne: "top-1"
      case .time: "time"
      case .same: "same"
      case .answer: "answer"
      }
    }

    /// Columns that it takes, and how early it goes where room is short; those of 0 stay.
    var layout: (width: Int, rank: Int) {
      switch self {
      case .recall: (8, 2)
      case .massRecall: (7, 0)
      case .divergence: (8, 0)
      case .topOne: (8, 3)
      case .time: (9, 1)
      case .same: (7, 0)
      case .answer: (0, 0)
      }
    }
  }

  /// A line of the table.
  enum Line {
    case heading(String)
    /// An index into the study's rows.
    case row(Int)
  }

  let scene: Scene
  let rows: [LookaheadStudy.Row]
  let lines: [Line]

  init(_ scene: Scene) {
    self.scene = scene
    let request = scene.studyRequest
    rows = request?.rows ?? []
    var lines: [Line] = []
    var wasSource = false
    for (index, row) in rows.enumerated() {
      let isSource =
        switch row.place {
        case .source, .draft: true
        case .none, .length: false
        }
      if isSource, !wasSource {
        let count = request?.policy.lookahead?.tokenCount ?? 0
        lines.append(.heading("pseudo tokens from elsewhere, m=\(count)"))
      }
      wasSource = isSource
      lines.append(.row(index))
    }
    self.lines = lines
  }

  /// Columns of the marker and the name.
  private static let nameWidth = 18

  func draw(into frame: inout Frame, area: Range<Int>) {
    guard area.count >= 2 else { return }
    let theme = frame.theme
    let columns = layout(frame.width)
    frame.line(area.lowerBound, [Span("lookahead", theme[.dim])], from: 2)
    let capacity = area.count - 1
    let isCut = lines.count > capacity
    for (column, start, width) in columns {
      // How many rows there are stands at the end of the same line.
      guard column != .answer || !isCut || width >= 22 else { continue }
      let title =
        column == .answer ? "  " + column.title : TextWidth.padded(column.title, to: width, right: true)
      frame.line(area.lowerBound, [Span(title, theme[.dim])], from: start)
    }
    let chosen = scene.studyRow
    let place =
      lines.firstIndex { if case .row(let index) = $0 { index == chosen } else { false } } ?? 0
    let top = max(0, min(place - capacity / 2, lines.count - capacity))
    for (offset, line) in lines.dropFirst(top).prefix(capacity).enumerated() {
      let row = area.lowerBound + 1 + offset
      switch line {
      case .heading(let words): frame.line(row, [Span(words, theme[.note])], from: 2)
      case .row(let index): draw(index, columns, into: &frame, at: row)
      }
    }
    guard isCut else { return }
    let more = "\(top + 1)\(frame.glyphs.dash)\(min(lines.count, top + capacity)) of \(lines.count)"
    frame.grid.put([Span(more, theme[.dim])], row: area.lowerBound, endingAt: frame.right)
  }

  private func layout(_ width: Int) -> [(column: Column, start: Int, width: Int)] {
    let least = width < 70 ? 12 : 20
    var shown = Column.allCases
    func used() -> Int { Self.nameWidth + shown.reduce(0) { $0 + $1.layout.width } }
    while used() + least > width, let rank = shown.map(\.layout.rank).max(), rank > 0 {
      shown.removeAll { $0.layout.rank == rank }
    }
    var start = Self.nameWidth
    return shown.map { column in
      let own = column == .answer ? max(0, width - start) : column.layout.width
      defer { start += own }
      return (column, start, own)
    }
  }

  private func draw(
    _ index: Int, _ columns: [(column: Column, start: Int, width: Int)], into frame: inout Frame, at line: Int
  ) {
    let theme = frame.theme
    let row = rows[index]
    let isChosen = index == scene.studyRow
    let isOwn = row.policy == scene.studyRequest?.policy
    frame.line(line, [Span(isChosen ? frame.glyphs.marker : isOwn ? "*" : " ", theme[.accent])])
    if isChosen { frame.focus(line, from: 0) }
    frame.mark(.studyRow(index), row: line, from: 0, width: frame.width)
    let title = TextWidth.clipped(row.title, to: Self.nameWidth - 3, ellipsis: frame.glyphs.ellipsis)
    frame.line(line, [Span(title, theme[isChosen ? .accent : .text])], from: 2)
    switch scene.study?.result(of: row) {
    case .success(let result)?:
      let figures = ResultFigures(result, of: scene.study?.run ?? scene.run)
      for (column, start, width) in columns {
        guard column == .answer else {
          let text = TextWidth.padded(text(column, row, result, figures), to: width, right: true)
          frame.line(line, [Span(text, theme[.text])], from: start)
          continue
        }
        frame.grid.put(
          [Span("  ")] + answer(result, figures, width: width - 2, frame), row: line,
          column: frame.left + start, limit: min(frame.right, frame.left + start + width))
      }
    case .failure(let reason)?:
      let room = frame.width - Self.nameWidth - 1
      let words = TextWidth.clipped(reason.description, to: room, ellipsis: frame.glyphs.ellipsis)
      frame.line(line, [Span(words, theme[.dim])], from: Self.nameWidth + 1)
    case nil: frame.line(line, [Span(frame.glyphs.ellipsis, theme[.dim])], from: Self.nameWidth + 1)
    }
  }

  /// A figure as it is written.
  func text(
    _ column: Column, _ row: LookaheadStudy.Row, _ result: PolicyResult, _ figures: ResultFigures
  ) -> String {
    switch column {
    case .recall: CompareColumn.recall.text(figures)
    case .massRecall: CompareColumn.massRecall.text(figures)
    case .divergence: CompareColumn.divergence.text(figures)
    case .topOne: CompareColumn.topOne.text(figures)
    case .time: scene.study?.seconds[row.policy].map(milliseconds) ?? "-"
    case .same: scene.study?.agreeing(result).map { "\($0.same)/\($0.count)" } ?? "-"
    case .answer: ""
    }
  }

  private func answer(_ result: PolicyResult, _ figures: ResultFigures, width: Int, _ frame: Frame) -> [Span]
  {
    let theme = frame.theme
    guard result.hasAnswer else {
      let words = scene.run.hasModel ? frame.glyphs.ellipsis : UnavailableWords.answer(result)
      return [Span(words, theme[.dim])]
    }
    // What does nothing here is told behind the answer, and marked where that has no room.
    let notes = result.notes
    let mark = [
      figures.mark?.span(frame.glyphs, theme) ?? Span("  "),
      Span(notes.isEmpty ? "" : "! ", theme[.warning]),
    ]
    return mark
      + AnswerLines(scene, glyphs: frame.glyphs).answer(
        result, difference: figures.firstDifference,
        width: max(0, width - mark.reduce(0) { $0 + $1.width }))
      + [Span(notes.map { "   ! \($0)" }.joined(), theme[.warning])]
  }
}
