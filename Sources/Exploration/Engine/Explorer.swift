import Checkpoint
import Eviction
import Transformer

/// Runs prompts through a model and tells their stories.
///
/// An actor on a thread of its own (`EngineThread`): whoever awaits it, a screen above all, stays free.
/// Cancelling the awaiting task stops the work between two layers, chunks, heads or tokens; what was computed stays.
public actor Explorer {
  private let thread = EngineThread()
  let configuration: ModelConfiguration
  private let weights: @Sendable () throws -> any TensorSource
  private let precision: Precision
  private var decoder: Decoder?
  private let gateSource: @Sendable () throws -> Gate?
  private var gate: Gate?

  nonisolated public var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  /// Prepares to run a model; its weights are opened with the first prompt.
  /// - Parameter gate: a trained gate that fits the model; unless given, the one that lies beside its weights.
  public init(checkpoint: Checkpoint, precision: Precision = .automatic, gate: Gate? = nil) {
    self.init(
      configuration: checkpoint.configuration, precision: precision, gate: { try gate ?? Gate.beside(checkpoint) },
      weights: { try checkpoint.weights() })
  }

  /// Prepares to run a model whose weights, and whose gate, come from anywhere.
  package init(
    configuration: ModelConfiguration, precision: Precision = .automatic,
    gate: @escaping @Sendable () throws -> Gate? = { nil },
    weights: @escaping @Sendable () throws -> any TensorSource
  ) {
    self.configuration = configuration
    self.weights = weights
    gateSource = gate
    self.precision = precision
  }

  /// Tells a prompt's story from the beginning, or from an earlier one's recording.
  ///
  /// The recording of `earlier` is used again when it is of the same prompt: a change of budget or
  /// policies costs scoring and decoding only.
  /// - Parameter onUpdate: called on the engine's thread with every step that a screen may show.
  /// - Returns: the finished story; a failure or a cancellation is its last stage.
  public func explore(
    _ story: Story, earlier: Story? = nil, onUpdate: @escaping @Sendable (Story) -> Void
  ) -> Story {
    var telling = StoryTelling(story: story, onUpdate: onUpdate)
    do {
      let decoder = try telling.timed(\.opening) { telling in
        try open { layer, count in telling.update { $0.stage = .loading(layer: layer, of: count) } }
      }
      let gate = try story.settings.policies.contains { $0.needs.contains(.gate) } ? openGate() : nil
      try telling.tell(decoder, gate: gate, endTokens: configuration.endTokens, earlier: earlier)
    } catch is CancellationError {
      telling.stop()
    } catch let interrupted as PrefillInterrupted {
      telling.stop(with: interrupted.recording)
    } catch {
      telling.update { $0.stage = .failed(String(describing: error)) }
    }
    return telling.story
  }

  /// Measures policies at other budgets than the story's.
  ///
  /// Points that `sweep` has already are not computed again. Nothing is done before the story's full cache has answered.
  /// - Parameter onUpdate: called on the engine's thread with every point.
  /// - Returns: the sweep, complete unless the task was cancelled.
  public func sweep(
    _ sweep: BudgetSweep, _ keys: [BudgetSweep.Key], of story: Story,
    onUpdate: @escaping @Sendable (BudgetSweep) -> Void
  ) -> BudgetSweep {
    guard let decoder, let recording = story.recording,
      let sweeping = BudgetSweeping(story, output: decoder.outputProjection)
    else { return sweep }
    let greedy = GreedyDecoding(
      decoder: decoder, recording: recording, endTokens: configuration.endTokens)
    return sweeping.sweep(keys, into: sweep, onUpdate: onUpdate) { try sweeping.lookaheads($0, $1, greedy) }
  }

  /// Finds out which evicted tokens a policy's answer lacked: restores some, decodes again, and looks for few that are enough.
  ///
  /// Cost: up to a thousand short decodes, eight at a time in one pass over the weights.
  /// - Parameter onUpdate: called on the engine's thread after every batch of them.
  /// - Returns: the finding; a failure or a cancellation is its last stage.
  public func why(
    _ finding: WhyFinding, of story: Story, onUpdate: @escaping @Sendable (WhyFinding) -> Void
  ) -> WhyFinding {
    var finding = finding
    let start = ContinuousClock.now
    if let decoder, let analysis = WhyAnalysis(
      story, policy: finding.policy, decoder: decoder, endTokens: configuration.endTokens)
    {
      do {
        try analysis.run(&finding, onUpdate: onUpdate)
      } catch is CancellationError {
        finding.stage = .cancelled
      } catch {
        finding.stage = .failed(String(describing: error))
      }
    } else {
      finding.stage = .failed(String(describing: WhyError.notFinished))
    }
    finding.seconds = (ContinuousClock.now - start) / .seconds(1)
    onUpdate(finding)
    return finding
  }

  /// The model's output projection, for a trace; `nil` before the first story.
  public func outputProjection() -> OutputProjection? { decoder?.outputProjection }

  /// The decoder, opened when it is asked for the first time.
  /// - Throws: as `Decoder` does.
  func open(onLayer: (Int, Int) -> Void) throws -> Decoder {
    if let decoder { return decoder }
    let count = configuration.layerCount
    let opened = try Decoder(
      configuration, weights: weights(), precision: precision
    ) { onLayer($0, count) }
    decoder = opened
    return opened
  }

  /// The gate that was given or lies beside the weights; most models have none.
  /// - Throws: `GateError`, `CheckpointError`.
  func openGate() throws -> Gate? {
    if gate == nil { gate = try gateSource() }
    return gate
  }
}
