/// What can be typed behind `:`. One table for dispatch, completion, the notes while one types, and the
/// manual.
///
/// Every action of the key table can be typed as well, by its name.
package enum Command: String, Sendable, CaseIterable {
  case goto, layer, head, budget, policy, set, question
  case answerPrefix = "answer-prefix"
  case steps, granularity, view, why, losses, export, write, theme, notes, tour, quit

  /// What stands behind a command.
  enum Argument {
    case none, position, layer, head, budget, policy, result, setting, question, answerPrefix, steps,
      granularity, view,
      exportFile, sessionFile, losses
    case theme, onOff
  }

  /// Shorter names, as in vi.
  var aliases: [String] {
    switch self {
    case .write: ["w"]
    case .quit: ["q"]
    default: []
    }
  }

  var argument: Argument {
    switch self {
    case .goto: .position
    case .layer: .layer
    case .head: .head
    case .budget: .budget
    case .policy: .policy
    case .set: .setting
    case .question: .question
    case .answerPrefix: .answerPrefix
    case .steps: .steps
    case .granularity: .granularity
    case .view: .view
    case .why: .result
    case .losses: .losses
    case .export: .exportFile
    case .write: .sessionFile
    case .theme: .theme
    case .notes: .onOff
    case .tour, .quit: .none
    }
  }

  /// The command with what it takes, as it is typed.
  package var synopsis: String {
    let argument =
      switch argument {
      case .none: ""
      case .position: " POSITION"
      case .layer, .head, .steps: " NUMBER"
      case .budget: " TOKENS|SHARE|BYTES"
      case .policy: " NAME"
      case .result: " [NAME] [first|TOKEN|expected|whole]"
      case .setting: " KEY=VALUE"
      case .question, .answerPrefix: " [TEXT]"
      case .granularity: " kv|query"
      case .view: " NAME"
      case .exportFile: " [FILE]"
      case .sessionFile: " [FILE] [recording]"
      case .theme: " NAME"
      case .onOff: " on|off"
      case .losses: " [step=N] [head=L.H] [span=A-B]"
      }
    return ":" + rawValue + argument
  }

  /// What it does, in a few words.
  package var words: String {
    switch self {
    case .goto: "moves the cursor to a token"
    case .layer: "chooses a layer, from 1"
    case .head: "chooses a query head, from 1"
    case .budget: "keeps so much: 256, 12.5% or 64MiB"
    case .policy: "chooses a policy, or adds one"
    case .set: "changes a setting of the active policy"
    case .question: "asks another question; none without a text"
    case .answerPrefix: "begins every answer with a text, in quotes or not"
    case .steps: "sets how long answers may be, in tokens"
    case .granularity: "one kept set per KV head or per query head"
    case .view: "opens a view"
    case .why: "finds why a policy lost the answer, or a token"
    case .losses: "lists where most of the true attention is lost"
    case .export: "writes the view, numbers or kept tokens, by the ending"
    case .write: "keeps the session in a file, and its recording"
    case .theme: "chooses a theme"
    case .notes: "shows or hides the learner's notes"
    case .tour: "comes back to the tutorial"
    case .quit: "quits"
    }
  }

  /// It as one could type it.
  var example: String {
    let argument =
      switch self {
      case .goto: " 41"
      case .layer, .head: " 2"
      case .steps: " 32"
      case .budget: " 96"
      case .policy: " laq(m=16)"
      case .set: " m=16"
      case .question: " Who pays?"
      case .answerPrefix: " The answer is"
      case .granularity: " kv"
      case .view: " heatmap"
      case .why: " snapkv"
      case .losses: " head=2.3"
      case .export: " kept.npz"
      case .write: " session.laq"
      case .theme: " dark"
      case .notes: " off"
      case .tour, .quit: ""
      }
    return ":" + rawValue + argument
  }

  /// The commands that a mistyped one may have been: those that begin alike, or as much as a letter of it.
  static func suggestions(for word: String) -> [String] {
    let begun = allCases.filter { $0.rawValue.hasPrefix(word) }
    return (begun.isEmpty ? allCases.filter { $0.rawValue.first == word.first } : begun).map {
      ":" + $0.rawValue
    }
  }

  /// A command as it is typed: its name, a shorter one, or as much of it as no other begins with.
  init?(typed word: String) {
    guard !word.isEmpty else { return nil }
    if let exact = Self.allCases.first(where: { $0.rawValue == word || $0.aliases.contains(word) }) {
      self = exact
      return
    }
    let begun = Self.allCases.filter { $0.rawValue.hasPrefix(word) }
    guard begun.count == 1 else { return nil }
    self = begun[0]
  }
}
