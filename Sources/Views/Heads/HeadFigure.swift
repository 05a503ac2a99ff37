import Foundation
import Exploration
import Screen
import Transformer

/// What the head grid shows of every query head.
package enum HeadFigure: String, Sendable, CaseIterable {
  case massRecall, recall, outputError, gain, keptShare, uselessShare, windowAgreement, lookaheadAgreement,
    windowWithSinks,
    lookaheadWithSinks, entropy, sinkShare, tokenAttention, tokenScore, tokenRank, tokenKeepers

  /// The name in the view's first line.
  var title: String {
    switch self {
    case .massRecall: "mass recall"
    case .recall: "recall against the oracle"
    case .gain: "gain over the pinned policy"
    case .keptShare: "kept share"
    case .uselessShare: "useless share"
    case .windowAgreement: "window agreement"
    case .lookaheadAgreement: "lookahead agreement"
    case .windowWithSinks: "window agreement with the sinks"
    case .lookaheadWithSinks: "lookahead agreement with sinks"
    case .outputError: "output error"
    case .entropy: "entropy"
    case .sinkShare: "sink share"
    case .tokenAttention: "attention to the token"
    case .tokenScore: "score of the token"
    case .tokenRank: "rank of the token"
    case .tokenKeepers: "who keeps the token"
    }
  }

  /// Whether it is about the token at the cursor, or the selected span.
  var isOfToken: Bool {
    switch self {
    case .tokenAttention, .tokenScore, .tokenRank, .tokenKeepers: true
    default: false
    }
  }

  /// What the number means, in one line.
  var note: String {
    switch self {
    case .massRecall: "Share of the true attention that falls on kept tokens: 1 loses nothing, .5 loses half."
    case .recall: "Of the B tokens with the most true attention (B: the budget), the share that is kept."
    case .gain:
      "Where the active policy covers more of the true attention than the pinned one (+), or less (-)."
    case .keptShare:
      "Share of the prompt's tokens that the head keeps; allocations may give heads unequal numbers."
    case .uselessShare:
      "Share of the kept tokens out of the layer's sliding window: no token of the answer sees them."
    case .windowAgreement:
      "Cosine of the window's rows with the true decode rows, without the first \(HeadFigures.sinkCount) keys: can it foresee them?"
    case .lookaheadAgreement:
      "Cosine of the pseudo tokens' rows with the true decode rows, without the first \(HeadFigures.sinkCount) keys: can LAQ foresee them?"
    case .windowWithSinks, .lookaheadWithSinks:
      "The same over all keys: high wherever both look at the first \(HeadFigures.sinkCount), which nearly every row does."
    case .outputError:
      "How far the attention's output on kept tokens is from that on all, relative to it: 0 loses nothing."
    case .entropy:
      "Bits: a head of 3 bits spreads over about 8 tokens, one of 8 bits over about 256, which a budget cannot hold."
    case .sinkShare:
      "Share of the true attention that goes to the first \(HeadFigures.sinkCount) tokens, which mean little and must stay."
    case .tokenAttention:
      "True attention that each head gives the token: the sum over the answer's rows, each of which has 1 to give."
    case .tokenScore:
      "The policy's score of the token in each head; W where the token is kept whatever its score."
    case .tokenRank:
      "The token's place in the order of each head, 1 for the best; W where it is kept whatever its score."
    case .tokenKeepers:
      "Who keeps the token in each head: where only the other policy does, the active one loses it."
    }
  }

  /// The same for narrow windows.
  var shortNote: String {
    switch self {
    case .massRecall: "Share of the true attention that falls on kept tokens."
    case .recall: "Of the B tokens with the most true attention, the share that is kept."
    case .gain: "True attention covered more (+) or less (-) than by the pinned one."
    case .keptShare: "Share of the prompt's tokens that the head keeps."
    case .uselessShare: "Share of the kept tokens out of the layer's window."
    case .windowAgreement: "Can the last prompt rows foresee what the answer looks at?"
    case .lookaheadAgreement: "Can the pseudo tokens foresee what the answer looks at?"
    case .windowWithSinks, .lookaheadWithSinks: "The same over all keys, sinks among them."
    case .outputError: "How far attention comes out otherwise on the kept tokens."
    case .entropy: "Bits: 3 spread over about 8 tokens, 8 over about 256."
    case .sinkShare: "Share of the true attention on the first \(HeadFigures.sinkCount) tokens."
    case .tokenAttention: "True attention to the token, summed over the answer's rows."
    case .tokenScore: "The policy's score of the token; W: always kept."
    case .tokenRank: "The token's place in each head's order; W: always kept."
    case .tokenKeepers: "Who keeps the token in each head."
    }
  }

  /// Whether another policy has another number.
  var isOfPolicy: Bool {
    switch self {
    case .massRecall, .recall, .outputError, .keptShare, .uselessShare, .windowAgreement, .lookaheadAgreement,
      .windowWithSinks, .lookaheadWithSinks, .tokenScore, .tokenRank:
      true
    case .gain, .entropy, .sinkShare, .tokenAttention, .tokenKeepers: false
    }
  }

  /// Whether the heads worth looking at are those with the lowest numbers.
  var lowestFirst: Bool {
    switch self {
    case .entropy, .sinkShare, .outputError, .uselessShare, .tokenAttention, .tokenScore, .tokenKeepers: false
    default: true
    }
  }

  /// The figure of every head, `[layer][queryHead]`; `nil` while it is not known, or where it has no meaning.
  func values(_ scene: Scene) -> [[Double]]? {
    let run = scene.run
    switch self {
    case .massRecall: return scene.result?.agreement?.map { $0.map(\.massRecall) }
    case .recall: return scene.result?.agreement?.map { $0.map(\.recall) }
    case .gain:
      guard let own = scene.result?.agreement, let other = scene.pinnedResult?.agreement,
        own.count == other.count
      else {
        return nil
      }
      return zip(own, other).map { zip($0, $1).map { $0.massRecall - $1.massRecall } }
    case .keptShare:
      guard let kept = scene.result?.kept else { return nil }
      let count = Double(max(1, kept.tokenCount))
      return (0..<kept.shape.layerCount).map { layer in
        (0..<kept.shape.queryHeadCount).map {
          Double(kept.positions(layer: layer, queryHead: $0).count) / count
        }
      }
    case .uselessShare:
      guard let kept = scene.result?.kept, let recording = run.recording else { return nil }
      return (0..<kept.shape.layerCount).map { layer in
        (0..<kept.shape.queryHeadCount).map { head in
          let positions = kept.positions(layer: layer, queryHead: head)
          let hidden = recording.hiddenCount(of: positions, layer: layer)
          return Double(hidden) / Double(max(1, positions.count))
        }
      }
    case .outputError: return scene.result?.outputErrors
    case .windowAgreement, .windowWithSinks:
      return cosines(run.figures?.windowAgreement[run.windowSize(of: scene.result)])
    case .lookaheadAgreement, .lookaheadWithSinks:
      return cosines(scene.result.flatMap { run.figures?.lookaheadAgreement[$0.policy.unedited] })
    case .entropy: return run.figures?.entropy
    case .sinkShare: return run.figures?.sinkShare
    case .tokenAttention: return scene.tokenFigures?.attention
    case .tokenScore: return scene.tokenFigures?.scores
    case .tokenRank: return scene.tokenFigures?.ranks?.map { $0.map(Double.init) }
    case .tokenKeepers: return TokenInHeads(scene)?.fates.map { $0.map { Double($0.rawValue) } }
    }
  }

  private func cosines(_ found: [[RowAgreement]]?) -> [[Double]]? {
    let isWhole = self == .windowWithSinks || self == .lookaheadWithSinks
    return found?.map { $0.map { isWhole ? $0.withSinks : $0.withoutSinks } }
  }

  /// What the grid's heading says of it beside its name and mean; `nil` where there is no more to say.
  func detail(_ scene: Scene) -> String? {
    switch self {
    case .recall:
      scene.result?.recallCeiling.flatMap { $0 < 1 ? " of \(decimal($0, 3)) at most" : nil }
    case .windowAgreement, .windowWithSinks: ", window of \(scene.run.windowSize(of: scene.result))"
    default: nil
    }
  }

  /// Why there are no values, or that they are coming.
  func noValue(_ scene: Scene) -> String {
    switch self {
    case .outputError where scene.run.recording?.layers.contains(where: { $0.values.count == 0 }) == true:
      return "this trace was recorded without values"
    case .gain where scene.setup.pinned == nil || scene.setup.pinned == scene.setup.policy:
      return "pin another policy with \(scene.display.keys.shown(.pin)), and the difference is shown here"
    case .lookaheadAgreement where scene.result != nil && scene.result?.lookahead == nil,
      .lookaheadWithSinks where scene.result != nil && scene.result?.lookahead == nil:
      return
        "\(scene.setup.policyTitle) has no lookahead; \(scene.display.keys.shown(.policyNext)) goes to the next policy, \(scene.display.keys.shown(.figureNext)) to the next figure"
    case .tokenScore where scene.result != nil && scene.tokenFigures != nil,
      .tokenRank where scene.result != nil && scene.tokenFigures != nil:
      return "\(scene.setup.policyTitle) orders no tokens by a score"
    case _ where isOfToken && scene.result != nil && scene.tokenFigures == nil:
      return "every head is being looked at"
    default: break
    }
    if let reason = scene.activeReason { return reason }
    return scene.run.isFinished
      ? "not known: the full cache's answer is needed, and there is none"
      : "comes with the full cache's answer"
  }

  /// The value in at most four columns.
  func text(_ value: Double) -> String {
    switch self {
    case .entropy: return decimal(value, 1)
    case .gain:
      // A difference too small to be written is none.
      guard abs(value) >= 0.005 else { return "0" }
      return (value < 0 ? "-" : "+") + Self.fraction(abs(value))
    case .tokenScore: return value == .infinity ? "W" : Self.short(value)
    case .tokenRank: return value == 0 ? "W" : value < 10_000 ? "\(Int(value))" : "\(Int(value) / 1000)k"
    case .tokenKeepers: return TokenFate(rawValue: Int(value))?.word ?? ""
    default: return Self.fraction(value)
    }
  }

  private static func fraction(_ value: Double) -> String {
    let text = decimal(value, 2)
    return text.hasPrefix("0.") ? String(text.dropFirst()) : decimal(value, 1)
  }

  /// A number of any size in four columns.
  private static func short(_ value: Double) -> String {
    let size = abs(value)
    if size < 1 { return (value < 0 ? "-" : "") + fraction(size) }
    return size < 10 ? decimal(value, 1) : size < 10_000 ? decimal(value, 0) : decimal(value / 1000, 0) + "k"
  }

  /// From the value to 0...1, for colours and shades.
  func brightness(_ value: Double, _ range: HeadGrid.Range) -> Double {
    let bits = log2(Double(max(2, range.tokenCount)))
    return switch self {
    case .entropy: value / max(1, bits)
    case .gain: (value + 1) / 2
    // Three powers of ten below the most that any head gives: most heads give next to nothing.
    case .tokenAttention: value > 0 ? max(0, 1 + log10(value / range.largest) / 3) : 0
    case .tokenScore: value == .infinity ? 1 : range.largest > 0 ? max(0, value / range.largest) : 0
    case .tokenRank: value < 2 ? 1 : 1 - log2(value) / bits
    default: value
    }
  }
}
