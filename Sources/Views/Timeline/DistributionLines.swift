import Exploration
import Screen

/// What every cache says comes next at the shown step, a line each.
struct DistributionLines {
  let scene: Scene
  let glyphs: GlyphSet
  private var theme: Theme { scene.display.theme }

  /// A heading and the caches that have room, the full one first; nothing in fewer than two lines.
  func lines(width: Int, count: Int) -> [[Span]] {
    guard count >= 2 else { return [] }
    let rows = StepDistributions(scene).rows
    var heading = Line()
    heading.add(Span("next token at this step", theme[.dim]))
    let visible = rows.prefix(count - 1)
    let told = [
      "   * told the full answer, its own being another by now", "   * told the full answer", "  * told",
    ]
    let word = told.first { TextWidth.of($0) + 23 <= width } ?? ""
    if visible.contains(where: \.isTold) { heading.add(Span(word, theme[.dim])) }
    let reference = rows.first?.next?.choice
    return [heading.fitting(width)] + visible.map { line($0, reference, width: width) }
  }

  private func line(_ row: StepDistributions.Row, _ reference: Int?, width: Int) -> [Span] {
    let isActive = row.index != nil && row.index == scene.setup.policy
    let marker = isActive ? glyphs.marker : row.index != nil && row.index == scene.setup.pinned ? "x" : " "
    let name = width < 70 ? 13 : 20
    let title = TextWidth.padded(TextWidth.clipped(row.title, to: name, ellipsis: glyphs.ellipsis), to: name)
    var spans = [
      Span(marker + " ", theme[.accent]), Span(title, theme[isActive ? .accent : .text]),
      Span(row.isTold ? "*" : " ", theme[.warning]),
    ]
    guard let next = row.next else {
      let reason = row.index.flatMap(scene.reason)
      let words = TextWidth.clipped(
        reason ?? (scene.run.isFinished ? noValue : glyphs.ellipsis),
        to: max(1, width - spans.reduce(0) { $0 + $1.width }), ellipsis: glyphs.ellipsis)
      return spans + [Span(words, theme[.dim])]
    }
    let divergence = row.index == nil ? "" : next.divergence.map { "KL " + decimal(Double($0), 3) } ?? ""
    spans.append(Span(TextWidth.padded(divergence, to: 10), theme[.dim]))
    var used = spans.reduce(0) { $0 + $1.width }
    // What would be written as .00 is left out.
    for (place, candidate) in next.candidates.enumerated() where place == 0 || candidate.probability >= 0.005
    {
      let word = TextWidth.clipped(
        "\"\(scene.run.vocabulary.written(candidate.token, glyphs))\"", to: 16, ellipsis: glyphs.ellipsis)
      let share = decimal(Double(candidate.probability), 2)
      let part = "\(word) \(share.hasPrefix("0") ? String(share.dropFirst()) : share)  "
      used += TextWidth.of(part)
      // Candidates that are cut would be read as others.
      guard used <= width else { break }
      let isOther = place == 0 && reference != nil && candidate.token != reference
      spans.append(Span(part, theme[isOther ? .error : place == 0 ? .text : .dim]))
    }
    return spans
  }

  /// Why a cache says nothing at this step.
  private var noValue: String {
    switch scene.shownStep {
    case _ where !scene.run.hasModel: UnavailableWords.answer()
    case .lookahead: "decodes no pseudo token here"
    case .decode: "its answer has ended before"
    case .prefill, .evict, .question: "no answer was decoded"
    }
  }
}
