import Eviction
import Exploration
import Screen

/// View 6: what a lookahead needs on this prompt: how many pseudo tokens, and whose.
struct LookaheadView {
  private let scene: Scene
  private let table: LookaheadTable

  init(_ scene: Scene) {
    self.scene = scene
    table = LookaheadTable(scene)
  }

  func draw(into frame: inout Frame) {
    let content = frame.content
    let theme = frame.theme
    frame.line(content.lowerBound, title(frame))
    var end = content.upperBound
    if scene.display.showsNotes, content.count >= 15 {
      end -= 1
      frame.line(end, Line.note(notes, style: theme[.note], width: frame.width))
    }
    guard scene.run.stage == .done else {
      frame.line(
        content.lowerBound + 1,
        [Span("studied once the answers are there: other lengths, other sources", theme[.note])])
      return
    }
    // What stands under the table has its rows first: the table scrolls.
    let words = end - content.lowerBound >= 12 ? 4 : 0
    let steps = end - content.lowerBound >= 26 ? 7 : end - content.lowerBound >= 16 ? 5 : 0
    let wanted = table.lines.count + 1
    let rows = min(wanted, end - content.lowerBound - 1 - words - steps)
    var row = content.lowerBound + 1
    table.draw(into: &frame, area: row..<row + rows)
    row += rows
    if words > 0 {
      frame.rule(row)
      let lines = LookaheadWords(scene: scene, glyphs: frame.glyphs).lines(result, width: frame.width)
      for (offset, line) in lines.enumerated() { frame.line(row + 1 + offset, line) }
      row += words
    }
    if steps > 0 {
      frame.rule(row)
      LookaheadSteps(scene: scene).draw(into: &frame, area: row + 1..<min(end, row + steps))
    }
  }

  /// The chosen row's result, once it is there.
  private var result: PolicyResult? {
    guard table.rows.indices.contains(scene.studyRow) else { return nil }
    return try? scene.study?.result(of: table.rows[scene.studyRow])?.get()
  }

  private func title(_ frame: Frame) -> [Span] {
    let theme = frame.theme
    var line = Line()
    line.add(
      Span("what the lookahead of ", theme[.dim]),
      Span(scene.studiedPolicy?.title ?? "LAQ", theme[.accent]), Span(" needs here", theme[.dim]))
    if let lookahead = scene.studyRequest?.policy.lookahead {
      line.add(
        Span("   cheap cache ", theme[.dim]),
        Span(lookahead.cheap.title, theme[.text]), rank: 2)
    }
    switch scene.study?.stage {
    case .cancelled?:
      line.add(Span("   stopped; \(scene.display.keys.shown(.run)) runs again", theme[.warning]), rank: 1)
    case .failed(let reason)?: line.add(Span("   " + reason, theme[.error]), rank: 1)
    default: break
    }
    return line.fitting(frame.width)
  }

  private var notes: [String] {
    let open = scene.display.keys.shown(.open)
    return [
      "position has the right places and says nothing; truth has the right words as well. Between them lies what content does. \(open) explores a row's policy.",
      "position: the right places, no words; truth: the words, too. Their difference is the content's.",
      "position against truth says what content does; \(open) explores.",
    ]
  }
}
