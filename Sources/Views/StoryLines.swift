import Exploration
import Screen
import Transformer

/// The two lines under the title: where one is, and how much is kept.
struct StoryLines {
  private let state: ViewState
  private let glyphs: GlyphSet
  private var theme: Theme { state.theme }

  init(_ state: ViewState, glyphs: GlyphSet) {
    self.state = state
    self.glyphs = glyphs
  }

  func header(_ fates: TokenFates) -> [[Span]] { [place, counts(fates)] }

  /// Layer, head, group, the phases with the shown one marked, the pinned policy.
  var place: [Span] {
    var spans: [Span] = []
    if let shape = state.story.recording?.shape {
      spans.append(Span("layer "))
      spans.append(Span("\(state.layer + 1)/\(shape.layerCount)", theme[.accent]))
      spans.append(Span("   head "))
      spans.append(Span("\(state.head + 1)/\(shape.queryHeadCount)", theme[.accent]))
      spans.append(Span("   group KV \(state.head / shape.groupSize + 1)/\(shape.kvHeadCount)   "))
    }
    let steps = state.timeline.steps
    let shown = state.shownStep
    var phases: [(String, String)] = [("prefill", "prefill")]
    let pseudo = state.lane?.lookahead?.pseudo.tokens.count ?? 0
    if pseudo > 0 { phases.append(("lookahead", "lookahead \(index(shown, in: "lookahead", total: pseudo))")) }
    if steps.contains(.evict) { phases.append(("evict", "evict")) }
    let decoded = state.lane?.answer.tokens.count ?? 0
    phases.append(("decode", "decode \(index(shown, in: "decode", total: decoded))"))
    for (offset, phase) in phases.enumerated() {
      if offset > 0 { spans.append(Span(" \(glyphs.phase) ", theme[.dim])) }
      spans.append(phase.0 == shown.phase ? Span("[\(phase.1)]", theme[.tab]) : Span(phase.1, theme[.dim]))
    }
    if let pinned = state.pinnedTitle { spans.append(Span("   pinned: \(pinned) (x)", theme[.dim])) }
    return spans
  }

  private func index(_ step: Timeline.Step, in phase: String, total: Int) -> String {
    switch step {
    case .lookahead(let index) where phase == "lookahead": "\(index + 1)/\(total)"
    case .decode(let index) where phase == "decode": "\(index + 1)/\(total)"
    default: "\(total)"
    }
  }

  private func counts(_ fates: TokenFates) -> [Span] {
    let total = fates.fates.count
    guard state.lane != nil, state.shownStep != .prefill else {
      return [Span("\(grouped(total)) tokens, nothing evicted", theme[.dim])]
    }
    let active = fates.count(.protected, .both, .active)
    let share = decimal(100 * Double(active) / Double(max(1, total)), 1)
    var spans = [Span("kept \(grouped(active)) of \(grouped(total)) (\(share) %)")]
    if let pinned = state.pinnedTitle {
      spans.append(
        Span("   both \(fates.count(.both, .protected))   \(state.policyTitle) only \(fates.count(.active))   \(pinned) only \(fates.count(.pinned))"))
    }
    if let agreement = state.lane?.agreement?[state.layer][state.head] {
      spans.append(
        Span("   recall \(decimal(agreement.recall, 2))  mass \(decimal(agreement.massRecall, 2))", theme[.accent]))
    }
    if let lane = state.lane, let recall = lane.recall, let mass = lane.massRecall {
      spans.append(Span("   all heads \(decimal(recall, 2)) / \(decimal(mass, 2))", theme[.dim]))
    }
    return spans
  }
}
