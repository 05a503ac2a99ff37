/// How many of the prompt's newest tokens a policy observes and always keeps, as its name says it: a number,
/// a share of the budget, the question.
///
///     auto       32, but no more than a third of the budget: what a window is unless it is said
///     16         so many, whatever the budget
///     B/4        one part of the budget in so many
///     question   the question's own tokens; what a chat template puts behind it is kept and does not observe
///
/// A window that fills the budget leaves nothing to choose: of 48 tokens, 32 are chosen by nobody's score.
/// Papers and other programs have a number at all budgets; their styles say it.
package enum Window: Sendable, Hashable {
  /// So many, but no more than a third of the budget.
  case bounded(Int)
  /// So many before the last `behind` ones, which are kept as well.
  case tokens(Int, behind: Int = 0)
  /// One part of the budget in so many.
  case share(Int)
  /// The question's tokens.
  case question
  /// The question and all that stands around it, as FINCH has it; without one, bounded.
  case asked(otherwise: Int)

  /// What a default window is at most.
  static let standard = Window.bounded(32)

  /// The part of the budget that a default window takes at most.
  private static let thirds = 3

  /// Reads a setting's value; `nil` for what is none.
  /// - Parameter standard: what `auto` stands for.
  init?(_ text: String, standard: Window = .standard) {
    switch text.lowercased() {
    case "auto": self = standard
    case "question": self = .question
    case "b": self = .share(1)
    case let text:
      let isShare = text.hasPrefix("b/")
      let digits = isShare ? text.dropFirst(2) : text[...]
      guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits), !isShare || number > 0
      else { return nil }
      self = isShare ? .share(number) : .tokens(number)
    }
  }

  /// The one spelling of a value; `nil` for what is none.
  static func canonical(_ text: String) -> String? {
    switch Window(text) {
    case nil: nil
    case .bounded, .asked: "auto"
    case .tokens(let count, _): String(count)
    case .share(let parts): parts == 1 ? "B" : "B/\(parts)"
    case .question: "question"
    }
  }

  /// The window as a number of tokens.
  /// - Throws: `EvidenceError.noQuestion` where the question's is wanted and the prompt ends with none.
  func resolved(for facts: PromptFacts) throws -> Window {
    switch self {
    case .tokens: return self
    // A budget of one or two tokens has a window of one: without any, nothing would be observed.
    case .bounded(let most): return .tokens(min(most, max(1, facts.budget / Self.thirds)))
    case .share(let parts): return .tokens(max(1, facts.budget / parts))
    case .question:
      guard let question = facts.question, question.count > 0 else { throw EvidenceError.noQuestion }
      return .tokens(question.count, behind: question.behind)
    case .asked(let most):
      return try facts.questionTokenCount.map { .tokens(max(1, $0)) }
        ?? Window.bounded(most).resolved(for: facts)
    }
  }

  /// Observing tokens; of a window that hangs on what is not known yet, 0.
  var count: Int {
    switch self {
    case .bounded(let count), .tokens(let count, _): count
    case .share, .question, .asked: 0
    }
  }

  /// Tokens behind those that observe.
  var behind: Int { if case .tokens(_, let behind) = self { behind } else { 0 } }

  /// How many of the newest tokens observe or are kept at most; `nil` where that is not known yet.
  var reach: Int? {
    switch self {
    case .bounded, .tokens: count + behind
    case .share, .question, .asked: nil
    }
  }
}

/// What windows hang on, beside their own settings.
public struct PromptFacts: Sendable, Hashable, Codable {
  /// Tokens that a head keeps on average.
  public let budget: Int
  /// How many tokens at the prompt's end are a question and what stands before and behind it; `nil` where it
  /// ends with none.
  public let questionTokenCount: Int?
  /// The question's own tokens among them; `nil` where that is not known.
  public let question: QuestionTokens?

  /// Gathers what is known.
  public init(budget: Int, questionTokenCount: Int? = nil, question: QuestionTokens? = nil) {
    (self.budget, self.questionTokenCount, self.question) = (budget, questionTokenCount, question)
  }
}

/// Where at a prompt's end a question stands.
public struct QuestionTokens: Sendable, Hashable, Codable {
  /// The question's own tokens.
  public let count: Int
  /// Tokens behind them, which are a chat template's.
  public let behind: Int

  /// Says where.
  public init(count: Int, behind: Int = 0) { (self.count, self.behind) = (count, behind) }
}

/// A scorer whose rows are those of a window at the prompt's end.
protocol WindowScorer: GroupScorer {
  /// The window, which is a number once it is resolved.
  var window: Window { get }
  /// The same scorer with another window.
  func observing(_ window: Window) -> Self
}

extension WindowScorer {
  package var observedTokens: Int? { window.reach }

  /// While tokens are decoded the newest rows are looked at, whatever the window is called.
  package var following: DecodeFollowing? { .newest(window.count) }

  package func resolved(for facts: PromptFacts) throws -> any Scorer {
    observing(try window.resolved(for: facts))
  }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    newest(window.count + window.behind, of: tokenCount)
  }

  package func observation(_ evidence: Evidence) -> Observation? { rows(evidence) }

  /// The window's rows of attention.
  func rows(_ evidence: Evidence) -> Observation { .window(window, of: evidence.recording) }
}
