import Eviction
import Exploration
import Screen

/// What happens at the shown step, and what it means, in two lines.
struct StepWords {
  let scene: Scene
  let glyphs: GlyphSet
  private var theme: Theme { scene.display.theme }

  /// What happens, and what it means.
  func lines(width: Int) -> [[Span]] {
    let prompt = scene.run.prompt.tokens.count
    var first = Line()
    var second = Line()
    switch scene.shownStep {
    case .prefill:
      first.add(
        Span("prefill  ", theme[.accent]), Span("all \(grouped(prompt)) tokens pass through the model"))
      for span in chunks { first.add(span, rank: 1) }
      second.add(
        Span(
          scene.run.prompt.laterQuestion == nil
            ? "Nothing is evicted: the first token of every answer is already decided here."
            : "Nothing is evicted, and nothing is asked yet: the question comes after the eviction.",
          theme[.note]))
    case .lookahead(let index):
      let lookahead = scene.result?.lookahead
      first.add(Span("pseudo token \(index + 1) of \(lookahead?.pseudo.tokens.count ?? 0)  ", theme[.accent]))
      first.add(Span("\(quoted(lookahead?.pseudo.tokens, index)) at position \(grouped(prompt + index))"))
      first.add(
        Span("  on the cheap cache of \(lookahead?.settings.cheap.title ?? "")", theme[.dim]), rank: 1)
      second.add(
        Span(
          "Only its query is remembered, in every layer and head; key, value and text are thrown away.",
          theme[.note]))
    case .evict:
      let kept = scene.result?.kept.totalCount ?? 0
      let sets = max(1, scene.result?.kept.positions.joined().count ?? 1)
      first.add(
        Span("eviction  ", theme[.accent]),
        Span("\(scene.setup.policyTitle) keeps \(grouped(kept / sets)) of \(grouped(prompt)) tokens per head")
      )
      if let result = scene.result {
        first.add(Span("  in \(milliseconds(result.evictionSeconds))", theme[.dim]), rank: 1)
      }
      let looks = scene.setup.active.map { "It looks at \($0.descriptor.looksAt)." } ?? ""
      second.add(Span(looks, theme[.note]))
    case .question(let index):
      let question = scene.run.prompt.laterQuestion?.tokens.map(\.id)
      first.add(Span("question token \(index + 1) of \(question?.count ?? 0)  ", theme[.accent]))
      first.add(Span("\(quoted(question, index)) at position \(grouped(prompt + index))"))
      first.add(
        Span("  on what \(scene.setup.policyTitle) has kept, all of it seen", theme[.dim]), rank: 1)
      second.add(
        Span(
          "It comes after the eviction: no policy knew it. Its own keys and values stay.", theme[.note]))
    case .decode(let index):
      let result = scene.answering
      first.add(Span("answer token \(index + 1) of \(result?.answer.tokens.count ?? 0)  ", theme[.accent]))
      first.add(Span("\(quoted(result?.answer.tokens, index)) at position \(grouped(answerStart + index))"))
      if let size = CacheSizes(scene).sizes.dropFirst(scene.shownIndex).first {
        first.add(Span("  chosen from \(decimal(size, 0)) tokens per head", theme[.dim]), rank: 1)
      }
      if !scene.run.hasModel {
        second.add(
          Span("The full cache's answer, as it was recorded; any other needs the model.", theme[.note]))
      } else if let difference = difference(result), index >= difference {
        second.add(Span("The answer left the full cache's at token \(difference + 1).", theme[.warning]))
      } else {
        second.add(Span("So far the answer is the full cache's.", theme[.note]))
      }
    }
    return [first.fitting(width), second.fitting(width)]
  }

  /// The position of the answer's first token.
  private var answerStart: Int { scene.run.prompt.tokens.count + scene.questionCount }

  /// The speed of the prefill's chunks, as bars.
  private var chunks: [Span] {
    let reports = scene.run.prefillReports
    guard reports.count > 1, let last = reports.last else { return [] }
    let layers = max(1, scene.run.recording?.shape.layerCount ?? 1)
    let rates = scene.run.prefillRates
    let largest = max(1e-9, rates.max() ?? 1)
    let bars = rates.suffix(24).map { rate in
      glyphs.bars[min(glyphs.bars.count - 1, Int(rate / largest * Double(glyphs.bars.count)))]
    }
    let perLayer = (reports.count + layers - 1) / layers
    return [
      Span("  \(perLayer) chunk\(perLayer == 1 ? "" : "s") in each of \(layers) layers ", theme[.dim]),
      Span(bars.joined(), theme[.accent]),
      Span(" \(grouped(Int(last.tokensPerSecond))) tokens/s", theme[.dim]),
    ]
  }

  private func difference(_ result: PolicyResult?) -> Int? {
    scene.run.stage == .done ? scene.run.difference(of: result) : nil
  }

  private func quoted(_ tokens: [Int]?, _ index: Int) -> String {
    guard let tokens, tokens.indices.contains(index) else { return "" }
    return "\"\(scene.run.vocabulary.written(tokens[index], glyphs))\""
  }
}
