import Exploration
import Screen

extension Run {
  /// What is being done, in a few words, for the status line of a screen or for standard error; `nil` once
  /// nothing is.
  package func progress(_ glyphs: GlyphSet) -> String? {
    if let waitingStage { return stageWords(waitingStage, glyphs) }
    return stageWords(stage, glyphs).map { isRemembered ? "as the session had it; again: \($0)" : $0 }
  }

  private func stageWords(_ stage: Stage, _ glyphs: GlyphSet) -> String? {
    switch stage {
    case .opening: return "opening the \(hasModel ? "model" : "trace")"
    case .loading(let layer, let count): return "reading the model, layer \(layer + 1) of \(count)"
    case .reading(let policy, let index, let count):
      return "reading the trace: \(policy.title), \(index + 1) of \(count)"
    case .prefill(let progress), .pass(let progress), .draft(let progress):
      let share = 100 * progress.tokensDone / max(1, progress.tokenCount)
      let name =
        switch stage {
        case .pass: "second pass"
        case .draft: "the draft's prefill"
        default: "prefill"
        }
      let (done, all) = (grouped(progress.tokensDone), grouped(progress.tokenCount))
      let text = "\(name) \(done) of \(all) tokens, \(share) %"
      guard let left = progress.secondsLeft, progress.seconds > 0.2 else { return text }
      let (rate, rest) = (grouped(Int(progress.tokensPerSecond)), decimal(left, left < 10 ? 1 : 0))
      return "\(text)  \(glyphs.dot)  \(rate) tokens/s, \(rest) s left"
    case .lookahead(let step): return "lookahead and full answer, token \(step)"
    case .question(let step): return "the question on what was kept, token \(step)"
    case .scoring(let policy, let head, let count):
      return "\(policy.title) looks at every row of attention, head \(head) of \(count)"
    case .decode(let step): return "answers of \(results.count) policies, token \(step)"
    case .follow(let step): return "following the full answer, token \(step)"
    case .measure: return "figures of every head"
    case .done, .cancelled, .failed: return nil
    }
  }
}

extension WhyFinding {
  /// What is being done, in a few words; `nil` once nothing is.
  package var progress: String? { isFinished ? nil : "why: \(tries) sets of tokens restored and decoded on" }
}
