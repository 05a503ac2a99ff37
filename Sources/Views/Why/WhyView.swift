import Exploration
import Screen

/// The overlay that says why an answer was lost: both answers, what was found, and the list of what was tried
/// (`WhyList`).
struct WhyView {
  private let scene: Scene
  private let finding: WhyFinding
  /// The first row shown, where not all fit.
  private let top: Int

  init(_ scene: Scene, _ finding: WhyFinding, top: Int) {
    (self.scene, self.finding, self.top) = (scene, finding, top)
  }

  func draw(into frame: inout Frame) {
    let theme = frame.theme
    let content = frame.content
    frame.grid.fill(
      Rect(column: 1, row: content.lowerBound, width: frame.right, height: content.count), with: " ")
    frame.line(
      content.lowerBound,
      [
        Span("Why did ", theme[.title]), Span(finding.policy.title, theme[.accent]),
        Span(" lose the answer?", theme[.title]),
      ])
    var row = content.lowerBound + 1
    for line in answers(frame) + found(frame, limit: max(2, content.count / 2 - 2)) {
      frame.line(row, line)
      row += 1
    }
    frame.rule(row)
    let showsNote = scene.display.showsNotes && content.count >= 15
    let list = WhyList(scene, finding, top: top)
    list.draw(into: &frame, area: row + 1..<max(row + 1, content.upperBound - (showsNote ? 1 : 0)))
    guard showsNote else { return }
    frame.line(
      content.upperBound - 1,
      Line.note(
        [
          "Attention says what the truth looked at; only keeping a token and decoding again shows that its loss was the cause.",
          "Attention is a hint; keeping a token and decoding again is the test.",
          "Keeping a token and decoding again is the test.",
        ], style: theme[.note], width: frame.width))
  }

  /// Both answers, and where they part.
  private func answers(_ frame: Frame) -> [[Span]] {
    let theme = frame.theme
    let lines = AnswerLines(scene, glyphs: frame.glyphs)
    let result = scene.run.results.first { $0.policy == finding.policy }
    func line(_ title: String, _ result: PolicyResult?, difference: Int?) -> [Span] {
      let name = TextWidth.padded(TextWidth.clipped(title, to: 12, ellipsis: frame.glyphs.ellipsis), to: 14)
      return [Span(name, theme[.dim])]
        + (result.map { lines.answer($0, difference: difference, width: frame.width - 14) } ?? [])
    }
    let place = "token \(finding.step + 1): "
    return [
      line("full", scene.run.full, difference: nil),
      line(finding.policy.title, result, difference: finding.step),
      [
        Span(TextWidth.padded("they part", to: 14), theme[.dim]), Span(place),
        Span("expected ", theme[.dim]), Span(quoted(finding.expected, frame), theme[.good]),
        Span(", said ", theme[.dim]),
        Span(quoted(finding.said, frame), theme[.error]),
      ],
    ]
  }

  private func quoted(_ token: Int?, _ frame: Frame) -> String {
    guard let token else { return "the end" }
    let bytes = scene.run.vocabulary.bytes(of: token)
    return "\"\(Sanitizer.visible(bytes: bytes, glyphs: frame.glyphs, spaces: false))\""
  }

  /// What the search has come to, in some lines at most; the rest is in the export.
  private func found(_ frame: Frame, limit: Int) -> [[Span]] {
    let theme = frame.theme
    let sentences = WhySentences(finding, of: scene.run) {
      "\"\(Sanitizer.visible(bytes: $0, glyphs: frame.glyphs, spaces: false))\""
    }
    var lines: [[Span]] = []
    for sentence in sentences.all {
      let style =
        switch sentence.tone {
        case .good: theme[.good]
        case .plain: theme[.text]
        case .warning: theme[.warning]
        case .detail: theme[.dim]
        }
      // A reason may come from anywhere.
      let text = Sanitizer.visible(sentence.text, glyphs: frame.glyphs, spaces: false)
      lines += WrappedText.lines(text, width: frame.width).map { [Span($0, style)] }
    }
    let keys = scene.display.keys
    var effort = [Span(sentences.effort, theme[.dim])]
    if finding.canGoOn {
      effort.append(Span("; \(keys.shown(.run)) goes on", theme[.note]))
    }
    guard lines.count >= limit else { return lines + [effort] }
    let more = [Span("; \(keys.shown(.export)) writes all", theme[.dim])]
    return lines.prefix(limit - 1) + [effort + (lines.count > limit - 1 ? more : [])]
  }
}
