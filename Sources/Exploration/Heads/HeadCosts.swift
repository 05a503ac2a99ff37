import Transformer

/// What the eviction of each head costs an answer: each kept set restored alone, everything else evicted.
public struct HeadCosts: Sendable {
  /// What a policy kept and answered.
  public let result: PolicyResult
  /// Whether its own answer has what is wanted: then no head's eviction has cost it.
  public let isRight: Bool
  /// The natural logarithm of the probability that the policy's cache gives to what is wanted, told the full
  /// cache's answer before each of its tokens.
  public let logProbability: Double
  /// Whether the answer has what is wanted once a kept set alone is whole, `[layer][kept set]`; nowhere if it
  /// has it anyway.
  public let isBack: [[Bool]]
  /// By how much that logarithm rises then, in nats, `[layer][kept set]`: the graded figure, which there is
  /// where no set alone is enough, too. 0 for a set that lacks nothing.
  public let gain: [[Double]]
}

extension WhyTrials {
  /// Restores each kept set of the policy alone.
  ///
  /// Cost: for each set the tokens that are wanted, told to the layers from its own on; and where the answer
  /// is lost an answer, sets side by side in one pass over the weights.
  /// - Parameter wanted: the tokens of the full cache's answer that are to come back.
  /// - Throws: `CancellationError`, looked for at every token or layer, and what decoding throws.
  func costs(_ wanted: WhyAim, needsAnswer: Bool = false) throws -> HeadCosts {
    let kept = kept([])
    let shape = kept.shape
    let sets = kept.granularity.headCount(in: shape)
    let pieces = LostHead.all(kept).map(WhyPiece.head)
    let isRight = isRight(result.answer)
    let none = try logProbabilities(wanted, [[]])[0]
    var isBack = Array(repeating: Array(repeating: false, count: sets), count: shape.layerCount)
    var gain = Array(repeating: Array(repeating: 0.0, count: sets), count: shape.layerCount)
    for start in stride(from: 0, to: pieces.count, by: Decoder.lanesOfAPass) {
      let some = pieces[start..<min(start + Decoder.lanesOfAPass, pieces.count)].map { [$0] }
      let raised = try logProbabilities(wanted, some).map { $0 - none }
      let answers = isRight ? [] : try self.answers(with: some, needsAnswer: needsAnswer)
      for (index, piece) in some.enumerated() {
        let set = kept.granularity.head(forQueryHead: piece[0].queryHead, in: shape)
        gain[piece[0].layer][set] = raised[index]
        if !isRight { isBack[piece[0].layer][set] = self.isRight(answers[index]) }
      }
    }
    return HeadCosts(
      result: result, isRight: isRight, logProbability: none, isBack: isBack, gain: gain)
  }

  /// Whether an answer has all that is expected, or is the full cache's where nothing is.
  private func isRight(_ given: Continuation) -> Bool {
    run.hasExpected(given) ?? (given.firstDifference(from: answer) == nil)
  }
}

extension LostHead {
  /// All kept sets that lack something, by layer and head.
  static func all(_ kept: KeptTokens) -> [LostHead] {
    let size = kept.granularity == .kvHead ? kept.shape.groupSize : 1
    return kept.positions.enumerated().flatMap { layer, sets in
      sets.enumerated().compactMap { set, positions in
        positions.count < kept.tokenCount
          ? LostHead(
            layer: layer, queryHead: set * size, count: kept.tokenCount - positions.count,
            tokenCount: kept.tokenCount) : nil
      }
    }
  }
}
