import Exploration
import Screen

/// The overlay that lists where a policy loses the true attention, over all heads and steps.
struct LossView {
  private let scene: Scene
  private var losses: LossDisplay { scene.display.losses }

  init(_ scene: Scene) { self.scene = scene }

  func draw(into frame: inout Frame) {
    let theme = frame.theme
    let content = frame.content
    frame.grid.fill(
      Rect(column: 1, row: content.lowerBound, width: frame.right, height: content.count), with: " ")
    let title = scene.losing?.policy.title ?? ""
    var heading = Line()
    heading.add(
      Span("Where does ", theme[.title]), Span(title, theme[.accent]),
      Span(" lose true attention?", theme[.title]))
    if let other = scene.keeping {
      heading.add(Span("   \(key(.policyNext)) \(other.policy.title)'s losses", theme[.dim]), rank: 1)
    }
    frame.line(content.lowerBound, heading.fitting(frame.width))
    frame.line(content.lowerBound + 1, filters(frame))
    frame.rule(content.lowerBound + 2)
    let showsNote = scene.display.showsNotes && content.count >= 15
    drawList(into: &frame, area: content.lowerBound + 3..<content.upperBound - (showsNote ? 1 : 0))
    guard showsNote else { return }
    frame.line(
      content.upperBound - 1,
      Line.note(
        [
          "Share: of the head's attention when the full cache chose that token of its answer. Enter goes there; only decoding shows a cause (Y).",
          "Share of the head's attention when the full cache chose its answer's token. Enter goes there.",
          "Share of the head's attention at that step.",
        ], style: theme[.note], width: frame.width))
  }

  private func key(_ action: KeyTable.Action) -> String { scene.display.keys.shown(action) }

  /// What is listed, and how many there are.
  private func filters(_ frame: Frame) -> [Span] {
    let theme = frame.theme
    let filter = losses.filter
    var line = Line()
    func add(_ name: String, _ value: String?, _ action: KeyTable.Action, rank: Int) {
      line.add(
        Span("\(name): ", theme[.dim]), Span(value ?? "all", theme[value == nil ? .text : .warning]),
        Span(" (\(key(action)))   ", theme[.dim]), rank: value == nil ? rank : 0)
    }
    add("step", filter.step.map { "\($0 + 1)" }, .sort, rank: 1)
    add("head", filter.head.map { "\($0.layer + 1).\($0.queryHead + 1)" }, .figureNext, rank: 1)
    add(
      "tokens",
      filter.span.map {
        $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)\(frame.glyphs.dash)\($0.upperBound)"
      },
      .select, rank: 1)
    if let list = scene.losses, !list.entries.isEmpty {
      let row = min(losses.row, list.entries.count - 1) + 1
      line.add(Span("loss \(row) of \(grouped(list.count))", theme[.text]), rank: 2)
    }
    return line.fitting(frame.width)
  }

  /// The columns' widths for a window.
  private struct Widths {
    let word: Int, said: Int, number: Int, keeper: Int, bar: Int

    init(_ width: Int) {
      let isNarrow = width < 70
      (word, said, number, keeper) =
        isNarrow ? (13, 10, 6, 0) : width < 100 ? (18, 12, 7, 16) : (20, 16, 7, 22)
      bar = max(0, min(30, width - word - said - 4 * number - keeper - 6))
    }
  }

  private func drawList(into frame: inout Frame, area: Range<Int>) {
    let theme = frame.theme
    guard area.count >= 2 else { return }
    guard let list = scene.losses else {
      frame.line(area.lowerBound, [Span("the losses of all heads are being put in order", theme[.note])])
      return
    }
    guard !list.entries.isEmpty else {
      frame.line(
        area.lowerBound,
        [Span("no evicted token gets more attention here than an even share of it", theme[.note])])
      return
    }
    let widths = Widths(frame.width)
    let capacity = area.count - 1
    let chosen = min(losses.row, list.entries.count - 1)
    let top = max(0, min(chosen - capacity / 2, list.entries.count - capacity))
    func numbers(_ share: String, _ place: String, _ head: String, _ step: String) -> String {
      [share, place, head, step].map { TextWidth.padded($0, to: widths.number, right: true) }.joined()
    }
    var header = "  " + TextWidth.padded("evicted", to: widths.word)
    header += numbers("share", "place", "head", "step") + "  " + TextWidth.padded("for", to: widths.said)
    if widths.keeper > 0, let other = scene.keeping {
      header += TextWidth.clipped(
        "\(other.policy.title) keeps", to: widths.keeper, ellipsis: frame.glyphs.ellipsis)
    }
    frame.line(area.lowerBound, [Span(header, theme[.dim])])
    for (offset, entry) in list.entries.dropFirst(top).prefix(capacity).enumerated() {
      let row = area.lowerBound + 1 + offset
      draw(entry, isChosen: top + offset == chosen, widths, numbers, into: &frame, row: row)
      frame.mark(.loss(top + offset), row: row, from: 0, width: frame.width)
    }
  }

  private func draw(
    _ entry: LossList.Entry, isChosen: Bool, _ widths: Widths,
    _ numbers: (String, String, String, String) -> String, into frame: inout Frame, row: Int
  ) {
    let theme = frame.theme
    let token = entry.token
    let pieces = scene.display.texts.text(
      scene.run.prompt, glyphs: frame.glyphs, showsSpaces: !theme.hasColor
    ).pieces
    let piece = pieces.indices.contains(token.position) ? pieces[token.position].text : ""
    func quoted(_ text: String, _ width: Int) -> String {
      TextWidth.padded(
        TextWidth.clipped("\"\(text)\"", to: width - 1, ellipsis: frame.glyphs.ellipsis), to: width)
    }
    let answer = scene.run.full?.answer.tokens ?? []
    let said = answer.indices.contains(entry.step) ? answer[entry.step] : nil
    // A head that looks at the very token which is said next copies it.
    let isCopied = said == scene.run.prompt.tokens[token.position].id
    let share = Double(token.share)
    if isChosen { frame.focus(row, from: 0) }
    frame.line(
      row,
      [
        Span(isChosen ? frame.glyphs.marker + " " : "  ", theme[.accent]),
        Span(quoted(piece, widths.word), theme[isChosen ? .selected : .text]),
        Span(
          numbers(
            decimal(share, 3), "\(token.position)", "\(token.layer + 1).\(token.queryHead + 1)",
            "\(entry.step + 1)"), theme[.text]),
        Span("  "),
        Span(
          quoted(said.map { scene.run.vocabulary.written($0, frame.glyphs) } ?? "", widths.said),
          theme[isCopied ? .good : .dim]),
        Span(
          TextWidth.padded(keeps(entry) ? frame.glyphs.check : "", to: widths.keeper), theme[.good]),
        Span(
          String(repeating: frame.glyphs.shades[3], count: Int(share * Double(widths.bar))), theme[.dim]),
      ])
  }

  /// Whether the other policy keeps it.
  private func keeps(_ entry: LossList.Entry) -> Bool {
    scene.keeping?.kept.positions(layer: entry.token.layer, queryHead: entry.token.queryHead)
      .containsSorted(entry.token.position) ?? false
  }
}
