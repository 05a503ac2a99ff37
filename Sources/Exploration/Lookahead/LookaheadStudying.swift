import Eviction
import Transformer

extension RunEngine {
  /// Studies what a policy's lookahead needs on the prompt of a run that is done.
  ///
  /// What the run knows is not computed again: the prefill, the full cache's answer, policies that are in
  /// both. Cost: an answer for each policy, all in one pass per token; each lookahead once more, to be timed
  /// alone.
  /// - Parameter onUpdate: called on the engine's thread with every step.
  /// - Returns: the study; a failure or a cancellation is its last stage.
  public func study(
    _ request: LookaheadStudy.Request, of run: Run,
    onUpdate: @escaping @Sendable (LookaheadStudy) -> Void = { _ in }
  ) -> LookaheadStudy {
    var study = LookaheadStudy(request)
    do {
      try complete(&study, of: run, onUpdate: onUpdate)
      study.stage = .done
    } catch is CancellationError {
      study.stage = .cancelled
    } catch {
      study.stage = .failed(String(describing: error))
    }
    onUpdate(study)
    return study
  }

  private func complete(
    _ study: inout LookaheadStudy, of run: Run, onUpdate: @escaping @Sendable (LookaheadStudy) -> Void
  ) throws {
    let settings = study.request.settings
    var request = RunRequest(run.prompt, settings)
    request.parts = [.answers, .comparison, .agreement]
    let begun = study
    var active = try begin(request, as: run.anew(settings)) { run in
      var study = begun
      (study.run, study.stage) = (run, .running(run.stage))
      onUpdate(study)
    }
    try stopping { try active.performStages(earlier: run) }
    // A run that is not done has answers that grow.
    active.run.stage = .done
    study.run = active.run
    for (index, policy) in settings.policies.enumerated() {
      study.stage = .timing(index)
      onUpdate(study)
      study.seconds[policy] = try active.secondsToChoose(policy)
    }
    study.stage = .steps
    onUpdate(study)
    study.steps = try active.run.stepCoverage()
  }
}

extension ActiveRun {
  /// Seconds of a policy's lookahead, alone, and of its choice; `nil` where nothing is decoded, or the pseudo
  /// tokens are the answer.
  fileprivate func secondsToChoose(_ policy: Policy) throws -> Double? {
    try Task.checkCancellation()
    guard let greedy, let result = run.results.first(where: { $0.policy == policy }) else { return nil }
    guard let key = result.lookaheadKey else { return result.evictionSeconds }
    guard key.settings.source != .truth else { return nil }
    let lookahead = try Stopwatch.seconds {
      let works =
        try cheapCache(key).map { [try lookaheadWork(key, cheap: $0, greedy, isTimed: true)] } ?? []
      return try greedy.lookaheads(works)
    }
    return lookahead.seconds + result.evictionSeconds
  }
}
