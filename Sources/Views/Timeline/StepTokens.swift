import Exploration
import Screen

/// The tokens of the full answer, of the lookahead and of the active policy's answer, one under the other,
/// the shown step marked.
struct StepTokens {
  let scene: Scene
  let glyphs: GlyphSet
  private var theme: Theme { scene.display.theme }

  /// The lines.
  /// - Parameter showsMarks: whether marks under the pseudo tokens say where they are the full cache's.
  func lines(showsMarks: Bool) -> [[Span]] {
    var lines: [[Span]] = []
    let reference = scene.run.full?.answer.tokens ?? []
    let (pseudo, asked, answer): (Int?, Int?, Int?) =
      switch scene.shownStep {
      case .prefill, .evict: (nil, nil, nil)
      case .lookahead(let index): (index, nil, nil)
      case .question(let index): (nil, index, nil)
      case .decode(let index): (nil, nil, index)
      }
    lines.append(row("full", reference, reference: nil, shown: answer ?? pseudo))
    if let lookahead = scene.result?.lookahead {
      lines.append(row("pseudo", lookahead.pseudo.tokens, reference: reference, shown: pseudo))
      if showsMarks { lines.append(marks(lookahead.pseudo.tokens, reference)) }
    }
    if let question = scene.run.prompt.laterQuestion {
      lines.append(row("question", question.tokens.map(\.id), reference: nil, shown: asked))
    }
    if let result = scene.result, scene.run.hasModel {
      lines.append(row("answer", result.answer.tokens, reference: reference, shown: answer))
    }
    return lines
  }

  private let gutter = 9

  private func row(_ name: String, _ tokens: [Int], reference: [Int]?, shown: Int?) -> [Span] {
    var spans = [Span(TextWidth.padded(name, to: gutter), theme[.dim])]
    for (index, token) in tokens.enumerated() {
      let isOther = reference.map { index >= $0.count || $0[index] != token } ?? false
      let style = index == shown ? theme[.cursor] : isOther ? theme[.error] : theme[.text]
      spans.append(Span(scene.run.vocabulary.written(token, glyphs), style))
    }
    if tokens.isEmpty { spans.append(Span(glyphs.ellipsis, theme[.dim])) }
    return spans
  }

  private func marks(_ tokens: [Int], _ reference: [Int]) -> [Span] {
    let spans = tokens.enumerated().map { index, token in
      let isSame = index < reference.count && reference[index] == token
      let mark = isSame ? glyphs.check : glyphs.crossMark
      let width = max(1, TextWidth.of(scene.run.vocabulary.written(token, glyphs)))
      // Under the token's last column: its first is mostly a space.
      return Span(TextWidth.padded(mark, to: width, right: true), theme[isSame ? .good : .error])
    }
    return [Span(String(repeating: " ", count: gutter))] + spans
  }
}
