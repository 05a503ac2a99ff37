import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Transformer

extension LaqTUI {
  /// Opens a trace: its story is told without a model.
  /// - Throws: `TraceError`, `KeptFileError`, `CheckpointError`, `BudgetError`.
  func openTrace() throws -> Opening {
    if let option = optionForModel { throw TraceError.needsModel(file: text, option: option) }
    let trace = try TraceFile(path: text)
    let named = policies.compactMap { Policy($0) }
    var settings = ExplorationSettings(granularity: granularity, policies: named.isEmpty ? nil : named)
    let shape = trace.recording.shape
    settings.policies += try keptPolicies(shape: shape, prompt: trace.prompt)
    try settings.resolve(budget, shape: shape, tokenCount: trace.prompt.tokens.count)
    return Opening(
      story: trace.story(settings), explorer: TraceExplorer(trace), layer: layer.map { min($0, shape.layerCount) - 1 },
      head: head.map { min($0, shape.queryHeadCount) - 1 })
  }

  /// The first option that only a model can serve.
  private var optionForModel: String? {
    let given = [
      ("--model", model != EmbeddedModel.name), ("--chat", chat), ("--question", question != nil), ("--gate", gate != nil),
      ("--steps", steps != nil), ("--precision", precision != .automatic), ("--recording", recording != .all),
      ("--why", why != nil), ("--record", record != nil),
    ]
    return given.first { $0.1 }?.0
  }
}
