import Eviction
import Exploration
import Screen
import Transformer

/// The settings of the configuration file: what each is, how it is read, and how it is written.
enum ConfigSetting: String, CaseIterable {
  case model, gate, precision, recording, chat, system, template, question
  case questionFirst = "question-first"
  case questionAfter = "question-after"
  case answerPrefix = "answer-prefix"
  case budget, policies, granularity, steps, theme, color, ascii, mouse, notes

  /// What it is, in a few words.
  var words: String {
    switch self {
    case .model: "a folder, a file, ORG/NAME in the Hugging Face cache, or embedded"
    case .gate: "a trained gate's file for the policy gate"
    case .precision: "matrix products: automatic, float32, bfloat16"
    case .recording: "recorded queries: all, windows"
    case .chat: "the text as a user's turn, by the model's template"
    case .system: "what the system says before the user, with chat; \"\" for no system turn"
    case .template: "variables of the chat template, as [\"enable_thinking=false\"]"
    case .question: "a question beside every text"
    case .questionFirst: "the question before the text"
    case .questionAfter: "the question after the eviction, on what was kept"
    case .answerPrefix: "what every answer begins with"
    case .budget: "tokens per layer and head, as 256, \"12.5%\" or \"64MiB\"; \"\" for 4%, at least 48"
    case .policies: "the policies that are compared, the first one active"
    case .granularity: "one kept set per kv head or per query head"
    case .steps: "answer tokens at most"
    case .theme:
      "by the terminal's background unless it is one of " + Theme.all.map(\.name).joined(separator: ", ")
    case .color: "auto, always, never"
    case .ascii: "draw with ASCII characters only"
    case .mouse: "use the mouse"
    case .notes: "a line for learners in each view"
    }
  }

  /// Takes a value over.
  /// - Throws: `ConfigValueError`.
  func read(_ value: TOMLValue, into preferences: inout Preferences) throws {
    switch self {
    case .model: preferences.model = try text(value)
    case .gate: preferences.gate = try text(value)
    case .precision: preferences.precision = try word(value)
    case .recording: preferences.recording = try word(value)
    case .chat: preferences.chat = try flag(value)
    case .system: preferences.system = try text(value)
    case .template:
      guard let texts = value.texts else {
        throw ConfigValueError("a list was expected, as [\"enable_thinking=false\"]")
      }
      preferences.variables = try parsed(texts, TemplateVariables.init(parsing:))
    case .question: preferences.questions = [try text(value)]
    case .questionFirst: preferences.questionFirst = try flag(value)
    case .questionAfter: preferences.questionAfter = try flag(value)
    case .answerPrefix: preferences.answerPrefix = try text(value)
    case .budget:
      // Empty, as the file is made: by the prompt.
      if value.text?.isEmpty == true { break }
      preferences.budget = try parsed(
        value.text ?? value.number.map { String($0) } ?? "", Budget.init(parsing:))
    case .policies:
      guard let names = value.texts, !names.isEmpty else {
        throw ConfigValueError("a list was expected, as [\"laq\", \"snapkv\"]")
      }
      preferences.policies = try names.map { try parsed($0, Policy.init(parsing:)) }
    case .granularity: preferences.granularity = try word(value)
    case .steps:
      guard let number = value.number, ExplorationSettings.answerLimits.contains(number) else {
        throw ConfigValueError("a number from 1 to 4096 was expected")
      }
      preferences.steps = number
    case .theme:
      let name = try text(value)
      // Empty, as the file is made: the terminal's background chooses.
      if name.isEmpty { break }
      guard let theme = Theme.named(name) else {
        throw ConfigValueError(
          "'\(name)' is no theme; there are \(Theme.all.map(\.name).joined(separator: ", "))")
      }
      preferences.theme = theme
    case .color: preferences.color = try word(value)
    case .ascii: preferences.ascii = try flag(value)
    case .mouse: preferences.mouse = try flag(value)
    case .notes: preferences.notes = try flag(value)
    }
  }

  /// The value as it is written; `nil` where nothing is preferred.
  func written(_ preferences: Preferences) -> String? {
    switch self {
    case .model: preferences.model.map(Self.quoted)
    case .gate: preferences.gate.map(Self.quoted)
    case .precision: preferences.precision.map { Self.quoted($0.rawValue) }
    case .recording: preferences.recording.map { Self.quoted($0.rawValue) }
    case .chat: preferences.chat.map(String.init)
    case .system: preferences.system.map(Self.quoted)
    case .template: preferences.variables.map { Self.list($0.arguments) }
    case .question: preferences.questions?.first.map(Self.quoted)
    case .questionFirst: preferences.questionFirst.map(String.init)
    case .questionAfter: preferences.questionAfter.map(String.init)
    case .answerPrefix: preferences.answerPrefix.map(Self.quoted)
    case .budget:
      preferences.budget.map {
        if case .tokens(let count) = $0 { "\(count)" } else { Self.quoted($0.description) }
      }
    case .policies: preferences.policies.map { Self.list($0.map(\.name)) }
    case .granularity: preferences.granularity.map { Self.quoted($0.rawValue) }
    case .steps: preferences.steps.map(String.init)
    case .theme: preferences.theme.map { Self.quoted($0.name) }
    case .color: preferences.color.map { Self.quoted($0.rawValue) }
    case .ascii: preferences.ascii.map(String.init)
    case .mouse: preferences.mouse.map(String.init)
    case .notes: preferences.notes.map(String.init)
    }
  }

  /// A list of texts in TOML.
  static func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }

  /// A text in TOML.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private func text(_ value: TOMLValue) throws -> String {
    guard let text = value.text else { throw ConfigValueError("a text was expected, in quotes") }
    return text
  }

  private func flag(_ value: TOMLValue) throws -> Bool {
    guard let flag = value.flag else { throw ConfigValueError("true or false was expected") }
    return flag
  }

  private func word<Value: RawRepresentable & CaseIterable>(_ value: TOMLValue) throws -> Value
  where Value.RawValue == String {
    guard let word = value.text.flatMap(Value.init(rawValue:)) else {
      throw ConfigValueError(
        "one of \(Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")) was expected")
    }
    return word
  }

  private func parsed<Given, Value>(_ text: Given, _ parse: (Given) throws -> Value) throws -> Value {
    do { return try parse(text) } catch { throw ConfigValueError(String(describing: error)) }
  }
}

/// What is wrong with a value, in a sentence without its place.
struct ConfigValueError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
