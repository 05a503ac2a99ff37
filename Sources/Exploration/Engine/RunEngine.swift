import Checkpoint
import Eviction
import Transformer

/// Runs prompts under many policies, by a model or from a trace.
///
/// An actor on a thread of its own (`EngineThread`): whoever awaits it, a screen above all, stays free.
/// Cancelling the awaiting task stops the work between two layers, chunks, heads or tokens; what was computed
/// stays.
public actor RunEngine {
  private let thread = EngineThread()
  private(set) var source: any RunSource

  /// A thread of its own, on which the model runs.
  nonisolated public var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  /// Prepares to run a model; its weights are opened with the first prompt.
  /// - Parameters:
  ///   - gate: a trained gate that fits the model; unless given, the one that lies beside its weights.
  ///   - drafts: the models that may draft pseudo tokens; unless given, all with the model's vocabulary.
  public init(
    checkpoint: Checkpoint, precision: Precision = .automatic, gate: Gate? = nil, drafts: DraftModels? = nil
  ) {
    source = ModelSource(
      checkpoint.configuration, precision: precision, gate: { try gate ?? Gate.beside(checkpoint) },
      drafts: drafts ?? DraftModels(for: checkpoint), weights: { try checkpoint.weights() })
  }

  /// Prepares to run a model whose weights, and whose gate, come from anywhere.
  package init(
    configuration: ModelConfiguration, precision: Precision = .automatic,
    gate: @escaping @Sendable () throws -> Gate? = { nil },
    weights: @escaping @Sendable () throws -> any TensorSource
  ) {
    source = ModelSource(configuration, precision: precision, gate: gate, weights: weights)
  }

  /// Prepares to run a trace's prompt by the model that it was recorded of: what it has recorded does not pass
  /// the model again.
  public init(
    _ trace: TraceFile, checkpoint: Checkpoint, precision: Precision = .automatic, gate: Gate? = nil,
    drafts: DraftModels? = nil
  ) {
    let tokens = trace.prompt.tokens.map(\.id)
    source = ModelSource(
      checkpoint.configuration, precision: precision, gate: { try gate ?? Gate.beside(checkpoint) },
      recorded: trace.prefix.map { .init(prefix: $0, tokens: tokens) },
      drafts: drafts ?? DraftModels(for: checkpoint),
      weights: { try checkpoint.weights() })
  }

  /// Prepares to run a model on a prompt whose prefill a session has kept: it does not pass the model again,
  /// and neither does what another prompt has in common with it.
  public init(
    _ kept: KeptRecording, checkpoint: Checkpoint, precision: Precision = .automatic, gate: Gate? = nil,
    drafts: DraftModels? = nil
  ) {
    source = ModelSource(
      checkpoint.configuration, precision: precision, gate: { try gate ?? Gate.beside(checkpoint) },
      recorded: .init(kept),
      drafts: drafts ?? DraftModels(for: checkpoint), weights: { try checkpoint.weights() })
  }

  /// Prepares to run what comes from any source.
  init(_ source: any RunSource) { self.source = source }

  /// Prepares to run what a trace has recorded: its answer is the only one.
  public init(_ trace: TraceFile) { source = TraceSource(trace: trace) }

  /// Runs a prompt from the beginning, or from an earlier run's recording.
  ///
  /// The recording of `earlier` is used again when it is of the same prompt: a change of budget or
  /// policies costs scoring and decoding only.
  /// - Parameters:
  ///   - watched: the policies that somebody looks at, what comes first first. Others whose choice takes long
  ///     wait (`Run.waiting`, `catchUp`). `nil`: none waits.
  ///   - onUpdate: called on the engine's thread with every step that a screen may show.
  /// - Returns: the finished run; a failure or a cancellation is its last stage.
  public func run(
    _ run: Run, earlier: Run? = nil, lookingAt watched: [Policy]? = nil,
    onUpdate: @escaping @Sendable (Run) -> Void = { _ in }
  ) -> Run {
    var request = RunRequest(run.prompt, run.settings)
    request.watched = watched
    var run = run
    do {
      run.seconds.opening += try Stopwatch.seconds {
        try source.open(wantsGate: request.wantsGate) { layer, count in
          onUpdate(run.at(.loading(layer: layer, of: count)))
        }
      }.seconds
    } catch {
      run.stage = error is CancellationError ? .cancelled : .failed(String(describing: error))
      onUpdate(run)
      return run
    }
    var active = ActiveRun(run, request, by: source, onUpdate: onUpdate)
    active.runToEnd(earlier: earlier)
    return active.run
  }

  /// What is wanted of a prompt, and no more: kept tokens alone, or answers under many policies and budgets
  /// from one prefill.
  ///
  /// This is the way of benchmarks, where `run` is that of screens. What the policies answer is the same, but
  /// for rounding: more lanes pass the weights together here.
  /// - Returns: the full cache's result, if anything hangs on it, then each policy's at each budget, budgets
  ///   of a policy together. A policy that lacks what it looks at, or whose budget holds no token, is
  ///   unavailable.
  /// - Throws: `CancellationError`; `TransformerError`, `CheckpointError` and `GateError`.
  public func results(_ request: RunRequest) throws -> [Result<PolicyResult, Unavailable>] {
    try complete(request).results
  }

  /// Opens the source and runs a request to its end.
  func complete(_ request: RunRequest) throws -> ActiveRun {
    try stopping {
      var active = try begin(request)
      try active.complete()
      return active
    }
  }

  /// Opens the source for a request of which nothing is done yet.
  /// - Parameters:
  ///   - run: the run that it is to make; unless given, one of which nobody sees the text.
  ///   - onUpdate: hears of every step.
  func begin(
    _ request: RunRequest, as run: Run? = nil, onUpdate: ((Run) -> Void)? = nil
  ) throws -> ActiveRun {
    try source.open(wantsGate: request.wantsGate) { _, _ in }
    return ActiveRun(
      run ?? Run(request, hasModel: source.recordedAnswer == nil), request, by: source, onUpdate: onUpdate)
  }

  /// Does what a cancellation may stop, in the middle of a prefill, too.
  func stopping<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch is PrefillInterrupted { throw CancellationError() }
  }

  /// Measures policies at other budgets than the run's.
  ///
  /// Points that `sweep` has already are not computed again. Nothing is done before the run's full cache has
  /// answered.
  /// - Parameter onUpdate: called on the engine's thread with every point.
  /// - Returns: the sweep, complete unless the task was cancelled.
  public func sweep(
    _ sweep: BudgetSweep, _ keys: [BudgetSweep.Key], of run: Run,
    onUpdate: @escaping @Sendable (BudgetSweep) -> Void = { _ in }
  ) -> BudgetSweep {
    BudgetSweeping(run, source: source)?.sweep(keys, into: sweep, onUpdate: onUpdate) ?? sweep
  }

  /// Finds out which evicted tokens a policy's answer lacked: restores some, decodes again as far as the
  /// token that is aimed at, and looks for few that are enough; then for what differs next.
  ///
  /// Cost: some thousands of tokens of decoding, or some hundred answers as far as the token that is aimed at;
  /// sets side by side in one pass over the weights.
  /// - Parameters:
  ///   - finding: what is asked; one that has parts already is gone on with.
  ///   - onUpdate: called on the engine's thread after every batch of them.
  /// - Returns: the finding; a failure or a cancellation is its last stage, and what was found stays. A trace
  ///   decodes nothing: the finding fails.
  public func why(
    _ finding: WhyFinding, of run: Run, onUpdate: @escaping @Sendable (WhyFinding) -> Void = { _ in }
  ) -> WhyFinding {
    why(finding, of: run, work: nil, onUpdate: onUpdate)
  }

  /// The same, with other tokens of decoding at most; `nil`: as many as are usual.
  func why(
    _ finding: WhyFinding, of run: Run, work: Int?,
    onUpdate: @escaping @Sendable (WhyFinding) -> Void = { _ in }
  ) -> WhyFinding {
    var finding = finding
    let (start, earlier) = (ContinuousClock.now, finding.seconds)
    if let trials = WhyTrials(run, policy: finding.policy, source: source) {
      let analysis = WhyAnalysis(
        finding, trials, work: work ?? max(WhyFinding.work, WhyFinding.leastSets * trials.cost(finding.aim)),
        onUpdate: onUpdate)
      var stage: WhyFinding.Stage?
      do {
        try analysis.search()
      } catch is CancellationError {
        stage = .cancelled
      } catch {
        stage = .failed(String(describing: error))
      }
      finding = analysis.finding
      if let stage { finding.stage = stage }
    } else {
      finding.stage = .failed(String(describing: run.hasModel ? WhyError.notFinished : .needsModel))
    }
    finding.seconds = earlier + (ContinuousClock.now - start) / .seconds(1)
    onUpdate(finding)
    return finding
  }

  /// The model's output projection, for a trace; `nil` before the first run.
  public func outputProjection() -> OutputProjection? { source.output }
}
