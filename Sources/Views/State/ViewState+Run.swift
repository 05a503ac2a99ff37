import Exploration

extension ViewState {
  /// Moves what is chosen into what the run has, whenever one is received.
  ///
  /// A prefill that was stopped has fewer layers than the run before it, another question fewer tokens,
  /// other settings fewer policies: every screen may rely on what is chosen being there.
  mutating func comeIntoRun() {
    let last = max(0, run.prompt.tokens.count - 1)
    cursor = min(max(0, cursor), last)
    selectionStart = selectionStart.map { min(max(0, $0), last) }
    if let shape = run.recording?.shape ?? run.full?.kept.shape ?? run.results.first?.kept.shape {
      layer = min(max(0, layer), max(0, shape.layerCount - 1))
      head = min(max(0, head), max(0, shape.queryHeadCount - 1))
    }
    policy = min(max(0, policy), max(0, settings.policies.count - 1))
    pinned = pinned.flatMap { settings.policies.indices.contains($0) ? $0 : nil }
  }
}
