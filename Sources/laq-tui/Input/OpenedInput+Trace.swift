import Checkpoint
import Exploration
import Transformer

extension OpenedInput {
  /// Opens a trace: it runs without a model.
  /// - Throws: `TraceError`, `KeptFileError`, `CheckpointError`, `BudgetError`, and what is wrong with the
  ///   configuration.
  init(trace options: LaqTUI) throws {
    let path = options.prompt.text
    if let option = options.optionForModel { throw TraceError.needsModel(file: path, option: option) }
    let trace = try TraceFile(path: path)
    let preferences = try Preferences.holding(options)
    var settings = ExplorationSettings(
      granularity: preferences.granularity ?? .kvHead, policies: preferences.policies)
    settings.expected = preferences.expected ?? []
    let shape = trace.recording.shape
    settings.policies += try options.keptPolicies(
      shape: shape, prompt: trace.prompt, recorded: trace.presses)
    try settings.resolve(
      preferences.budget ?? .tokens(ExplorationSettings.defaultBudget), shape: shape,
      tokenCount: trace.prompt.tokens.count)
    self.init(run: trace.makeRun(settings), engine: RunEngine(trace), shape: shape, preferences: preferences)
  }
}

extension LaqTUI {
  /// The first option that only a model can serve.
  fileprivate var optionForModel: String? {
    let given = [
      ("--model", model.model != nil), ("--chat", prompt.chat == true), ("--system", prompt.system != nil),
      ("--template", !prompt.variables.isEmpty), ("--question", !prompt.questions.isEmpty),
      ("--question-first", prompt.questionFirst), ("--question-after", prompt.questionAfter == true),
      ("--gate", model.gate != nil), ("--steps", policies.steps != nil),
      ("--precision", model.precision != nil), ("--recording", model.recording != nil),
      ("--why", output.why != nil),
      ("--record", output.record != nil),
    ]
    return given.first { $0.1 }?.0
  }
}
