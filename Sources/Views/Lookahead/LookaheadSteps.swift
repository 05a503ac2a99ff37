import Eviction
import Exploration
import Screen

/// How much of each answer token's attention is kept, token by token: how long a lookahead stays useful.
struct LookaheadSteps {
  let scene: Scene
  private static let gutter = 18

  /// The rows that are compared: the chosen one, then those that it is held against.
  private var rows: [LookaheadStudy.Row] {
    let all = scene.studyRequest?.rows ?? []
    guard all.indices.contains(scene.studyRow) else { return [] }
    let chosen = all[scene.studyRow]
    func first(_ place: LookaheadStudy.Row.Place) -> LookaheadStudy.Row? { all.first { $0.place == place } }
    return [chosen]
      + [first(.source(.truth, nil)), first(.source(.greedy, nil)), first(.none)].compactMap(\.self).filter {
        $0.policy != chosen.policy
      }
  }

  func draw(into frame: inout Frame, area: Range<Int>) {
    guard area.count >= 2 else { return }
    let theme = frame.theme
    let known = rows.filter { scene.study?.steps[$0.policy] != nil }
    let count = known.first.flatMap { scene.study?.steps[$0.policy]?.count } ?? 0
    let room = frame.width - Self.gutter
    let shown = min(count, room)
    var heading = Line()
    let figure = scene.display.lookahead.showsRecall ? "recall" : "mass"
    heading.add(
      Span("\(figure) of each answer token", theme[.accent]),
      Span(" (\(scene.display.keys.shown(.figureNext)))", theme[.dim]))
    if count > 0 {
      heading.add(
        Span("   tokens 1\(frame.glyphs.dash)\(shown) of \(count), bars to 1", theme[.dim]), rank: 1)
    }
    frame.line(area.lowerBound, heading.fitting(frame.width))
    guard count > 0 else {
      frame.line(area.lowerBound + 1, [Span(waiting, theme[.note])])
      return
    }
    let isMarked = area.count > 2
    let lines = area.count - (isMarked ? 2 : 1)
    for (offset, row) in known.prefix(lines).enumerated() {
      let isChosen = row.policy == known[0].policy
      let title = TextWidth.clipped(row.title, to: Self.gutter - 2, ellipsis: frame.glyphs.ellipsis)
      let spans = [Span(TextWidth.padded(title, to: Self.gutter), theme[isChosen ? .accent : .dim])]
      let bars = shares(row).prefix(shown).map { step in
        let eighth = min(7, max(0, Int(step * 8)))
        return Span(frame.glyphs.bars[eighth], theme[isChosen ? .accent : .text])
      }
      frame.line(area.lowerBound + 1 + offset, spans + bars)
    }
    guard isMarked else { return }
    let line = area.lowerBound + 1 + min(lines, known.count)
    frame.line(line, marks(known[0], shown, frame))
  }

  /// What is kept of each token's attention.
  private func shares(_ row: LookaheadStudy.Row) -> [Double] {
    let steps = scene.study?.steps[row.policy] ?? []
    return steps.map(scene.display.lookahead.showsRecall ? \.recall : \.massRecall)
  }

  /// Where the chosen row's lookahead ends, and the means on both sides.
  private func marks(_ row: LookaheadStudy.Row, _ shown: Int, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    let steps = shares(row)
    let pseudo: Int
    switch scene.study?.result(of: row) {
    case .success(let result)?: pseudo = result.lookahead?.pseudo.tokens.count ?? 0
    default: return []
    }
    let seen = min(pseudo, steps.count)
    func mean(_ part: ArraySlice<Double>) -> String {
      decimal(part.reduce(0, +) / Double(max(1, part.count)), 2)
    }
    let words =
      seen == 0
      ? "mean \(mean(steps[...]))"
      : seen < steps.count
        ? "mean \(mean(steps[..<seen])) as far as the lookahead, \(mean(steps[seen...])) behind it"
        : "mean \(mean(steps[...])), the lookahead reaches to the end"
    let column = Self.gutter + max(0, seen - 1)
    let arrow = seen > 0 && seen <= shown ? frame.glyphs.up : ""
    // The words stand where they leave the arrow in sight.
    guard !arrow.isEmpty else {
      return [Span(String(repeating: " ", count: Self.gutter) + words, theme[.note])]
    }
    if column + 2 + TextWidth.of(words) <= frame.width {
      return [
        Span(String(repeating: " ", count: column)), Span(arrow, theme[.accent]),
        Span(" " + words, theme[.note]),
      ]
    }
    let clipped = TextWidth.clipped(words, to: max(1, column - 1), ellipsis: frame.glyphs.ellipsis)
    return [
      Span(TextWidth.padded(clipped + " ", to: column, right: true), theme[.note]),
      Span(arrow, theme[.accent]),
    ]
  }

  private var waiting: String {
    switch scene.study?.stage {
    case .done?: "the answer ended at once, or its queries were not recorded"
    case .cancelled?: "stopped before"
    case .failed(let reason)?: reason
    default: "comes last"
    }
  }
}
