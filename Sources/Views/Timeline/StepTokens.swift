import Exploration
import Screen

/// The tokens of the full answer, of the lookahead and of the active policy's answer, one under the other,
/// the shown step marked.
struct StepTokens {
  private let state: ViewState
  private let glyphs: GlyphSet
  private var theme: Theme { state.theme }

  init(_ state: ViewState, glyphs: GlyphSet) {
    self.state = state
    self.glyphs = glyphs
  }

  /// The lines.
  /// - Parameter showsMarks: whether marks under the pseudo tokens say where they are the full cache's.
  func lines(showsMarks: Bool) -> [[Span]] {
    var lines: [[Span]] = []
    let truth = state.story.full?.answer.tokens ?? []
    let (pseudo, answer): (Int?, Int?) =
      switch state.shownStep {
      case .prefill, .evict: (nil, nil)
      case .lookahead(let index): (index, nil)
      case .decode(let index): (nil, index)
      }
    lines.append(row("full", truth, truth: nil, shown: answer ?? pseudo))
    if let lookahead = state.lane?.lookahead {
      lines.append(row("pseudo", lookahead.pseudo.tokens, truth: truth, shown: pseudo))
      if showsMarks { lines.append(marks(lookahead.pseudo.tokens, truth)) }
    }
    if let lane = state.lane, state.story.hasModel {
      lines.append(row("answer", lane.answer.tokens, truth: truth, shown: answer))
    }
    return lines
  }

  private let gutter = 9

  private func row(_ name: String, _ tokens: [Int], truth: [Int]?, shown: Int?) -> [Span] {
    var spans = [Span(TextWidth.padded(name, to: gutter), theme[.dim])]
    for (index, token) in tokens.enumerated() {
      let isOther = truth.map { index >= $0.count || $0[index] != token } ?? false
      let style = index == shown ? theme[.cursor] : isOther ? theme[.error] : theme[.text]
      spans.append(Span(state.story.vocabulary.written(token, glyphs), style))
    }
    if tokens.isEmpty { spans.append(Span(glyphs.ellipsis, theme[.dim])) }
    return spans
  }

  private func marks(_ tokens: [Int], _ truth: [Int]) -> [Span] {
    let spans = tokens.enumerated().map { index, token in
      let isSame = index < truth.count && truth[index] == token
      let mark = isSame ? glyphs.check : glyphs.crossMark
      let width = max(1, TextWidth.of(state.story.vocabulary.written(token, glyphs)))
      // Under the token's last column: its first is mostly a space.
      return Span(TextWidth.padded(mark, to: width, right: true), theme[isSame ? .good : .error])
    }
    return [Span(String(repeating: " ", count: gutter))] + spans
  }
}
