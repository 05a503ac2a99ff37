import Exploration
import Screen
import Transformer

/// The two lines under the title: where one is, and how much is kept.
struct RunLines {
  let scene: Scene
  let glyphs: GlyphSet
  private var theme: Theme { scene.display.theme }

  func header(_ fates: TokenFates, width: Int) -> [[Span]] {
    [place(width: width), counts(fates, width: width)]
  }

  /// Layer, head, group, the phases with the shown one marked, the pinned policy.
  func place(width: Int) -> [Span] {
    var line = Line()
    if let shape = scene.run.recording?.shape {
      line.add(Span("layer "), Span("\(scene.cursor.layer + 1)/\(shape.layerCount)", theme[.accent]))
      line.add(
        Span("   query head "), Span("\(scene.cursor.head + 1)/\(shape.queryHeadCount)", theme[.accent]))
      line.add(Span("   KV head \(scene.cursor.head / shape.groupSize + 1)/\(shape.kvHeadCount)"), rank: 4)
      line.add(Span("   "))
    }
    let steps = scene.timeline.steps
    let shown = scene.shownStep
    var phases: [(String, String)] = [("prefill", "prefill")]
    let pseudo = scene.result?.lookahead?.pseudo.tokens.count ?? 0
    if pseudo > 0 {
      phases.append(("lookahead", "lookahead \(index(shown, in: "lookahead", total: pseudo))"))
    }
    if steps.contains(.evict) { phases.append(("evict", "evict")) }
    if steps.contains(.question(0)) {
      phases.append(("question", "question \(index(shown, in: "question", total: scene.questionCount))"))
    }
    let decoded = scene.result == nil ? 0 : scene.answering?.answer.tokens.count ?? 0
    phases.append(("decode", "decode \(index(shown, in: "decode", total: decoded))"))
    for (offset, phase) in phases.enumerated() {
      let isShown = phase.0 == shown.phase
      if offset > 0 { line.add(Span(" \(glyphs.phase) ", theme[.dim]), rank: 1) }
      line.add(
        isShown ? Span("[\(phase.1)]", theme[.tab]) : Span(phase.1, theme[.dim]), rank: isShown ? 0 : 1)
    }
    if let mismatch = scene.result?.lookahead?.mismatch {
      line.add(Span("   lookahead \(mismatch)", theme[.warning]), rank: 2)
    }
    if let pinned = scene.setup.pinnedTitle {
      line.add(Span("   pinned: \(pinned) (\(scene.display.keys.shown(.pin)))", theme[.dim]), rank: 3)
    }
    return line.fitting(width)
  }

  private func index(_ step: Timeline.Step, in phase: String, total: Int) -> String {
    switch step {
    case .lookahead(let index) where phase == "lookahead": "\(index + 1)/\(total)"
    case .question(let index) where phase == "question": "\(index + 1)/\(total)"
    case .decode(let index) where phase == "decode": "\(index + 1)/\(total)"
    default: "\(total)"
    }
  }

  private func counts(_ fates: TokenFates, width: Int) -> [Span] {
    let total = fates.fates.count
    guard scene.result != nil, scene.shownStep != .prefill else {
      return [Span("\(grouped(total)) tokens, nothing evicted", theme[.dim])]
    }
    let active = fates.count(.protected, .both, .active, .useless)
    let share = decimal(100 * Double(active) / Double(max(1, total)), 1)
    var line = Line()
    if case .lookahead = scene.shownStep {
      line.add(Span("cheap cache: \(grouped(active)) of \(grouped(total)) (\(share) %)"))
      line.add(Span("   pseudo tokens are decoded on it", theme[.dim]), rank: 1)
      return line.fitting(width)
    }
    line.add(Span("kept \(grouped(active)) of \(grouped(total))"))
    line.add(Span(" (\(share) %)"), rank: 7)
    let useless = fates.count(.useless)
    if useless > 0 { line.add(Span(", \(grouped(useless)) out of the window", theme[.warning]), rank: 1) }
    if let pinned = scene.setup.pinnedTitle {
      line.add(Span("   both \(fates.count(.both, .protected))"), rank: 2)
      line.add(Span("   \(scene.setup.policyTitle) only \(fates.count(.active))"), rank: 2)
      line.add(Span("   \(pinned) only \(fates.count(.pinned))"), rank: 2)
    }
    if let agreement = scene.result?.agreement?[scene.cursor.layer][scene.cursor.head] {
      // The head's own number first; that of all heads goes where there is little room.
      line.add(Span("   recall \(decimal(agreement.recall, 2))", theme[.accent]), rank: 5)
      if let recall = scene.result?.recall {
        line.add(Span(", all heads \(decimal(recall, 2))", theme[.dim]), rank: 6)
        if let ceiling = scene.result?.recallCeiling, ceiling < 1 {
          line.add(Span(" of \(decimal(ceiling, 2)) at most", theme[.dim]), rank: 7)
        }
      }
      line.add(Span("   mass \(decimal(agreement.massRecall, 2))", theme[.accent]), rank: 3)
      if let mass = scene.result?.massRecall {
        line.add(Span(", all heads \(decimal(mass, 2))", theme[.dim]), rank: 6)
      }
    }
    return line.fitting(width)
  }
}
