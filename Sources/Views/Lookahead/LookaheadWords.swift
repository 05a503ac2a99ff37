import Exploration
import Screen

/// The chosen row's pseudo tokens under the full cache's answer, word under word, with the place where they
/// part.
struct LookaheadWords {
  let scene: Scene
  let glyphs: GlyphSet
  private var theme: Theme { scene.display.theme }
  private static let gutter = 9

  /// Three lines: the answer, the pseudo tokens, and marks.
  func lines(_ result: PolicyResult?, width: Int) -> [[Span]] {
    let answer = scene.run.full?.answer.tokens ?? []
    let pseudo = result?.lookahead?.pseudo.tokens ?? []
    let words = (written(answer), written(pseudo))
    let same = zip(answer, pseudo).prefix { $0 == $1 }.count
    let room = max(1, width - Self.gutter)
    let count = max(answer.count, pseudo.count)
    let cells = (0..<count).map { index in
      [words.0, words.1].map { $0.indices.contains(index) ? TextWidth.of($0[index]) : 0 }.max() ?? 0
    }
    // The words around the place where they part, where not all before it have room.
    var start = 0
    let parting = min(same, max(0, pseudo.count - 1))
    var before = cells.prefix(parting + 1).reduce(0, +)
    while start < parting, before > room * 2 / 3 {
      before -= cells[start]
      start += 1
    }
    var rows = [
      [Span(TextWidth.padded("full", to: Self.gutter), theme[.dim])],
      [Span(TextWidth.padded("pseudo", to: Self.gutter), theme[.dim])],
      [Span(String(repeating: " ", count: Self.gutter))],
    ]
    if start > 0 {
      for index in 0..<2 { rows[index].append(Span(glyphs.ellipsis, theme[.dim])) }
      rows[2].append(Span(" "))
    }
    var used = start > 0 ? 1 : 0
    for index in start..<max(start, count) {
      let size = max(1, cells[index])
      guard used + size <= room else { break }
      used += size
      let isPseudo = pseudo.indices.contains(index)
      let isSame = isPseudo && answer.indices.contains(index) && answer[index] == pseudo[index]
      let upper = answer.indices.contains(index) ? words.0[index] : ""
      let lower = isPseudo ? words.1[index] : ""
      rows[0].append(Span(TextWidth.padded(upper, to: size), theme[isPseudo ? .text : .dim]))
      rows[1].append(Span(TextWidth.padded(lower, to: size), theme[isSame ? .text : .error]))
      let mark = !isPseudo ? "" : isSame ? glyphs.check : glyphs.crossMark
      rows[2].append(
        Span(TextWidth.padded(mark, to: size, right: true), theme[isSame ? .good : .error]))
    }
    if pseudo.isEmpty { rows[1].append(Span("none: chosen by the prompt's own queries", theme[.note])) }
    return rows
  }

  private func written(_ tokens: [Int]) -> [String] {
    tokens.map { scene.run.vocabulary.written($0, glyphs) }
  }
}
