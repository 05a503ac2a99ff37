import Eviction
import Transformer

extension Run {
  /// This run with what an earlier one of the same prompt, model and settings has made of them, which is
  /// shown until it is computed again; `nil` where the values are of other sizes, or no run's.
  /// - Parameter shape: the model's.
  public func showing(_ remembered: RememberedRun, shape: ModelShape) -> Run? {
    let count = prompt.tokens.count
    guard var full = PolicyResult.full(shape: shape, tokenCount: count),
      let answer = remembered.full.continuation()
    else { return nil }
    full.answer = answer
    var copy = self
    copy.full = full
    for result in remembered.results {
      guard let restored = restore(result, shape: shape, steps: answer.steps.count) else { return nil }
      copy.results.append(restored)
    }
    for refusal in remembered.refusals {
      guard settings.policies.indices.contains(refusal.policy) else { return nil }
      copy.unavailable.append(
        Unavailable(
          policy: settings.policies[refusal.policy], budget: settings.wantedBudget, reason: refusal.reason))
    }
    copy.isRemembered = true
    return copy
  }

  private func restore(_ kept: RememberedRun.Result, shape: ModelShape, steps: Int) -> PolicyResult? {
    let count = prompt.tokens.count
    guard settings.policies.indices.contains(kept.policy),
      let tokens = KeptTokens(
        bits: kept.kept, shape: shape, granularity: settings.granularity, tokenCount: count),
      let agreement = kept.agreement(shape: shape), kept.hasPossibleFigures(shape: shape),
      let answer = kept.answer.continuation()
    else { return nil }
    let policy = settings.policies[kept.policy]
    var lookahead: Lookahead?
    if let pseudo = kept.pseudo {
      guard let wanted = policy.lookahead, let known = pseudo.continuation() else { return nil }
      lookahead = Lookahead(
        settings: wanted, cheap: nil, pseudo: known, queries: QueryRows(shape: shape),
        mismatch: kept.mismatch)
    }
    var result = PolicyResult(
      policy: policy, budget: settings.wantedBudget, tokenBudget: settings.tokenBudget(tokenCount: count),
      kept: tokens, scores: nil, lookahead: lookahead, agreement: agreement)
    (result.answer, result.evictionSeconds) = (answer, kept.seconds)
    (result.recallCeiling, result.outputErrors) = (kept.recallCeiling, kept.outputErrors)
    (result.choice, result.isRemembered) = (kept.choice, true)
    if let followed = kept.followed {
      guard let known = followed.continuation(), known.steps.count == steps else { return nil }
      result.followed = known
    }
    return result
  }
}

extension RememberedRun.Result {
  /// Whether what stands beside the agreement is of these sizes.
  fileprivate func hasPossibleFigures(shape: ModelShape) -> Bool {
    let errors = outputErrors ?? []
    let hasSize = outputErrors == nil || errors.count == shape.layerCount
    return hasSize && errors.allSatisfy { $0.count == shape.queryHeadCount }
      && errors.joined().allSatisfy { (0...1e9).contains($0) }
      && recallCeiling.map { (0...1.001).contains($0) } ?? true
  }

  fileprivate func agreement(shape: ModelShape) -> [[Agreement]]? {
    let values = (recall + massRecall).joined()
    guard
      [recall, massRecall].allSatisfy({ table in
        table.count == shape.layerCount && table.allSatisfy { $0.count == shape.queryHeadCount }
      }), values.allSatisfy({ (0...1.001).contains($0) }), (0...1e9).contains(seconds)
    else { return nil }
    return zip(recall, massRecall).map { layer in
      zip(layer.0, layer.1).map { Agreement(recall: $0, massRecall: $1) }
    }
  }
}

extension RememberedRun.Answer {
  /// `nil` for what no cache has answered.
  fileprivate func continuation() -> Continuation? {
    let limit = ExplorationSettings.answerLimits.upperBound
    guard tokens.count <= limit, steps.count <= limit + 1,
      (0...1).contains(steps.count - tokens.count),
      held.count == steps.count, held.allSatisfy({ (0...1e9).contains($0) }), steps.allSatisfy(\.isPossible),
      tokens.allSatisfy({ (0..<1 << 31).contains($0) })
    else { return nil }
    var answer = Continuation()
    (answer.tokens, answer.heldTokens, answer.hasEnded) = (tokens, held, hasEnded)
    answer.steps = steps.map { step in
      NextTokens(
        candidates: zip(step.tokens, step.probabilities).map {
          NextTokens.Candidate(token: $0, probability: $1)
        }, divergence: step.divergence, entropy: step.entropy)
    }
    return answer
  }
}

extension RememberedRun.Step {
  fileprivate var isPossible: Bool {
    (1...64).contains(tokens.count) && probabilities.count == tokens.count
      && tokens.allSatisfy { (0..<1 << 31).contains($0) } && probabilities.allSatisfy { (0...1).contains($0) }
      && [divergence, entropy].allSatisfy { $0.map { (0...Float(1e9)).contains($0) } ?? true }
  }
}
