import Checkpoint
import Eviction
import Transformer

/// Runs prompts through a model and tells their stories.
///
/// An actor on a thread of its own (`EngineThread`): whoever awaits it, a screen above all, stays free.
/// Cancelling the awaiting task stops the work between two layers, chunks, heads or tokens; what was computed stays.
public actor Explorer {
  private let thread = EngineThread()
  private let checkpoint: Checkpoint
  private let precision: Precision
  private var decoder: Decoder?
  private var gate: Gate?

  nonisolated public var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  /// Prepares to run a model; its weights are opened with the first prompt.
  /// - Parameter gate: a trained gate that fits the model; unless given, the one that lies beside its weights.
  public init(checkpoint: Checkpoint, precision: Precision = .automatic, gate: Gate? = nil) {
    self.checkpoint = checkpoint
    self.precision = precision
    self.gate = gate
  }

  /// Tells a prompt's story from the beginning, or from an earlier one's recording.
  ///
  /// The recording of `earlier` is used again when it is of the same prompt: a change of budget or
  /// policies costs scoring and decoding only.
  /// - Parameter onUpdate: called on the engine's thread with every step that a screen may show.
  /// - Returns: the finished story; a failure or a cancellation is its last stage.
  public func explore(
    _ story: Story, earlier: Story? = nil, onUpdate: @escaping @Sendable (Story) -> Void = { _ in }
  ) -> Story {
    var telling = StoryTelling(story: story, onUpdate: onUpdate)
    do {
      let decoder = try telling.timed(\.opening) { telling in
        try open { layer, count in telling.update { $0.stage = .loading(layer: layer, of: count) } }
      }
      let gate = try story.settings.policies.contains(where: \.needsGate) ? openGate() : nil
      try telling.tell(decoder, gate: gate, endTokens: checkpoint.configuration.endTokens, earlier: earlier)
    } catch is CancellationError {
      telling.stop()
    } catch let interrupted as PrefillInterrupted {
      telling.stop(with: interrupted.recording)
    } catch {
      telling.update { $0.stage = .failed(String(describing: error)) }
    }
    return telling.story
  }

  private func open(onLayer: (Int, Int) -> Void) throws -> Decoder {
    if let decoder { return decoder }
    let count = checkpoint.configuration.layerCount
    let opened = try Decoder(
      checkpoint.configuration, weights: checkpoint.weights(), precision: precision
    ) { onLayer($0, count) }
    decoder = opened
    return opened
  }

  /// The gate that was given or lies beside the weights; most models have none.
  /// - Throws: `GateError`, `CheckpointError`.
  private func openGate() throws -> Gate? {
    if gate == nil { gate = try Gate.beside(checkpoint) }
    return gate
  }
}
