import Exploration
import Screen

/// What the status says: how far work is, a message, what is being typed; and, in the box's lower line, how
/// things are set.
struct StatusLines {
  private let state: ViewState
  private let glyphs: GlyphSet
  private var theme: Theme { state.display.theme }

  init(_ state: ViewState, glyphs: GlyphSet) { (self.state, self.glyphs) = (state, glyphs) }

  /// The lines, at least one: long messages and lists wrap.
  func lines(width: Int, limit: Int) -> [[Span]] {
    if let entry = state.typing.entry,
      let lines = EntryLine(entry: entry, theme: theme, glyphs: glyphs).candidates(width: width, limit: limit)
    {
      return lines
    }
    if let message = state.message {
      let text = Sanitizer.visible(message, glyphs: glyphs, spaces: false)
      let lines = WrappedText.lines(text, width: width).map { [Span($0, theme[.warning])] }
      return Array(lines.prefix(max(1, limit)))
    }
    if let notes = state.typing.entry?.notes(keys: state.display.keys), !notes.isEmpty {
      return [Line.note(notes, style: theme[.note], width: width)]
    }
    if let progress { return [progress] }
    return [rest(width: width)]
  }

  /// How far the work is that is under way, in the place that nothing covers: `nil` where the lines say it.
  var covered: [Span]? { state.message != nil || state.typing.entry != nil ? progress : nil }

  /// How things are set that keys change, from the right; the least important goes first where there is
  /// little room.
  func settings(width: Int) -> [Span] {
    var line = Line()
    let keys = state.display.keys
    if state.cursor.selectionStart != nil {
      let span = state.cursor.selection
      let words = " selecting \(span.lowerBound)\(glyphs.dash)\(span.upperBound) (\(keys.shown(.select))) "
      line.add(Span(words, theme[.warning]), Span(glyphs.horizontal, theme[.frame]))
    }
    let edits = state.setup.editedPolicies.reduce(0) { $0 + $1.edits.count }
    if edits > 0 {
      let words = " edited: \(edits)\(state.unwrittenEdits > 0 ? ", in no file" : "") (\(keys.shown(.undo))) "
      line.add(Span(words, theme[.warning]), Span(glyphs.horizontal, theme[.frame]))
    }
    if state.display.view == .text,
      edits > 0 || state.cursor.selectionStart != nil || state.editing.scope != .head
    {
      let words =
        " \(keys.shown(.keep)) \(keys.shown(.evict)) in \(state.editing.scope.rawValue) (\(keys.shown(.scope))) "
      line.add(Span(words, theme[.dim]), Span(glyphs.horizontal, theme[.frame]), rank: 1)
    }
    if state.setup.prompt.laterQuestion != nil {
      line.add(
        Span(" \(Self.questionPlace(state.setup.prompt)) (\(keys.shown(.questionAfter))) ", theme[.dim]),
        Span(glyphs.horizontal, theme[.frame]), rank: 1)
    }
    let heads = state.setup.settings.granularity == .kvHead ? "KV head" : "query head"
    line.add(
      Span(" kept per \(heads) (\(keys.shown(.granularity))) ", theme[.dim]),
      Span(glyphs.horizontal, theme[.frame]), rank: 2)
    line.add(Span(" theme \(state.display.theme.name) (\(keys.shown(.theme))) ", theme[.dim]), rank: 3)
    return line.fitting(width)
  }

  /// Which question is asked after the eviction.
  static func questionPlace(_ prompt: Prompt) -> String {
    let questions = prompt.framing.questions
    let index = questions.firstIndex { $0 == prompt.framing.question }
    guard let index, questions.count > 1 else { return "question after the eviction" }
    return "question \(index + 1) of \(questions.count) after the eviction"
  }

  /// How far the work is; `nil` where none is under way.
  private var progress: [Span]? {
    if let writing = state.editing.writing { return spinning(writing) }
    if let why = state.why?.progress { return spinning(why) }
    if state.studies {
      let keys = state.scene.missingKeys
      if !keys.isEmpty { return spinning(state.details.sweep.progress(keys)) }
      if let study = state.scene.study?.progress { return spinning(study) }
    }
    guard let words = state.run.progress(glyphs) else { return nil }
    // There is nothing to stop before the model is open.
    return state.run.stage == .opening ? [spinner, Span(words, theme[.status])] : spinning(words)
  }

  private var spinner: Span { Span(glyphs.spinner[state.tick % glyphs.spinner.count] + " ", theme[.accent]) }

  private func spinning(_ words: String) -> [Span] {
    [spinner, Span("\(words)   \(state.display.keys.shown(.back)) stops", theme[.status])]
  }

  /// What is said while nothing is under way.
  private func rest(width: Int) -> [Span] {
    switch state.run.stage {
    case .failed(let reason): return [Span(reason, theme[.error])]
    case .cancelled: return [Span("stopped; \(state.display.keys.shown(.run)) runs again", theme[.warning])]
    default: break
    }
    if state.run.fullMissesExpected == true {
      let expected = state.run.settings.expected.map { "\"\($0)\"" }.joined(separator: " and ")
      let words = Sanitizer.visible(expected, glyphs: glyphs, spaces: false)
      let told = "ready  \(glyphs.dot)  the full cache's own answer misses \(words)"
      return Line.first(
        of: [told + ": no policy is to blame for that", told].map { [Span($0, theme[.warning])] },
        width: width)
    }
    let times = state.run.seconds
    var memory = ""
    if let result = state.scene.result, let full = state.run.full {
      memory =
        "  \(glyphs.dot)  KV \(mebibytes(state.run.bytes(of: result.kept))) of \(mebibytes(state.run.bytes(of: full.kept)))"
    }
    if let dropped = state.run.prompt.dropped {
      let bytes = dropped.byteCount == 1 ? "byte" : "bytes"
      memory += "  \(glyphs.dot)  \(grouped(dropped.byteCount)) \(bytes) without a token left out"
    }
    guard state.run.hasModel else {
      let model = Sanitizer.visible(state.run.modelName, glyphs: glyphs, spaces: false)
      let texts = ["a trace of \(model), read in \(seconds(times.total))\(memory)", "a trace of \(model)"]
      return Line.first(of: texts.map { [Span($0, theme[.status])] }, width: width)
    }
    var stages = "prefill \(seconds(times.prefill))  full, lookahead \(seconds(times.lookahead))"
    if !state.run.passes.isEmpty { stages += "  second pass \(seconds(times.passes))" }
    stages += "  evict \(seconds(times.eviction))  answers \(seconds(times.decode))"
    let texts = [stages, "all in \(seconds(times.total))"].map { "ready  \(glyphs.dot)  \($0)\(memory)" }
    return Line.first(of: texts.map { [Span($0, theme[.status])] }, width: width)
  }
}

extension Frame {
  /// Writes the status, over the view's last lines where it has several, and how things are set in the box's
  /// lower line.
  mutating func drawStatus() {
    let status = StatusLines(state, glyphs: glyphs)
    let lines = status.lines(width: width, limit: max(1, content.count / 2))
    let bottom = grid.height - 3
    if lines.count > 1 {
      for row in bottom - lines.count..<bottom {
        grid.fill(Rect(column: 1, row: row, width: grid.width - 2, height: 1))
        grid.put(glyphs.vertical, row: row, column: 0, style: theme[.frame])
        grid.put(glyphs.vertical, row: row, column: grid.width - 1, style: theme[.frame])
      }
      grid.rule(
        row: bottom - lines.count, column: 0, width: grid.width, glyphs: glyphs, style: theme[.frame],
        joined: true)
    }
    for (offset, spans) in lines.enumerated() { line(bottom - lines.count + 1 + offset, spans) }
    var free = 2
    if let covered = status.covered {
      free =
        grid.put([Span(" ")] + covered + [Span(" ")], row: bottom + 1, column: 2, limit: grid.width - 2) + 1
    }
    let settings = status.settings(width: max(0, grid.width - 2 - free))
    if settings.reduce(0, { $0 + $1.width }) <= grid.width - 2 - free {
      grid.put(settings, row: bottom + 1, endingAt: grid.width - 2, from: free)
    }
  }
}
