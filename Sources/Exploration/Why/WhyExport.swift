import Eviction
import Foundation

/// A finding as JSON, in a documented and versioned schema, and as text for people.
///
/// Layers and query heads count from 0, as in the export of kept tokens; in the text from 1, as on the
/// screens.
public struct WhyExport: Encodable {
  /// The name and version of the schema; the version rises when a field changes its meaning.
  public static let schema = "laq-tui.why"
  /// See `schema`.
  public static let version = 1

  private let schema = Self.schema
  private let version = Self.version
  private let model: String
  private let prompt: PromptEntry
  private let policy: PolicyEntry
  private let step: Int
  private let expected: Said?, said: Said?
  private let answers: Answers
  private let outcome: String
  private let tries: Int
  private let isSmallest: Bool
  private let evictedCount: Int
  private let restored: [TokenEntry], evicted: [TokenEntry]

  private struct PromptEntry: Encodable {
    let name: String, sha256: String
    let tokens: Int
    let questionAfterEviction: String?
  }

  private struct PolicyEntry: Encodable {
    let name: String, title: String
    let budget: Int
    let granularity: String
    let settings: [String: String]
  }

  private struct Said: Encodable {
    let id: Int
    let text: String
  }

  private struct Answers: Encodable {
    let full: String, policy: String
  }

  private struct TokenEntry: Encodable {
    let layer: Int, queryHead: Int, position: Int, id: Int
    let text: String
    let share: Float
  }

  /// Gathers a finding, finished or not.
  public init(_ finding: WhyFinding, of run: Run) {
    func said(_ token: Int?) -> Said? { token.map { Said(id: $0, text: run.vocabulary.text([$0])) } }
    func entry(_ token: LostToken) -> TokenEntry {
      TokenEntry(
        layer: token.layer, queryHead: token.queryHead, position: token.position,
        id: run.prompt.tokens[token.position].id,
        text: run.text(at: token.position), share: token.share)
    }
    model = run.modelName
    prompt = PromptEntry(
      name: run.prompt.name, sha256: run.prompt.hash, tokens: run.prompt.tokens.count,
      questionAfterEviction: run.prompt.laterQuestionText)
    policy = PolicyEntry(
      name: finding.policy.name, title: finding.policy.title, budget: run.settings.budget,
      granularity: run.settings.granularity.rawValue, settings: finding.policy.settingValues)
    step = finding.step
    (expected, self.said) = (said(finding.expected), said(finding.said))
    answers = Answers(
      full: run.answerText(run.full),
      policy: run.answerText(run.results.first { $0.policy == finding.policy }))
    outcome =
      switch finding.stage {
      case .ranking, .restoring, .shrinking: "unfinished"
      case .found: "found"
      case .notFound: "not found"
      case .cancelled: "cancelled"
      case .failed(let reason): "failed: \(reason)"
      }
    tries = finding.tries
    isSmallest = finding.isSmallest
    evictedCount = finding.lostCount
    restored = finding.restored.map(entry)
    evicted = finding.lost.map(entry)
  }

  /// The finding as JSON, in lines; equal findings have equal bytes.
  public func json() throws -> Data { try ExportedJSON.data(self, isPretty: true) + Data("\n".utf8) }

  /// The finding in lines that a person reads; text of the prompt is quoted. Whatever a terminal would obey,
  /// or nobody would see, is escaped, in names of files and arrays, too.
  public var text: String {
    func quoted(_ text: String) -> String { "\"\(Self.escaped(text, inQuotes: true))\"" }
    let (name, title) = (
      Self.escaped(prompt.name, inQuotes: false), Self.escaped(policy.title, inQuotes: false)
    )
    func line(_ token: TokenEntry) -> String {
      "  layer \(token.layer + 1)  head \(token.queryHead + 1)  token \(token.position)  "
        + "share \(String(format: "%.4f", Double(token.share)))  \(quoted(token.text))"
    }
    var lines = [
      "\(title), \(policy.budget) tokens per head, on \(name): \(outcome) after \(tries) tries",
      "full cache  \(quoted(answers.full))",
      "\(title)  \(quoted(answers.policy))",
      "They differ at answer token \(step + 1): \(expected.map { quoted($0.text) } ?? "the end") was expected, "
        + "\(said.map { quoted($0.text) } ?? "the end") was said.",
    ]
    if let question = prompt.questionAfterEviction {
      lines.insert("asked after the eviction  \(quoted(question))", at: 1)
    }
    if !restored.isEmpty {
      lines.append(
        "Kept, \(restored.count == 1 ? "this one brings" : "these \(restored.count) bring") the answer back:")
      lines += restored.map(line)
      if isSmallest, restored.count > 1 { lines.append("Without any one of them it is lost again.") }
    } else if outcome == "not found" {
      lines.append("Nothing that was tried brings the answer back.")
    }
    lines.append("Evicted, and most looked at there (\(evictedCount) above an even share):")
    lines += evicted.prefix(12).map(line)
    return lines.joined(separator: "\n") + "\n"
  }

  /// A text as in source code.
  private static func escaped(_ text: String, inQuotes: Bool) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
        escaped += scalar.escaped(asASCII: true)
      default: escaped += inQuotes && (scalar == "\"" || scalar == "\\") ? "\\\(scalar)" : String(scalar)
      }
    }
  }
}
