import EmbeddedModel
import Eviction
import Exploration
import Screen
import Terminal
import Transformer
import Views

/// What a person may want to be otherwise: on the command line, in a session, in the configuration file.
///
/// Each says what it says and leaves the rest open; the command line goes before a session, a session before
/// the configuration, and that before what the program does by itself.
struct Preferences {
  var model: String?
  var gate: String?
  var precision: Precision?
  var recording: RecordingScope?
  var chat: Bool?
  var system: String?
  var variables: TemplateVariables?
  /// Several only where they come after the eviction; none, and an empty one, ask nothing.
  var questions: [String]?
  /// The one among them that is asked first, where it is not the first.
  var currentQuestion: String?
  var questionFirst: Bool?
  var questionAfter: Bool?
  /// What every answer begins with; an empty text for nothing.
  var answerPrefix: String?
  var expected: [ExpectedAnswer]?
  var budget: Budget?
  var policies: [Policy]?
  var granularity: Granularity?
  var steps: Int?
  var layer: Int?
  var head: Int?
  var theme: Theme?
  var color: ColorChoice?
  var ascii: Bool?
  var mouse: Bool?
  var notes: Bool?
  var keys: KeyTable?

  /// These, and where they leave something open, the others.
  func over(_ other: Preferences) -> Preferences {
    Preferences(
      model: model ?? other.model, gate: gate ?? other.gate, precision: precision ?? other.precision,
      recording: recording ?? other.recording, chat: chat ?? other.chat, system: system ?? other.system,
      variables: variables.map { $0.over(other.variables ?? TemplateVariables()) } ?? other.variables,
      questions: questions ?? other.questions,
      currentQuestion: questions == nil ? other.currentQuestion : currentQuestion,
      questionFirst: questionFirst ?? other.questionFirst,
      questionAfter: questionAfter ?? other.questionAfter,
      answerPrefix: answerPrefix ?? other.answerPrefix,
      expected: expected ?? other.expected,
      budget: budget ?? other.budget,
      policies: policies ?? other.policies, granularity: granularity ?? other.granularity,
      steps: steps ?? other.steps,
      layer: layer ?? other.layer, head: head ?? other.head, theme: theme ?? other.theme,
      color: color ?? other.color,
      ascii: ascii ?? other.ascii, mouse: mouse ?? other.mouse, notes: notes ?? other.notes,
      keys: keys ?? other.keys)
  }

  /// These without what is put around a text in a chat: a session says all of it, what it leaves out
  /// included.
  var withoutChat: Preferences {
    var rest = self
    (rest.system, rest.variables) = (nil, nil)
    return rest
  }

  /// What the program does by itself. The budget and an answer's length go by the prompt.
  static let builtIn = Preferences(
    model: EmbeddedModel.name, precision: .automatic, recording: .all, chat: false,
    variables: TemplateVariables(), questionFirst: false, questionAfter: false, answerPrefix: "",
    policies: ExplorationSettings.standardPolicies,
    granularity: .kvHead, steps: 64, color: .auto, ascii: false, mouse: true, notes: true, keys: .standard)
}

extension Preferences {
  /// What the command line says.
  init(_ options: LaqTUI) {
    let policies = options.policies.policies.compactMap { Policy($0) }
    let variables =
      options.prompt.variables.isEmpty ? nil : try? TemplateVariables(parsing: options.prompt.variables)
    self.init(
      model: options.model.model, gate: options.model.gate, precision: options.model.precision,
      recording: options.model.recording, chat: options.prompt.chat, system: options.prompt.system,
      variables: variables, questions: options.prompt.questions.isEmpty ? nil : options.prompt.questions,
      questionFirst: options.prompt.questionFirst ? true : nil, questionAfter: options.prompt.questionAfter,
      answerPrefix: options.prompt.answerPrefix,
      expected: options.prompt.expected.isEmpty ? nil : options.prompt.expected,
      budget: options.policies.budget, policies: policies.isEmpty ? nil : policies,
      granularity: options.policies.granularity,
      steps: options.policies.steps, layer: options.screen.layer, head: options.screen.head,
      theme: options.screen.theme.flatMap(Theme.named), color: options.screen.color,
      ascii: options.screen.ascii,
      mouse: options.screen.mouse)
  }
}

extension Preferences {
  /// What holds for the command line's options: they go before the configuration.
  /// - Throws: what is wrong with the configuration.
  static func holding(_ options: LaqTUI) throws -> Preferences {
    let config = options.screen.noConfig ? Preferences() : try ConfigFile.read(ConfigFile.path())
    return Preferences(options).over(config).over(.builtIn)
  }
}

extension Terminal {
  /// Opens the terminal as a person wants it.
  convenience init(_ preferences: Preferences) throws(TerminalError) {
    let isMonochrome = (preferences.color ?? .auto).isMonochrome
    try self.init(mouse: preferences.mouse ?? true, maximumDepth: isMonochrome ? .mono : .rgb)
  }

  /// The theme that a person wants, or that the terminal's background asks for. Call it before anything is
  /// shown.
  func theme(_ preferences: Preferences) -> Theme {
    let name = preferences.theme?.name
    let isOpen = name == nil || name == Theme.colorblind.name
    return .chosen(name, at: colorDepth, on: isOpen ? askForBackground() : nil)
  }
}
