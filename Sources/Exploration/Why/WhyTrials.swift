import Eviction
import Transformer

/// What a policy's cache says of the full cache's answer with some pieces back: sets pass the weights
/// together, told a question that comes after the eviction and the answer as far as the token that is aimed
/// at, and no further. What lies below the lowest layer in which a set restores something is computed once
/// for all sets.
///
/// A class, which remembers that.
final class WhyTrials {
  let run: Run
  let result: PolicyResult
  let answer: Continuation
  let greedy: GreedyDecoding
  /// What was told to the cache with some pieces back, as far as a token.
  private var told: (base: [WhyPiece], count: Int, states: ToldStates?)?

  /// `nil` when the run lacks something that is needed.
  convenience init?(_ run: Run, policy: Policy, source: any RunSource) {
    guard let result = run.results.first(where: { $0.policy == policy }) else { return nil }
    self.init(run, result: result, source: source)
  }

  /// The same for one of a policy's results at several budgets.
  /// - Parameter endTokens: tokens that end an answer besides the model's own.
  init?(_ run: Run, result: PolicyResult, source: any RunSource, endTokens: Set<Int> = []) {
    guard let recording = run.recording, let answer = run.full?.answer,
      let greedy = source.decoding(
        recording, endTokens: endTokens, question: run.prompt.laterQuestion?.ids ?? [],
        referenceLogits: run.referenceLogits, referenceTokens: answer.tokens)
    else { return nil }
    (self.run, self.result, self.answer, self.greedy) = (run, result, answer, greedy)
  }

  /// Tokens that a try passes through the model: a set that leaves the lower layers as they are passes the
  /// upper ones only, which is that share of a token.
  func cost(_ aim: WhyAim, _ set: [WhyPiece] = []) -> Int {
    let tokens = greedy.question.count + max(1, aim.tokens.upperBound)
    guard isTold(aim), let layer = set.map(\.layer).min() else { return tokens }
    let count = greedy.recording.shape.layerCount
    return max(1, tokens * (count - layer) / count)
  }

  /// Whether sets can be told all tokens at once: keys that are moved together move in all layers, and a
  /// cache that is reduced looks back at each step.
  private func isTold(_ aim: WhyAim) -> Bool {
    !result.policy.rerotates && !result.policy.evictsWhileDecoding
      && greedy.question.count + aim.tokens.upperBound > 0
  }

  /// What says which kept set a piece is missing in: that of its head.
  func keptSet(of piece: WhyPiece) -> [Int] {
    let kept = result.kept
    return [piece.layer, kept.granularity.head(forQueryHead: piece.queryHead, in: kept.shape)]
  }

  /// What the cache holds of the prompt with some pieces back.
  func kept(_ pieces: [WhyPiece]) -> KeptTokens { result.kept.applying(pieces.map(\.restoring)) }

  /// What is said with each of some sets back, beside a base.
  /// - Throws: `CancellationError`, looked for at every token or layer, and what decoding throws.
  func outcomes(_ aim: WhyAim, _ base: [WhyPiece], _ sets: [[WhyPiece]]) throws -> [WhyOutcome] {
    guard isTold(aim) else { return try decoded(aim, sets.map { base + $0 }) }
    return try told(aim, base, sets)
  }

  /// The answer that the policy itself gives with some pieces back.
  func answer(with pieces: [WhyPiece]) throws -> Continuation {
    var lanes = [greedy.lane(result, keeping: kept(pieces), limit: run.settings.answerLimit)]
    try greedy.run(&lanes)
    return lanes[0].continuation
  }

  /// The sets with which the policy itself answers as the full cache does beyond a token.
  func reaching(beyond token: Int, _ sets: [[WhyPiece]]) throws -> [Bool] {
    let expected = Array(answer.tokens.prefix(token + 1))
    var lanes = sets.map {
      greedy.lane(result, keeping: kept($0), limit: token + 1, expected: expected)
    }
    try greedy.run(&lanes)
    return lanes.map { lane in
      lane.continuation.tokens == expected
        && (token < answer.tokens.count || lane.continuation.hasEnded)
    }
  }

  /// The answers that the policy itself gives with each of some sets back; where nothing is expected, as far
  /// as the first token that is not the full cache's.
  func answers(with sets: [[WhyPiece]], needsAnswer: Bool) throws -> [Continuation] {
    let expected = run.settings.expected.isEmpty ? answer.tokens : nil
    var lanes = sets.map {
      greedy.lane(
        result, keeping: kept($0), limit: run.settings.answerLimit, needsAnswer: needsAnswer,
        expected: expected)
    }
    try greedy.run(&lanes)
    return lanes.map(\.continuation)
  }

  /// By lanes that are decoded token by token.
  func decoded(_ aim: WhyAim, _ sets: [[WhyPiece]]) throws -> [WhyOutcome] {
    try scripted(sets, count: aim.tokens.upperBound).map {
      outcome(
        aim, Array($0.continuation.steps.dropFirst(aim.tokens.lowerBound)), logits: $0.logits)
    }
  }

  /// Lanes of some sets that were fed so many tokens of the answer.
  private func scripted(_ sets: [[WhyPiece]], count: Int) throws -> [GreedyDecoding.Lane] {
    let script = Array(answer.tokens.prefix(count))
    var lanes = sets.map { set in
      greedy.lane(result, keeping: kept(set), limit: script.count + 1, script: script)
    }
    try greedy.run(&lanes)
    return lanes
  }

  private func outcome(_ aim: WhyAim, _ steps: [NextTokens], logits: [Float]) -> WhyOutcome {
    WhyOutcome(aim, steps: steps, logits: logits, answer: answer, endTokens: greedy.endTokens)
  }

  /// By caches that are told all tokens at once.
  private func told(_ aim: WhyAim, _ base: [WhyPiece], _ sets: [[WhyPiece]]) throws -> [WhyOutcome] {
    var steps = [[NextTokens]](repeating: [], count: sets.count)
    var logits = [[Float]](repeating: [], count: sets.count)
    try tell(aim, base, sets) { lane, step, said in
      let reference = run.referenceLogits.indices.contains(step) ? run.referenceLogits[step] : nil
      steps[lane].append(NextTokens(logits: said, reference: reference))
      logits[lane] = said
      return aim.isWanted(steps[lane][steps[lane].count - 1].choice, at: step, answer, greedy.endTokens)
    }
    return sets.indices.map { outcome(aim, steps[$0], logits: logits[$0]) }
  }

  /// Tells the answer to all sets at once, from the lowest layer on in which their caches are others than
  /// that with a base back.
  /// - Parameter take: hears what is said at one of the aim's tokens; whether the next one is wanted is what
  ///   it returns.
  private func tell(
    _ aim: WhyAim, _ base: [WhyPiece], _ sets: [[WhyPiece]],
    _ take: (_ lane: Int, _ step: Int, [Float]) -> Bool
  ) throws {
    let tokens = greedy.question + answer.tokens.prefix(aim.tokens.upperBound)
    let states = try states(tokens, base)
    // What comes first of an answer to a prompt with its question is said by the prefill, whatever is kept.
    let saidBefore = greedy.question.isEmpty && aim.tokens.lowerBound == 0
    if saidBefore { for lane in sets.indices { _ = take(lane, 0, greedy.recording.lastLogits) } }
    let first = greedy.question.count - 1 + aim.tokens.lowerBound + (saidBefore ? 1 : 0)
    let lanes = sets.map { set in
      let layer = set.map(\.layer).min() ?? 0
      return ToldLane(
        KVCache(
          greedy.recording, keeping: kept(base + set), rotation: nil, isPlain: false, fromLayer: layer),
        from: layer)
    }
    _ = try greedy.decoder.tell(
      tokens, from: greedy.recording.tokenCount, to: lanes, base: states, answersFrom: first
    ) { lane, token, said in
      take(lane, token - (greedy.question.count - 1), said)
    }
  }

  /// The natural logarithm of the probability that a cache gives to the aim's tokens, with each of some sets
  /// back, told the answer before each token.
  /// - Throws: `CancellationError`, looked for at every token or layer, and what decoding throws.
  func logProbabilities(_ aim: WhyAim, _ sets: [[WhyPiece]]) throws -> [Double] {
    var sums = [Double](repeating: 0, count: sets.count)
    func take(_ lane: Int, _ step: Int, _ said: [Float]) -> Bool {
      sums[lane] += Double(said[answer.tokens[step]]) - NextTokens.logSumExp(said)
      return true
    }
    guard isTold(aim) else {
      for step in aim.tokens {
        for (lane, said) in try scripted(sets, count: step).enumerated() { _ = take(lane, step, said.logits) }
      }
      return sums
    }
    try tell(aim, [], sets, take)
    return sums
  }

  /// The states of the cache with a base back, which sets beside it go on from.
  private func states(_ tokens: [Int], _ base: [WhyPiece]) throws -> ToldStates? {
    if let told, told.base == base, told.count == tokens.count { return told.states }
    let lane = ToldLane(KVCache(greedy.recording, keeping: kept(base)))
    let states = try greedy.decoder.tell(
      tokens, from: greedy.recording.tokenCount, to: [lane], answersFrom: tokens.count, keepsStates: true
    ) { _, _, _ in false }
    told = (base, tokens.count, states)
    return states
  }
}
