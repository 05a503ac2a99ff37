import Exploration
import Screen

/// View 5 once more: the course of an answer, step by step, under the active, the pinned and the chosen
/// policies: how far each cache is from the full one, how undecided, and how much of what it needs it keeps.
struct CourseView {
  private let scene: Scene
  private let lines: [CourseLine]
  /// The shown step of the answer.
  private let shown: Int?

  init(_ scene: Scene) {
    self.scene = scene
    lines = CourseLine.all(of: scene)
    shown = if case .decode(let index) = scene.shownStep { index } else { nil }
  }

  func draw(into frame: inout Frame) {
    let content = frame.content
    let theme = frame.theme
    let count = scene.run.full?.answer.steps.count ?? 0
    let gutter = frame.width < 70 ? 7 : 9
    let words = CourseWords(scene: scene, lines: lines, glyphs: frame.glyphs)
    let layout = CourseLayout(
      widths: words.widths, shown: shown ?? 0, width: frame.width - gutter,
      showsAll: scene.display.course.showsAll)
    frame.line(content.lowerBound, title(layout, frame))
    guard count > 0 else {
      let reason = scene.run.isFinished ? "there is no answer to follow" : "the answer comes"
      frame.line(content.lowerBound + 1, [Span(reason, theme[.note])])
      return
    }
    var end = content.upperBound
    if scene.display.showsNotes, content.count >= 18 {
      end -= 1
      frame.line(end, Line.note(notes, style: theme[.note], width: frame.width))
    }
    // From below: what each policy is at this step, the words, the places where they part.
    let room = end - content.lowerBound - 1
    let legend = min(lines.count, room >= 24 ? 8 : room >= 14 ? 3 : 2)
    for index in 0..<legend {
      let row = end - legend + index
      frame.line(row, entry(index, frame))
      frame.mark(.policy(lines[index].policy), row: row, from: 0, width: frame.width)
    }
    end -= legend
    let spans = words.words(layout, shown: shown, gutter: gutter)
    for (offset, line) in spans.enumerated() {
      frame.line(end - spans.count + offset, line)
      if offset == 0, let shown, layout.steps.contains(shown) {
        frame.focus(end - spans.count, from: gutter + layout.columns(shown).lowerBound)
      }
    }
    end -= spans.count
    if room >= 14 {
      end -= 1
      let threshold = ">" + decimal(AnswerCourse.partingDivergence, 1)
      frame.line(end, words.parting("KL" + threshold, \.firstDivergence, layout, gutter: gutter))
    }
    end -= 1
    frame.line(end, words.parting("parts", \.firstDifference, layout, gutter: gutter))
    drawPanels(layout, gutter, into: &frame, area: content.lowerBound + 1..<end)
  }

  /// The chosen figure, and as many others under it as have room; plots share what is left over.
  private func drawPanels(_ layout: CourseLayout, _ gutter: Int, into frame: inout Frame, area: Range<Int>) {
    let all = CourseFigure.allCases
    let chosen = all.firstIndex(of: scene.display.course.figure) ?? 0
    var figures: [(figure: CourseFigure, rows: Int)] = []
    var used = 0
    for figure in all[chosen...] + all[..<chosen] {
      let rows = CoursePanel.least(figure, lines: lines.count)
      // The chosen one takes what there is.
      guard figures.isEmpty || used + rows <= area.count else { continue }
      figures.append((figure, min(rows, area.count)))
      used += rows
    }
    let spare = max(0, area.count - used)
    let plots = figures.count { $0.figure != .topOne }
    let firstStep = scene.timelineIndex(ofDecode: 0)
    var place = 0
    var row = area.lowerBound
    for (figure, rows) in figures {
      var rows = rows
      if figure != .topOne, plots > 0 {
        rows += spare * (place + 1) / plots - spare * place / plots
        place += 1
      }
      CoursePanel(
        scene: scene, lines: lines, layout: layout, figure: figure, shown: shown, gutter: gutter,
        firstStep: firstStep
      ).draw(into: &frame, area: row..<min(area.upperBound, row + rows))
      row += rows
    }
  }

  private func title(_ layout: CourseLayout, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    let keys = scene.display.keys
    var line = Line()
    line.add(Span("the course of the answer", theme[.title]))
    if let shown, layout.count > 0 {
      line.add(Span("   token \(shown + 1) of \(layout.count)", theme[.accent]))
    }
    if layout.steps.count < layout.count {
      let last = layout.steps.upperBound
      line.add(
        Span("   \(layout.steps.lowerBound + 1)\(frame.glyphs.dash)\(last) in sight", theme[.warning]),
        Span(", all: \(keys.shown(.zoomOut))", theme[.dim]), rank: 2)
    }
    line.add(Span("   \(keys.shown(.figureNext)) figure", theme[.dim]), rank: 1)
    line.add(
      Span("   \(keys.shown(.plot)) in \(keys.shown(.compareView)) adds a policy", theme[.dim]), rank: 3)
    return line.fitting(frame.width)
  }

  /// What a policy is at the shown step, and where its answer parts.
  private func entry(_ index: Int, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    let line = lines[index]
    let isActive = line.policy == scene.setup.policy
    let size = frame.width < 70 ? 11 : frame.width < 100 ? 14 : 20
    let title = TextWidth.clipped(line.title, to: size - 1, ellipsis: frame.glyphs.ellipsis)
    var spans = Line()
    spans.add(
      Span(PlotLetters.letter(index) + " ", PlotLetters.style(index, theme)),
      Span(TextWidth.padded(title, to: size), theme[isActive ? .accent : .text]))
    let step = shown.flatMap { line.course.steps.indices.contains($0) ? line.course.steps[$0] : nil }
    func add(_ figure: CourseFigure, _ places: Int, rank: Int) {
      let value = step.flatMap(figure.value).map { decimal($0, places) } ?? "-"
      spans.add(
        Span("\(figure.title) ", theme[.dim]),
        Span(TextWidth.padded(value, to: places + 4), theme[.text]), rank: rank)
    }
    add(.divergence, 3, rank: 0)
    add(.entropy, 2, rank: 4)
    if let step, let agrees = step.agrees, let choice = step.choice {
      let word = TextWidth.clipped(
        "\"\(scene.run.vocabulary.written(choice, frame.glyphs))\"", to: 12, ellipsis: frame.glyphs.ellipsis)
      spans.add(
        Span((agrees ? frame.glyphs.check : frame.glyphs.crossMark) + " ", theme[agrees ? .good : .error]),
        Span(TextWidth.padded(word, to: 13), theme[agrees ? .text : .error]), rank: 3)
    }
    add(.massRecall, 2, rank: 2)
    add(.recall, 2, rank: 5)
    let parted = [
      line.course.firstDifference.map { "parts at \($0 + 1)" },
      line.course.firstDivergence.map { "KL>\(decimal(AnswerCourse.partingDivergence, 1)) at \($0 + 1)" },
    ].compactMap(\.self)
    spans.add(
      Span(
        parted.isEmpty ? (scene.run.hasModel ? "never parts" : "") : parted.joined(separator: ", "),
        theme[parted.isEmpty ? .good : .warning]), rank: 1)
    return spans.fitting(frame.width)
  }

  private var notes: [String] {
    let keys = scene.display.keys
    let back = "\(keys.shown(.course)) goes back to the timeline"
    return [
      "Each cache is fed the full cache's answer and compared token by token; , and . step, \(keys.shown(.play)) plays, \(back).",
      "Each cache is fed the full answer; , . step, \(keys.shown(.play)) plays, \(back).",
      "\(keys.shown(.play)) plays; \(back).",
    ]
  }
}
