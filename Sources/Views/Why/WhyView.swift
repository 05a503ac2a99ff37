import Exploration
import Screen

/// The overlay that says why an answer was lost: both answers, what was tried, and the evicted tokens that
/// the full cache's answer looked at.
struct WhyView {
  /// A line of the list.
  struct Row {
    let token: LostToken
    let isRestored: Bool
  }

  private let scene: Scene
  private let finding: WhyFinding
  /// The first row shown, where not all fit.
  private let top: Int

  init(_ scene: Scene, _ finding: WhyFinding, top: Int) {
    (self.scene, self.finding, self.top) = (scene, finding, top)
  }

  /// The restored tokens, then the others, each in the order of attention at the first difference.
  static func rows(of finding: WhyFinding) -> [Row] {
    let restored = Set(finding.restored.map(\.place))
    return finding.restored.map { Row(token: $0, isRestored: true) }
      + finding.lost.filter { !restored.contains($0.place) }.map { Row(token: $0, isRestored: false) }
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
    for line in answers(frame) + verdict(frame) {
      frame.line(row, line)
      row += 1
    }
    frame.rule(row)
    let showsNote = scene.display.showsNotes && content.count >= 15
    drawList(into: &frame, area: row + 1..<content.upperBound - (showsNote ? 1 : 0))
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

  /// What the search has come to, in two lines.
  private func verdict(_ frame: Frame) -> [[Span]] {
    let theme = frame.theme
    let count = finding.restored.count
    let tokens = count == 1 ? "1 evicted token" : "\(count) evicted tokens"
    let tried = Span("\(finding.tries) sets tried in \(seconds(finding.seconds))", theme[.dim])
    switch finding.stage {
    case .ranking:
      return [[Span("putting the evicted tokens in order", theme[.text])], []]
    case .restoring(let count, let step):
      return [
        [Span("\(count) restored: still lost at token \(step + 1); more are tried", theme[.text])],
        [Span("\(finding.tries) sets tried", theme[.dim])],
      ]
    case .shrinking(let count):
      return [
        [Span("\(count) restored: the answer is back", theme[.good]), Span("; are fewer enough?")],
        [Span("\(finding.tries) sets tried", theme[.dim])],
      ]
    case .found:
      let needed = count == 1 ? "" : finding.isSmallest ? "; each is needed" : "; fewer may do"
      return [
        [Span("\(tokens) \(count == 1 ? "brings" : "bring") the answer back", theme[.good]), Span(needed)],
        [tried],
      ]
    case .notFound:
      return [
        [Span("none found: nothing that was restored brings it back", theme[.warning])], [tried],
      ]
    case .cancelled:
      let known = count == 0 ? "" : ": \(tokens) \(count == 1 ? "brings" : "bring") it back, fewer may do"
      return [[Span("stopped\(known)", theme[.warning])], [tried]]
    case .failed(let reason):
      return [[Span(Sanitizer.visible(reason, glyphs: frame.glyphs, spaces: false), theme[.error])], []]
    }
  }

  private func drawList(into frame: inout Frame, area: Range<Int>) {
    guard area.count >= 2 else { return }
    let theme = frame.theme
    let rows = Self.rows(of: finding)
    let capacity = area.count - 1
    let top = max(0, min(self.top, rows.count - capacity))
    let isNarrow = frame.width < 70
    let widths =
      isNarrow
      ? (name: 14, place: 7, layer: 7, head: 6, share: 8) : (name: 22, place: 7, layer: 8, head: 7, share: 12)
    func columns(_ place: String, _ layer: String, _ head: String, _ share: String) -> String {
      TextWidth.padded(place, to: widths.place, right: true)
        + TextWidth.padded(layer, to: widths.layer, right: true)
        + TextWidth.padded(head, to: widths.head, right: true)
        + TextWidth.padded(share, to: widths.share, right: true)
    }
    let names = TextWidth.padded("  evicted", to: widths.name + 2)
    frame.line(
      area.lowerBound,
      [Span(names + columns("place", "layer", "head", isNarrow ? "share" : "attention"), theme[.dim])])
    if rows.count > capacity {
      let more = "\(top + 1)\(frame.glyphs.dash)\(top + capacity) of \(grouped(finding.lostCount))"
      frame.grid.put([Span(more, theme[.dim])], row: area.lowerBound, endingAt: frame.right)
    }
    let text = scene.display.texts.text(scene.run.prompt, glyphs: frame.glyphs, showsSpaces: !theme.hasColor)
    for (offset, row) in rows.dropFirst(top).prefix(capacity).enumerated() {
      let token = row.token
      let piece = text.pieces.indices.contains(token.position) ? text.pieces[token.position].text : ""
      let name = TextWidth.padded(
        TextWidth.clipped("\"\(piece)\"", to: widths.name - 1, ellipsis: frame.glyphs.ellipsis),
        to: widths.name)
      let share = Double(token.share)
      let bar = max(0, frame.width - 74)
      frame.line(
        area.lowerBound + 1 + offset,
        [
          Span(row.isRestored ? "\(frame.glyphs.check) " : "  ", theme[.good]),
          Span(name, theme[row.isRestored ? .accent : .text]),
          Span(
            columns("\(token.position)", "\(token.layer + 1)", "\(token.queryHead + 1)", decimal(share, 4))),
          Span(
            "  " + String(repeating: frame.glyphs.shades[3], count: Int(share * Double(bar))), theme[.dim]),
        ])
    }
  }
}
