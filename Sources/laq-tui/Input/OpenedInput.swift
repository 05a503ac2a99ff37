import ArgumentParser
import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Foundation
import Screen
import Transformer
import Views

/// An input that is opened: the text, or the recording of one, and the engine that will run it. What is known
/// before the model runs.
struct OpenedInput {
  let run: Run
  let engine: RunEngine
  /// What holds: the command line over a session over the configuration over the program's own ways.
  let preferences: Preferences
  /// Where it came from, for sessions that are kept; `nil` where none can be.
  let origin: SessionOrigin?
  private let shape: ModelShape
  private let session: (file: SessionFile, path: String)?
  /// What is to be made of a session's hand-made edits.
  private let edits: SessionEdits?
  /// Where a session's policies are now; `nil` without a session.
  private let kept: SessionKept?
  /// The session's recording, where it names one.
  private let recorded: SessionRecording?
  /// What a session's reader should know, such as that its text has changed.
  private let warning: String?
  /// What was left out of the text or ignored in the model's files.
  let notices: [String]
  /// The trace whose prompt a model runs; `nil` elsewhere.
  private let traced: TraceFile?
  /// The tour to begin with.
  let tour: Tour?
  /// By which values of another model are told; `nil` where a run came without its model.
  let modelDigest: ModelDigest?
  /// Whether the first screen says what is lost at the place that it opens at: the samples of the embedded
  /// model tell that themselves.
  private var tellsLoss: Bool { run.modelName != EmbeddedModel.name }

  /// Reads the text and the model's small files: enough for a first screen.
  /// - Parameters:
  ///   - file: the session, where the text's path leads to one.
  ///   - tour: a tour, with the text that it tells of.
  /// - Throws: a sentence about the text, the model, the session or the configuration.
  init(_ options: LaqTUI, session file: SessionFile? = nil, tour: (tour: Tour, text: [UInt8])? = nil) throws {
    let given = options.prompt.text
    self.tour = tour?.tour
    traced = nil
    session = file.map { ($0, given) }
    let config = options.screen.noConfig ? Preferences() : try ConfigFile.read(ConfigFile.path())
    let kept = try file.map { try SessionText($0, path: given) }
    let fromSession =
      try file.map { try Preferences($0, path: given, keepsEdits: kept?.isUnchanged ?? true) }
      ?? Preferences()
    var preferences = Preferences(options).over(fromSession)
      .over(file == nil ? config : config.withoutChat).over(.builtIn)
    guard options.prompt.system == nil || preferences.chat == true else {
      throw ValidationError("--system needs --chat.")
    }
    guard options.prompt.variables.isEmpty || preferences.chat == true else {
      throw ValidationError("--template needs --chat.")
    }
    try Self.check(options.prompt, preferences)

    let (name, bytes) =
      try kept.map { ($0.name, $0.text) } ?? tour.map { (given, $0.text) } ?? PromptReader.read(given)
    let model = preferences.model ?? EmbeddedModel.name
    let isEmbedded = model == EmbeddedModel.name
    let checkpoint = try Checkpoint(option: model)
    let drafts = DraftModels(named: checkpoint)
    let shape = checkpoint.configuration.shape
    // Those of a session or the configuration may be for other models: their rows say so.
    let named = Preferences(options).policies ?? []
    try drafts.check(named)
    try named.checkProfiles(shape)
    let modelName = isEmbedded ? EmbeddedModel.name : checkpoint.name
    let conversation = try ConversationInput(bytes, name: name, isChat: preferences.chat ?? false)
    if conversation.hasSystem {
      guard options.prompt.system == nil else { throw ConversationInput.twoSystems }
      preferences.system = nil
    }
    // A chat's answer goes on to its end token unless a person says how far: 64 tokens end within a sentence.
    let asked = Preferences(options).over(fromSession).over(config).steps
    let isChat = preferences.chat ?? false
    let least = asked ?? 64
    let prompt = try Prompt(
      name: name, text: bytes, tokenizer: checkpoint.tokenizer,
      framing: try Self.framing(preferences, checkpoint, modelName, conversation),
      contextLength: checkpoint.configuration.contextLength, answerLimit: least)
    let steps = asked ?? (isChat ? min(Self.chatSteps, prompt.answerRoom ?? Self.chatSteps) : least)
    notices =
      conversation.notices(asks: prompt.framing.question != nil)
      + (prompt.dropped.map { ["\(name): \($0.sentence)"] } ?? []) + checkpoint.notices
    // Those of the configuration are for all models, and some know nothing of them.
    try prompt.framing.chat?.check(TemplateVariables(parsing: options.prompt.variables))
    let imported = try options.keptPolicies(shape: shape, prompt: prompt)
    self.kept = fromSession.policies.map {
      var policies = preferences.policies ?? []
      let kept = SessionKept($0, in: &policies, given: imported, prompt: prompt, shape: shape)
      preferences.policies = policies
      return kept
    }
    let edited: String?
    (edits, edited) = try Self.carryEdits(
      of: file, kept, fromSession, to: prompt, &preferences,
      formerFraming: { try Self.framing($0, checkpoint, modelName, conversation) })
    let warnings = [edited, self.kept?.warning].compactMap { $0 }
    warning = warnings.isEmpty ? nil : warnings.joined(separator: " · ")
    // Alone, what is to be explained needs no other policy.
    if let explained = options.output.why.flatMap({ Policy($0) }) {
      let isAlone = options.output.screen == nil && Preferences(options).policies == nil && file == nil
      let named = isAlone ? [] : preferences.policies ?? []
      preferences.policies = named.contains(explained) ? named : named + [explained]
    }
    var settings = ExplorationSettings(
      granularity: preferences.granularity ?? .kvHead, policies: preferences.policies, answerLimit: steps,
      recording: preferences.recording ?? .all)
    settings.expected = preferences.expected ?? []
    settings.policies += imported
    try settings.resolve(preferences.budget, shape: shape, tokenCount: prompt.tokens.count)
    run = Run(
      modelName: modelName, prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    let configuration = checkpoint.configuration
    self.shape = shape
    let gate = try preferences.gate.flatMap { $0.isEmpty ? nil : $0 }.map {
      try Gate(path: $0, for: configuration)
    }
    modelDigest = ModelDigest(checkpoint, path: isEmbedded ? nil : model, gate: preferences.gate)
    let precision = preferences.precision ?? .automatic
    recorded = SessionRecording(
      file, path: given, run, digest: modelDigest, precision: precision,
      vocabulary: configuration.vocabularySize)
    engine =
      recorded?.recording.map {
        RunEngine($0, checkpoint: checkpoint, precision: precision, gate: gate, drafts: drafts)
      } ?? RunEngine(checkpoint: checkpoint, precision: precision, gate: gate, drafts: drafts)
    origin = SessionOrigin(
      textPath: kept.map(\.path) ?? (tour == nil && given != "-" && Input.isRegularFile(given) ? given : nil),
      model: model, gate: preferences.gate, precision: precision)
    self.preferences = preferences
  }

  /// - Throws: `ValidationError` for questions that cannot be asked so.
  private static func check(_ options: PromptOptions, _ preferences: Preferences) throws {
    let hasQuestion = preferences.questions != nil
    guard !options.questionFirst || hasQuestion else {
      throw ValidationError("--question-first needs --question.")
    }
    guard options.questionAfter != true || hasQuestion else {
      throw ValidationError("--question-after needs --question.")
    }
    guard preferences.questionAfter != true || preferences.questionFirst != true else {
      throw ValidationError("A question stands before the text or comes after the eviction, not both.")
    }
    guard preferences.questionAfter == true || options.questions.count <= 1 else {
      throw ValidationError("Several questions need --question-after: each is put to the same caches.")
    }
  }

  /// Tokens of a chat's answer at most, where nobody says how many: one that has not ended by then goes on
  /// without end.
  private static let chatSteps = 256

  /// Takes a run that is made already, as a trace's is.
  /// - Parameter traced: the trace, where a model runs it.
  init(
    run: Run, engine: RunEngine, shape: ModelShape, preferences: Preferences, traced: TraceFile? = nil
  ) {
    self.traced = traced
    (self.run, self.engine, self.shape, self.preferences) = (run, engine, shape, preferences)
    (origin, session, tour, edits, kept, warning, notices) = (nil, nil, nil, nil, nil, nil, [])
    (modelDigest, recorded) = (nil, nil)
  }

  /// Moves what a session has kept by hand to where its tokens are now.
  private static func carryEdits(
    of file: SessionFile?, _ text: SessionText?, _ session: Preferences, to prompt: Prompt,
    _ preferences: inout Preferences,
    formerFraming: (Preferences) throws -> PromptFraming
  ) throws -> (SessionEdits?, warning: String?) {
    guard let file, let text else { return (nil, nil) }
    // Of a text that has changed no edits were taken over.
    guard text.isUnchanged else { return (nil, text.warning) }
    let edits =
      preferences.model != session.model
      ? SessionEdits(lostBecause: "another model than the session's")
      : SessionEdits(former: try? prompt.framed(formerFraming(session.over(.builtIn))))
    guard let policies = preferences.policies else { return (edits, nil) }
    let (carried, warning) = edits.carried(policies, question: file.setup.question, to: prompt)
    preferences.policies = carried
    return (edits, warning)
  }

  /// What is put around the text.
  private static func framing(
    _ preferences: Preferences, _ checkpoint: Checkpoint, _ modelName: String,
    _ conversation: ConversationInput
  ) throws -> PromptFraming {
    let isChat = preferences.chat ?? false
    let template = isChat ? try checkpoint.chatTemplate() : nil
    guard template != nil || !isChat else { throw PromptError.noTemplate(model: modelName) }
    // The same question twice is one.
    let questions = (preferences.questions ?? []).reduce(into: [String]()) { known, one in
      if !one.isEmpty, !known.contains(one) { known.append(one) }
    }
    // Of a session in which none is asked, an empty one comes first.
    let asksNone = preferences.questions?.first?.isEmpty ?? true
    let current = preferences.currentQuestion.flatMap { questions.contains($0) ? $0 : nil }
    return PromptFraming(
      question: current ?? (asksNone ? nil : questions.first),
      putsQuestionFirst: preferences.questionFirst ?? false,
      asksAfterEviction: preferences.questionAfter ?? false, questions: questions,
      chat: template, system: isChat ? preferences.system : nil,
      variables: isChat ? preferences.variables ?? TemplateVariables() : TemplateVariables(),
      conversation: isChat ? conversation.conversation : nil,
      answerPrefix: preferences.answerPrefix.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// The state that a person sees first, in whatever theme its sink has.
  /// - Throws: `SessionFileError`.
  func state() throws -> ViewState {
    var state = ViewState(run: run)
    state.display.showsNotes = preferences.notes ?? true
    state.display.keys = preferences.keys ?? .standard
    if !notices.isEmpty { state.message = notices.joined(separator: " · ") }
    guard let (file, path) = session else { return state }
    try file.screen.place(&state, shape: shape, path: path)
    if let active = kept?.place(file.setup.active), state.setup.settings.policies.indices.contains(active) {
      state.setup.policy = active
    }
    state.setup.pinned = kept?.place(file.setup.pinned).flatMap {
      state.setup.settings.policies.indices.contains($0) ? $0 : nil
    }
    if file.values != nil, let origin, let digest = modelDigest?.value {
      let current = SessionFile(state, origin: origin, path: path)
      state.run = file.shown(in: state, current: current, model: digest, shape: shape) ?? state.run
    }
    var warning = warning
    if let other = file.other {
      let (setup, lost) = try setup(other, path: path, beside: state)
      state.open(other: setup)
      warning = warning ?? lost
    }
    let told = [warning, recorded?.warning].compactMap { $0 } + notices
    if !told.isEmpty { state.message = told.joined(separator: " · ") }
    state.editing.recording = recorded?.file
    // What was left out must not be lost to the file by a ':write' that asks nothing.
    state.editing.sessionPath = warning == nil ? path : nil
    return state
  }

  /// The settings that `A` goes to, and what a person should know where edits are left out.
  private func setup(_ kept: SessionFile.Setup, path: String, beside state: ViewState) throws -> (
    Setup, warning: String?
  ) {
    var settings = ExplorationSettings(policies: try kept.policies(keepingEdits: edits != nil, path: path))
    try kept.apply(to: &settings, path: path)
    var framing = state.setup.prompt.framing
    (framing.question, framing.questions) = (kept.question, kept.questions ?? [])
    framing.asksAfterEviction = kept.questionAfter ?? false
    framing.answerPrefix = kept.answerPrefix
    let prompt = try state.setup.prompt.framed(framing, answerLimit: settings.answerLimit)
    let listed = settings.policies
    let places = SessionKept(listed, in: &settings.policies, given: [], prompt: prompt, shape: shape)
    let carried = edits?.carried(settings.policies, question: kept.question, to: prompt)
    if let carried { settings.policies = carried.policies }
    try settings.resolve(
      try kept.budget(path: path), shape: shape, tokenCount: prompt.tokens.count)
    func index(_ wanted: Int?) -> Int? {
      places.place(wanted).flatMap { settings.policies.indices.contains($0) ? $0 : nil }
    }
    let setup = Setup(
      prompt: prompt, settings: settings, policy: index(kept.active) ?? 0, pinned: index(kept.pinned))
    let warnings = [carried?.warning, places.warning].compactMap { $0 }
    return (setup, warnings.isEmpty ? nil : warnings.joined(separator: " · "))
  }

  /// What a model that runs a trace says otherwise than the trace, in a sentence.
  func otherAnswer(in run: Run) -> String? {
    traced?.otherAnswer(in: run).map { Sanitizer.visible($0, spaces: false) }
  }

  /// Goes, once the run is over, to the place asked for, to the one that a session was at, or to where
  /// there is most to see. A tour has a beginning of its own.
  func place(_ state: inout ViewState) {
    guard tour == nil else { return }
    let options = preferences
    if let session {
      session.file.screen.placeStep(&state)
    } else if options.layer == nil, options.head == nil {
      guard tellsLoss else {
        state.goToLargestLoss()
        return
      }
      let told = [state.message, state.openAtLargestLoss()].compactMap { $0 }
      state.message = told.isEmpty ? nil : told.joined(separator: " · ")
    }
    if let layer = options.layer { state.cursor.layer = min(layer, shape.layerCount) - 1 }
    if let head = options.head { state.cursor.head = min(head, shape.queryHeadCount) - 1 }
  }
}
