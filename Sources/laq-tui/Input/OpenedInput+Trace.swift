import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Foundation
import Transformer

extension OpenedInput {
  /// Opens a trace: it runs without a model, or by the one that it was recorded of, which then decodes.
  /// - Throws: `TraceError`, `TraceModelError`, `KeptFileError`, `CheckpointError`, `BudgetError`, and what
  ///   is wrong with the configuration.
  init(trace options: LaqTUI) throws {
    let path = options.prompt.text
    if let option = options.optionForText {
      throw options.model.model == nil
        ? TraceError.needsModel(file: path, option: option)
        : TraceModelError.framed(file: path, option: option)
    }
    if options.model.model == nil, let option = options.optionForModel {
      throw TraceError.needsModel(file: path, option: option)
    }
    let trace = try TraceFile(path: path)
    let preferences = try Preferences.holding(options)
    var settings = ExplorationSettings(
      granularity: preferences.granularity ?? .kvHead, policies: preferences.policies)
    settings.expected = preferences.expected ?? []
    let shape = trace.recording.shape
    try (Preferences(options).policies ?? []).checkProfiles(shape)
    settings.policies += try options.keptPolicies(
      shape: shape, prompt: trace.prompt, recorded: trace.presses)
    try settings.resolve(preferences.budget, shape: shape, tokenCount: trace.prompt.tokens.count)
    guard let model = options.model.model else {
      self.init(
        run: trace.makeRun(settings), engine: RunEngine(trace), shape: shape, preferences: preferences)
      return
    }
    try self.init(trace, by: model, settings, preferences)
  }

  /// Opens a trace with its model.
  private init(
    _ trace: TraceFile, by model: String, _ given: ExplorationSettings, _ preferences: Preferences
  ) throws {
    let isEmbedded = model == EmbeddedModel.name
    let checkpoint = try Checkpoint(option: model)
    let name = isEmbedded ? EmbeddedModel.name : checkpoint.name
    var settings = given
    settings.recording = preferences.recording ?? .all
    let room = try trace.prompt(for: checkpoint, named: name).answerRoom ?? .max
    settings.answerLimit = max(1, min(preferences.steps ?? settings.answerLimit, room))
    let configuration = checkpoint.configuration
    let gate = try preferences.gate.flatMap { $0.isEmpty ? nil : $0 }.map {
      try Gate(path: $0, for: configuration)
    }
    self.init(
      run: try trace.makeRun(settings, by: checkpoint, named: name),
      engine: RunEngine(
        trace, checkpoint: checkpoint, precision: preferences.precision ?? .automatic, gate: gate,
        drafts: DraftModels(named: checkpoint)),
      shape: configuration.shape, preferences: preferences, traced: trace)
  }
}

extension LaqTUI {
  /// The first option that only a text can serve.
  fileprivate var optionForText: String? {
    let given = [
      ("--chat", prompt.chat == true), ("--system", prompt.system != nil),
      ("--template", !prompt.variables.isEmpty), ("--question", !prompt.questions.isEmpty),
      ("--question-first", prompt.questionFirst), ("--question-after", prompt.questionAfter == true),
      ("--answer-prefix", prompt.answerPrefix?.isEmpty == false),
    ]
    return given.first { $0.1 }?.0
  }

  /// The first option that only a model can serve.
  fileprivate var optionForModel: String? {
    let given = [
      ("--gate", model.gate != nil), ("--steps", policies.steps != nil),
      ("--precision", model.precision != nil), ("--recording", model.recording != nil),
      ("--why", output.why != nil), ("--record", output.record != nil),
    ]
    return given.first { $0.1 }?.0
  }
}
