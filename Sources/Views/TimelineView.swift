import Eviction
import Exploration
import Screen

/// View 5: one policy's story step by step: the cache's size, the tokens, and what every cache says comes next.
struct TimelineView {
  private let state: ViewState
  private let steps: [Timeline.Step]
  private let shown: Int

  init(_ state: ViewState) {
    self.state = state
    steps = state.timeline.steps
    shown = min(state.step ?? steps.count - 1, steps.count - 1)
  }

  func draw(into frame: inout Frame) {
    let content = frame.content
    let isSmall = content.count < 17
    let isLarge = content.count >= 26
    var row = content.lowerBound
    frame.line(row, StoryLines(state, glyphs: frame.glyphs).place(width: frame.width))
    row += 1
    let track = TimelineTrack(steps, width: frame.width)
    drawTrack(track, into: &frame, row: row, names: !isSmall)
    row += isSmall ? 1 : 2
    if isLarge {
      frame.rule(row)
      row += 1
    }
    for line in now(frame).prefix(isLarge ? 2 : 1) {
      frame.line(row, line)
      row += 1
    }
    if isLarge { row += 1 }
    for line in tokens(frame, showsMarks: !isSmall) {
      frame.line(row, line)
      row += 1
    }
    var end = content.upperBound
    if state.showsNotes, content.count >= 15 {
      end -= 1
      frame.line(end, Line.note(notes, style: frame.theme[.note], width: frame.width))
    }
    if !isSmall {
      let height = isLarge ? 7 : 3
      frame.rule(row)
      drawSizes(track, into: &frame, area: row + 1..<min(end, row + 2 + height))
      row += 2 + height
      frame.rule(row)
      row += 1
    }
    drawDistributions(into: &frame, area: row..<max(row, end))
  }

  // MARK: The track

  private func drawTrack(_ track: TimelineTrack, into frame: inout Frame, row: Int, names: Bool) {
    let theme = frame.theme
    let reached = track.column(shown)
    for phase in track.phases {
      for column in phase.columns {
        let isDone = column <= reached
        let isStart = column == phase.columns.lowerBound
        let glyph = isStart ? (isDone ? frame.glyphs.filled : frame.glyphs.hollow) : isDone ? frame.glyphs.heavy : frame.glyphs.horizontal
        frame.line(row, [Span(glyph, theme[isDone ? .accent : .frame])], from: column)
        frame.mark(.step(track.step(at: column)), row: row, from: column, width: 1)
      }
      if names {
        let isShown = phase.steps.contains(shown)
        let text = TextWidth.clipped(words(phase), to: phase.columns.count - 1, ellipsis: frame.glyphs.ellipsis)
        frame.line(row + 1, [Span(text, theme[isShown ? .tab : .dim])], from: phase.columns.lowerBound)
      }
    }
    frame.line(row, [Span(frame.glyphs.marker, theme[.cursor])], from: reached)
  }

  private func words(_ phase: TimelineTrack.Phase) -> String {
    let lane = state.lane
    switch phase.name {
    case "prefill": return "prefill \(grouped(state.story.prompt.tokens.count))"
    case "lookahead": return "lookahead \(phase.steps.count)"
    case "evict": return lane.map { "keep \(grouped($0.kept.positions.joined().reduce(0) { max($0, $1.count) }))" } ?? "evict"
    default: return "answer \(phase.steps.count)"
    }
  }

  // MARK: Now

  /// What happens at this step, and what it means.
  private func now(_ frame: Frame) -> [[Span]] {
    let theme = frame.theme
    let prompt = state.story.prompt.tokens.count
    var first = Line()
    var second = Line()
    switch steps[shown] {
    case .prefill:
      first.add(Span("prefill  ", theme[.accent]), Span("all \(grouped(prompt)) tokens pass through the model"))
      for span in chunks(frame) { first.add(span, rank: 1) }
      second.add(Span("Nothing is evicted: the first token of every answer is already decided here.", theme[.dim]))
    case .lookahead(let index):
      let lookahead = state.lane?.lookahead
      first.add(Span("pseudo token \(index + 1) of \(lookahead?.pseudo.tokens.count ?? 0)  ", theme[.accent]))
      first.add(Span("\(quoted(lookahead?.pseudo.tokens, index, frame)) at position \(grouped(prompt + index))"))
      first.add(Span("  on the cheap cache of \(lookahead?.settings.cheap.title ?? "")", theme[.dim]), rank: 1)
      second.add(
        Span("Only its query is remembered, in every layer and head;"), Span(" key, value and text are thrown away.", theme[.dim]))
    case .evict:
      let kept = state.lane?.kept.totalCount ?? 0
      let sets = max(1, state.lane?.kept.positions.joined().count ?? 1)
      first.add(Span("eviction  ", theme[.accent]), Span("\(state.policyTitle) keeps \(grouped(kept / sets)) of \(grouped(prompt)) tokens per head"))
      if let lane = state.lane { first.add(Span("  in \(milliseconds(lane.evictionSeconds))", theme[.dim]), rank: 1) }
      second.add(Span(state.settings.policies.indices.contains(state.policy) ? "It looks at " + state.settings.policies[state.policy].descriptor.looksAt + "." : "", theme[.dim]))
    case .decode(let index):
      let lane = state.lane ?? state.story.full
      first.add(Span("answer token \(index + 1) of \(lane?.answer.tokens.count ?? 0)  ", theme[.accent]))
      first.add(Span("\(quoted(lane?.answer.tokens, index, frame)) at position \(grouped(prompt + index))"))
      if let size = CacheSizes(state).sizes.dropFirst(shown).first {
        first.add(Span("  chosen from \(decimal(size, 0)) tokens per head", theme[.dim]), rank: 1)
      }
      if let difference = difference(lane), index >= difference {
        second.add(Span("The answer left the full cache's at token \(difference + 1).", theme[.warning]))
      } else {
        second.add(Span("So far the answer is the full cache's.", theme[.dim]))
      }
    }
    return [first.fitting(frame.width), second.fitting(frame.width)]
  }

  /// The speed of the prefill's chunks, as bars.
  private func chunks(_ frame: Frame) -> [Span] {
    let reports = state.story.prefillReports
    guard reports.count > 1, let last = reports.last else { return [] }
    let layers = max(1, state.story.recording?.shape.layerCount ?? 1)
    let rates = state.story.prefillRates
    let largest = max(1e-9, rates.max() ?? 1)
    let bars = rates.suffix(24).map { rate in
      frame.glyphs.bars[min(frame.glyphs.bars.count - 1, Int(rate / largest * Double(frame.glyphs.bars.count)))]
    }
    let perLayer = (reports.count + layers - 1) / layers
    return [
      Span("  \(perLayer) chunk\(perLayer == 1 ? "" : "s") in each of \(layers) layers ", frame.theme[.dim]),
      Span(bars.joined(), frame.theme[.accent]),
      Span(" \(grouped(Int(last.tokensPerSecond))) tokens/s", frame.theme[.dim]),
    ]
  }

  private func difference(_ lane: Lane?) -> Int? {
    guard state.story.stage == .done, let lane, let full = state.story.full else { return nil }
    return lane.answer.firstDifference(from: full.answer)
  }

  private func quoted(_ tokens: [Int]?, _ index: Int, _ frame: Frame) -> String {
    guard let tokens, tokens.indices.contains(index) else { return "" }
    return "\"\(text(tokens[index], frame))\""
  }

  /// A token as it is written; added tokens, which stand for no text, by their id.
  private func text(_ token: Int, _ frame: Frame) -> String {
    let bytes = state.story.vocabulary.bytes(of: token)
    guard !bytes.isEmpty else { return "<\(token)>" }
    return Sanitizer.visible(bytes: bytes, glyphs: frame.glyphs, spaces: false)
  }

  // MARK: Tokens

  /// Pseudo tokens and answers, one under the other; a mark says where they are the full cache's.
  private func tokens(_ frame: Frame, showsMarks: Bool) -> [[Span]] {
    var lines: [[Span]] = []
    let truth = state.story.full?.answer.tokens ?? []
    let (pseudo, answer): (Int?, Int?) =
      switch steps[shown] {
      case .prefill, .evict: (nil, nil)
      case .lookahead(let index): (index, nil)
      case .decode(let index): (nil, index)
      }
    lines.append(row("full", truth, truth: nil, shown: answer ?? pseudo, frame))
    if let lookahead = state.lane?.lookahead {
      lines.append(row("pseudo", lookahead.pseudo.tokens, truth: truth, shown: pseudo, frame))
      if showsMarks { lines.append(marks(lookahead.pseudo.tokens, truth, frame)) }
    }
    if let lane = state.lane { lines.append(row("answer", lane.answer.tokens, truth: truth, shown: answer, frame)) }
    return lines
  }

  private let gutter = 9

  private func row(_ name: String, _ tokens: [Int], truth: [Int]?, shown: Int?, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    var spans = [Span(TextWidth.padded(name, to: gutter), theme[.dim])]
    for (index, token) in tokens.enumerated() {
      let isOther = truth.map { index >= $0.count || $0[index] != token } ?? false
      let style = index == shown ? theme[.cursor] : isOther ? theme[.error] : theme[.text]
      spans.append(Span(text(token, frame), style))
    }
    if tokens.isEmpty { spans.append(Span(frame.glyphs.ellipsis, theme[.dim])) }
    return spans
  }

  private func marks(_ tokens: [Int], _ truth: [Int], _ frame: Frame) -> [Span] {
    let theme = frame.theme
    let spans = tokens.enumerated().map { index, token in
      let isSame = index < truth.count && truth[index] == token
      let mark = isSame ? frame.glyphs.check : frame.glyphs.crossMark
      let width = max(1, TextWidth.of(text(token, frame)))
      // Under the token's last column: its first is mostly a space.
      return Span(TextWidth.padded(mark, to: width, right: true), theme[isSame ? .good : .error])
    }
    return [Span(String(repeating: " ", count: gutter))] + spans
  }

  // MARK: The cache's size

  private func drawSizes(_ track: TimelineTrack, into frame: inout Frame, area: Range<Int>) {
    guard area.count >= 2 else { return }
    let theme = frame.theme
    let sizes = CacheSizes(state).sizes
    let largest = max(1, sizes.max() ?? 1)
    let size = sizes.indices.contains(shown) ? sizes[shown] : 0
    var heading = Line()
    heading.add(Span("cache, tokens per head: ", theme[.dim]), Span(decimal(size, 0), theme[.accent]))
    heading.add(Span(" here, \(decimal(largest, 0)) at most", theme[.dim]))
    if case .lookahead = steps[shown] {
      heading.add(Span("; the whole prompt's is held beside it until the eviction", theme[.dim]), rank: 1)
    }
    frame.line(area.lowerBound, heading.fitting(frame.width))
    let rows = area.lowerBound + 1..<area.upperBound
    let bars = frame.glyphs.bars
    for phase in track.phases {
      for column in phase.columns {
        let step = track.step(at: column)
        guard sizes.indices.contains(step) else { continue }
        let eighths = max(1, Int((sizes[step] / largest * Double(rows.count * 8)).rounded()))
        let isShown = step == shown
        let style = theme[isShown ? .accent : step < shown ? .text : .dim]
        for row in rows { frame.mark(.step(step), row: row, from: column, width: 1) }
        for (offset, row) in rows.reversed().enumerated() where eighths > offset * 8 {
          let level = min(8, eighths - offset * 8)
          frame.line(row, [Span(bars[level - 1], style)], from: column)
        }
      }
    }
  }

  // MARK: Distributions

  private func drawDistributions(into frame: inout Frame, area: Range<Int>) {
    guard area.count >= 2 else { return }
    let theme = frame.theme
    let rows = StepDistributions(state).rows
    var heading = Line()
    heading.add(Span("next token at this step", theme[.dim]))
    let visible = rows.prefix(area.count - 1)
    if visible.contains(where: \.isTold) { heading.add(Span("   * after the full answer, its own being another", theme[.dim]), rank: 1) }
    frame.line(area.lowerBound, heading.fitting(frame.width))
    let truth = rows.first?.next?.choice
    for (offset, row) in visible.enumerated() { frame.line(area.lowerBound + 1 + offset, distribution(row, truth, frame)) }
  }

  private func distribution(_ row: StepDistributions.Row, _ truth: Int?, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    let isActive = row.index != nil && row.index == state.policy
    let marker = isActive ? frame.glyphs.marker : row.index != nil && row.index == state.pinned ? "x" : " "
    let name = frame.width < 70 ? 13 : 20
    let title = TextWidth.padded(TextWidth.clipped(row.title, to: name, ellipsis: frame.glyphs.ellipsis), to: name)
    var spans = [Span(marker + " ", theme[.accent]), Span(title, theme[isActive ? .accent : .text]), Span(row.isTold ? "*" : " ", theme[.warning])]
    guard let next = row.next else {
      let obstacle = row.index.flatMap { state.story.obstacles[state.settings.policies[$0]] }
      return spans + [Span(obstacle ?? (state.story.isFinished ? absence : frame.glyphs.ellipsis), theme[.dim])]
    }
    let divergence = row.index == nil ? "" : next.divergence.map { "KL " + decimal(Double($0), 3) } ?? ""
    spans.append(Span(TextWidth.padded(divergence, to: 10), theme[.dim]))
    var used = spans.reduce(0) { $0 + $1.width }
    // What would be written as .00 is left out.
    for (place, candidate) in next.candidates.enumerated() where place == 0 || candidate.probability >= 0.005 {
      let word = TextWidth.clipped("\"\(text(candidate.token, frame))\"", to: 16, ellipsis: frame.glyphs.ellipsis)
      let share = decimal(Double(candidate.probability), 2)
      let part = "\(word) \(share.hasPrefix("0") ? String(share.dropFirst()) : share)  "
      used += TextWidth.of(part)
      // Candidates that are cut would be read as others.
      guard used <= frame.width else { break }
      let isOther = place == 0 && truth != nil && candidate.token != truth
      spans.append(Span(part, theme[isOther ? .error : place == 0 ? .text : .dim]))
    }
    return spans
  }

  /// Why a cache says nothing at this step.
  private var absence: String {
    switch steps[shown] {
    case .lookahead: "decodes no pseudo token here"
    case .decode: "its answer has ended before"
    case .prefill, .evict: "no answer was decoded"
    }
  }

  private var notes: [String] {
    [
      "Everything shown is recorded: . and , step forward and back at once, > and < go by phases, Space plays.",
      "All of it is recorded: , . step, < > phases, Space plays.",
    ]
  }
}
