import Exploration
import Screen

/// The answers' words under the plots, step under step, and where the caches part.
struct CourseWords {
  let scene: Scene
  let lines: [CourseLine]
  let glyphs: GlyphSet
  private var theme: Theme { scene.display.theme }

  /// Columns that a step's words take at most.
  private static let widest = 14

  /// An answer that is shown.
  private struct Row {
    let title: String
    let continuation: Continuation
    let isMeasure: Bool
  }

  /// The full cache's, the active policy's and the pinned one's.
  private var rows: [Row] {
    let full = scene.run.full.map { [Row(title: "full", continuation: $0.answer, isMeasure: true)] } ?? []
    guard scene.run.hasModel else { return full }
    return full
      + lines.filter { [scene.setup.policy, scene.setup.pinned].contains($0.policy) }.compactMap { line in
        scene.run.result(line.policy).map {
          Row(title: line.title, continuation: $0.answer, isMeasure: false)
        }
      }
  }

  /// How many rows of words there are.
  var count: Int { rows.count }

  /// Columns of each step's words.
  var widths: [Int] {
    let written = rows.map {
      scene.display.answers.written($0.continuation.tokens, in: scene.run, glyphs: glyphs).widths
    }
    return (0..<(scene.run.full?.answer.steps.count ?? 0)).map { step in
      let widths = written.map { $0.indices.contains(step) ? $0[step] : 1 }
      return min(Self.widest, max(1, widths.max() ?? 1))
    }
  }

  /// The words in a layout's columns, a line for each answer.
  func words(_ layout: CourseLayout, shown: Int?, gutter: Int) -> [[Span]] {
    let reference = scene.run.full?.answer
    return rows.map { row in
      let name = TextWidth.clipped(row.title, to: gutter - 1, ellipsis: glyphs.ellipsis)
      var spans = [Span(TextWidth.padded(name, to: gutter), theme[.dim])]
      let tokens = row.continuation.tokens
      let texts = scene.display.answers.texts(of: tokens, in: scene.run, glyphs: glyphs)
      for step in layout.steps {
        let size = layout.columns(step).count
        let isOther =
          !row.isMeasure
          && (tokens.indices.contains(step) ? tokens[step] : nil)
            != (reference.flatMap { $0.tokens.indices.contains(step) ? $0.tokens[step] : nil })
        let text = texts.indices.contains(step) ? texts[step] : ""
        let style = theme[step == shown ? .cursor : isOther ? .error : .text]
        let word = TextWidth.clipped(text, to: size, ellipsis: size > 2 ? glyphs.ellipsis : "")
        spans.append(Span(word, style))
        spans.append(Span(String(repeating: " ", count: max(0, size - TextWidth.of(word)))))
      }
      return spans
    }
  }

  /// Where the policies' answers part, by their letters; the letters of several that part at one step have no
  /// room in a narrow one, and stand as a star.
  func parting(
    _ title: String, _ place: (AnswerCourse) -> Int?, _ layout: CourseLayout, gutter: Int
  ) -> [Span] {
    var spans = [Span(TextWidth.padded(title, to: gutter), theme[.dim])]
    for step in layout.steps {
      let parted = lines.indices.filter { place(lines[$0].course) == step }
      let columns = layout.columns(step)
      let before = layout.mark(step) - columns.lowerBound
      let room = columns.count - before
      spans.append(Span(String(repeating: " ", count: before)))
      if parted.count > room {
        spans.append(Span("*", theme[.error]))
        spans.append(Span(String(repeating: " ", count: room - 1)))
      } else {
        spans += parted.map { Span(PlotLetters.letter($0), PlotLetters.style($0, theme)) }
        spans.append(Span(String(repeating: " ", count: room - parted.count)))
      }
    }
    return spans
  }
}
