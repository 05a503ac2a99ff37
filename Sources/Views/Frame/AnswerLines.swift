import Exploration
import Screen

/// The answer that each policy leads to, and where it first differs from the full cache's.
struct AnswerLines {
  /// A line, and the policy that it is about, an index into the settings' list.
  struct Line {
    let spans: [Span]
    let policy: Int?
  }

  private let scene: Scene
  private let glyphs: GlyphSet
  private var theme: Theme { scene.display.theme }

  /// The decode step that is shown, if one was chosen.
  private let shown: Int?

  init(_ scene: Scene, glyphs: GlyphSet) {
    self.scene = scene
    self.glyphs = glyphs
    shown = if case .decode(let index) = scene.shownStep, scene.cursor.step != nil { index } else { nil }
  }

  /// The full cache's answer and every policy's.
  func all(width: Int) -> [Line] {
    asked(width: width) + [line(scene.run.full, title: "full", index: nil, width: width)]
      + scene.setup.settings.policies.indices.map {
        line(scene.run.result($0), title: scene.setup.settings.policies[$0].title, index: $0, width: width)
      }
  }

  /// The full cache's, the active and the pinned policy's.
  func short(width: Int) -> [Line] {
    var lines = asked(width: width) + [line(scene.run.full, title: "full", index: nil, width: width)]
    for index in [scene.setup.policy, scene.setup.pinned].compactMap({ $0 })
    where scene.setup.settings.policies.indices.contains(index) {
      lines.append(
        line(
          scene.run.result(index), title: scene.setup.settings.policies[index].title, index: index,
          width: width)
      )
    }
    return lines
  }

  /// The active policy's.
  func active(width: Int) -> [Line] {
    guard scene.setup.active != nil else { return [] }
    return [line(scene.result, title: scene.setup.policyTitle, index: scene.setup.policy, width: width)]
  }

  /// The question that comes after the eviction; nothing without one.
  private func asked(width: Int) -> [Line] {
    guard let question = scene.run.prompt.laterQuestionText else { return [] }
    let columns = width < 70 ? 12 : 18
    let text = Sanitizer.visible(question, glyphs: glyphs, spaces: false)
    let place = StatusLines.questionPlace(scene.run.prompt)
    let room = max(1, width - columns - 2)
    let clipped = TextWidth.clipped("\(place): \(text)", to: room, ellipsis: glyphs.ellipsis)
    return [
      Line(
        spans: [
          Span("  " + TextWidth.padded("asked", to: columns), theme[.text]), Span(clipped, theme[.accent]),
        ], policy: nil)
    ]
  }

  private func line(_ result: PolicyResult?, title: String, index: Int?, width: Int) -> Line {
    Line(spans: spans(result, title: title, index: index, width: width), policy: index)
  }

  private func spans(_ result: PolicyResult?, title: String, index: Int?, width: Int) -> [Span] {
    let isActive = index == scene.setup.policy && index != nil
    let columns = width < 70 ? 12 : 18
    let marker = isActive ? glyphs.marker : index != nil && index == scene.setup.pinned ? "x" : " "
    let clipped = TextWidth.clipped(title, to: columns - 1, ellipsis: glyphs.ellipsis)
    let name = TextWidth.padded(clipped, to: columns)
    var spans = [
      Span("\(marker) ", theme[.accent]), Span(name, theme[isActive ? .accent : .text]),
    ]
    guard let result else {
      let reason = index.flatMap(scene.reason) ?? scene.earlierAnswer(index, glyphs)
      let room = max(1, width - spans.reduce(0) { $0 + $1.width })
      let words = TextWidth.clipped(reason ?? glyphs.ellipsis, to: room, ellipsis: glyphs.ellipsis)
      return spans + [Span(words, theme[.dim])]
    }
    let difference = scene.run.difference(of: result)
    // An answer that comes after the others grows beside finished ones.
    let isWhole =
      scene.run.waitingStage == nil || result.answer.isComplete(limit: scene.run.settings.answerLimit)
    let isComplete = (scene.run.stage == .done || scene.run.isRemembered) && isWhole
    if index == nil {
      let misses = scene.run.fullMissesExpected == true
      spans.append(scene.run.markOfFull(glyphs, theme))
      spans.append(misses ? Span("misses it  ", theme[.error]) : Span("           "))
    } else {
      // Before everything is there, and without an answer, it is not known whether it would be another.
      let mark = isComplete && result.hasAnswer ? scene.run.mark(of: result) : nil
      spans.append(mark?.span(glyphs, theme) ?? Span("  "))
      spans.append(Span(result.massRecall.map { "mass \(decimal($0, 2))  " } ?? "", theme[.dim]))
    }
    guard result.hasAnswer || scene.run.hasModel else {
      return spans + [Span(UnavailableWords.answer(result), theme[.dim])]
    }
    let room = width - spans.reduce(0) { $0 + $1.width }
    return spans + answer(result, difference: index == nil ? nil : difference, width: room)
  }

  /// The answer's text; the shown decode step and the first difference are marked.
  /// - Parameter width: where it is given, what has no room is left out at either side, with a mark, and the
  ///   difference stays in sight; without one, the shown step.
  func answer(_ result: PolicyResult, difference: Int?, width: Int? = nil) -> [Span] {
    let spans = tokens(result, difference: difference)
    guard let width else { return spans }
    var place = difference.map { min($0, spans.count - 1) }
    if place == nil, let shown, shown < spans.count { place = shown }
    return WrappedText.window(
      spans, around: place, width: width, ellipsis: Span(glyphs.ellipsis, theme[.dim]))
  }

  private func tokens(_ result: PolicyResult, difference: Int?) -> [Span] {
    var spans: [Span] = []
    let texts = scene.display.answers.texts(of: result.answer.tokens, in: scene.run, glyphs: glyphs)
    spans.reserveCapacity(texts.count + 1)
    for (index, text) in texts.enumerated() {
      var style = theme[.text]
      if let shown, index > shown { style = theme[.dim] }
      if index == shown { style = theme[.selected] }
      if index == difference { style = theme[.error].with(Style(reverse: true)) }
      spans.append(Span(text, style))
    }
    if result.answer.hasEnded, let difference, difference == result.answer.tokens.count {
      spans.append(Span(" \(glyphs.crossMark)ends here", theme[.error]))
    }
    return spans
  }
}
