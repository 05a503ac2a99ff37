import Exploration
import Screen

/// The overlay in which answers are read whole: the active policy's, and the full cache's under it, wrapped
/// and scrolled.
struct AnswerView {
  private let scene: Scene
  /// The first line shown, where not all fit.
  private let top: Int

  init(_ scene: Scene, top: Int) { (self.scene, self.top) = (scene, top) }

  /// A first line after which the answers still fill a window's rows.
  func clamped(rows: Int, width: Int, glyphs: GlyphSet) -> Int {
    max(0, min(top, lines(width: width, glyphs: glyphs).count - max(1, rows)))
  }

  func draw(into frame: inout Frame) {
    let theme = frame.theme
    let content = frame.content
    frame.grid.fill(
      Rect(column: 1, row: content.lowerBound, width: frame.right, height: content.count), with: " ")
    frame.line(content.lowerBound, [Span("Whole answers", theme[.title])])
    let lines = lines(width: frame.width, glyphs: frame.glyphs)
    let room = max(1, content.count - 1)
    let top = max(0, min(top, lines.count - room))
    if lines.count > room {
      let more = "lines \(top + 1)\(frame.glyphs.dash)\(min(lines.count, top + room)) of \(lines.count)"
      frame.grid.put([Span(more, theme[.dim])], row: content.lowerBound, endingAt: frame.right)
    }
    for (offset, line) in lines.dropFirst(top).prefix(room).enumerated() {
      frame.line(content.lowerBound + 1 + offset, line)
    }
  }

  private func lines(width: Int, glyphs: GlyphSet) -> [[Span]] {
    let theme = scene.display.theme
    var lines: [[Span]] = []
    if !scene.run.answered.isEmpty, let question = scene.run.prompt.laterQuestionText {
      lines.append([
        Span("The question: \(Sanitizer.visible(question, glyphs: glyphs, spaces: false))", theme[.title])
      ])
    }
    func add(_ title: String, _ result: PolicyResult?, difference: Int?, isMeasure: Bool) {
      var heading = Line()
      heading.add(Span(title, theme[.accent]))
      guard let result, result.hasAnswer else {
        let reason = WrappedText.lines(noValue(result), width: width).map { [Span($0, theme[.dim])] }
        lines += [heading.fitting(width)] + reason + [[]]
        return
      }
      let count = result.answer.tokens.count
      let end = result.answer.hasEnded ? " and the end" : ", no end yet"
      heading.add(Span("  \(grouped(count)) tokens\(end)", theme[.dim]), rank: 1)
      if !isMeasure {
        let words =
          difference.map { "another than the full cache's from token \($0 + 1) on" } ?? "the full cache's"
        let mark = scene.run.mark(of: result)
        heading.add(Span("   " + words + (mark?.words ?? ""), theme[mark?.role ?? .text]))
      } else if scene.run.fullMissesExpected == true {
        heading.add(Span("   misses what is expected: no policy is to blame", theme[.error]))
      }
      lines.append(heading.fitting(width))
      let pieces = AnswerLines(scene, glyphs: glyphs).answer(result, difference: difference)
      let tokens = result.answer.tokens
      let ending = pieces.count > tokens.count ? pieces.last?.text : nil
      lines += scene.display.answers.lines(
        of: tokens, ending: ending, in: scene.run, width: width, glyphs: glyphs
      ).map { $0.map { Span($0.text, pieces[$0.token].style) } }
      lines.append([])
    }
    if scene.setup.active != nil {
      add(
        scene.setup.policyTitle, scene.result, difference: scene.run.difference(of: scene.result),
        isMeasure: false)
    }
    add("full", scene.run.full, difference: nil, isMeasure: true)
    for answered in scene.run.answered {
      lines.append([
        Span(
          "Another question, on the same caches: \(Sanitizer.visible(answered.question, glyphs: glyphs, spaces: false))",
          theme[.title])
      ])
      if let active = scene.setup.active, let result = answered.result(of: active) {
        add(
          scene.setup.policyTitle, result,
          difference: result.answer.firstDifference(from: answered.full.answer),
          isMeasure: false)
      }
      add("full", answered.full, difference: nil, isMeasure: true)
    }
    return lines
  }

  private func noValue(_ result: PolicyResult?) -> String {
    if let reason = scene.activeReason { return reason }
    if !scene.run.hasModel { return UnavailableWords.answer(result) }
    return scene.run.isFinished ? "no answer: stopped before" : "the answer comes"
  }
}
