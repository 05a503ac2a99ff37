import Eviction

extension Run {
  /// Whether something that is looked at has waited and is still to be computed.
  public func lacks(_ watched: [Policy]) -> Bool {
    guard stage == .done, recording != nil else { return false }
    return watched.contains { waiting.contains($0) } || !uncompared(watched).isEmpty
  }

  /// The results whose caches have not followed the full cache's answer, though their own is another; indices.
  func uncompared(_ watched: [Policy]?) -> [Int] {
    guard hasModel, let full, !referenceLogits.isEmpty else { return [] }
    return results.indices.filter {
      results[$0].followed == nil && watched?.contains(results[$0].policy) != false
        && results[$0].answer.firstDifference(from: full.answer) != nil
    }
  }

  /// This run while some of its policies, which have waited, are computed: all else stays as it is.
  func waiting(at stage: Stage?) -> Run {
    var copy = self
    (copy.stage, copy.waitingStage) = (.done, stage)
    return copy
  }
}

extension RunEngine {
  /// Computes what of a finished run has waited and is looked at now: policies whose choice takes long, and
  /// what answers are compared with.
  /// - Parameter onUpdate: called on the engine's thread with every step; the run stays a finished one, whose
  ///   `waitingStage` says what is done.
  /// - Returns: the run; after a cancellation with what was scored, and the policies still waiting.
  public func catchUp(
    _ run: Run, lookingAt watched: [Policy], onUpdate: @escaping @Sendable (Run) -> Void = { _ in }
  ) -> Run {
    guard run.lacks(watched) else { return run }
    var request = RunRequest(run.prompt, run.settings)
    request.policies = watched.filter(run.waiting.contains)
    request.watched = watched
    var active = ActiveRun(run, request, by: source) { onUpdate($0.waiting(at: $0.stage)) }
    do {
      try stopping { try active.catchUp() }
      active.run.waiting.removeAll(where: request.policies.contains)
    } catch is CancellationError {
    } catch {
      let failed = active.run.at(.failed(String(describing: error)))
      onUpdate(failed)
      return failed
    }
    let finished = active.run.waiting(at: nil)
    onUpdate(finished)
    return finished
  }
}

extension ActiveRun {
  /// Runs the stages of a finished run once more, for the policies of the request.
  mutating func catchUp() throws {
    resume()
    // What is there already is complete in seconds: it comes before what takes long.
    try perform(.comparison)
    let wanted = Set(request.policies)
    update { $0.unavailable.removeAll { wanted.contains($0.policy) } }
    for stage in source.stages(for: request) {
      switch stage {
      case .prefill, .agreement: break
      case .lookahead, .passes, .eviction, .answers, .comparison, .figures: try perform(stage)
      }
    }
    try answerOtherQuestions()
  }
}
