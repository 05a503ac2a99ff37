import Eviction
import Foundation

/// A finding as JSON, in a documented and versioned schema, and as text for people.
///
/// Layers, query heads and answer tokens count from 0, as in the export of kept tokens; in the text from 1,
/// as on the screens.
public struct WhyExport: Encodable {
  /// The name and version of the schema; the version rises when a field changes its meaning.
  public static let schema = "laq-tui.why"
  /// See `schema`. Version 2: `restored` is what brings the last of `parts` back, which need not be the whole
  /// answer (`isWhole`); `isSmallest` is said of that. Of large sets the first pieces are listed, and all counted.
  public static let version = 2

  private let schema = Self.schema
  private let version = Self.version
  private let model: String
  private let prompt: PromptEntry
  private let policy: PolicyEntry
  private let target: String
  private let step: Int
  private let expected: Said?, said: Said?
  private let answers: Answers
  private let outcome: String
  private let tries: Int, passedTokens: Int
  private let parts: [WhyPartEntry]
  private let isSmallest: Bool, isWhole: Bool
  private let evictedCount: Int
  private let restoredCount: Int
  private let restored: [WhyPieceEntry], evicted: [WhyPieceEntry]
  private let sentences: [String]

  private struct PromptEntry: Encodable {
    let name: String, sha256: String
    let tokens: Int
    let questionAfterEviction: String?
    let answerPrefix: String?
  }

  private struct PolicyEntry: Encodable {
    let name: String, title: String
    let budget: Int
    let granularity: String
    let settings: [String: String]
  }

  struct Said: Encodable {
    let id: Int
    let text: String

    init?(_ token: Int?, _ run: Run) {
      guard let token else { return nil }
      (id, text) = (token, run.vocabulary.text([token]))
    }
  }

  private struct Answers: Encodable {
    let full: String, policy: String
  }

  /// Gathers a finding, finished or not.
  public init(_ finding: WhyFinding, of run: Run) {
    model = run.modelName
    prompt = PromptEntry(
      name: run.prompt.name, sha256: run.prompt.hash, tokens: run.prompt.tokens.count,
      questionAfterEviction: run.prompt.laterQuestionText, answerPrefix: run.prompt.framing.answerPrefix)
    policy = PolicyEntry(
      name: finding.policy.name, title: finding.policy.title, budget: run.settings.budget,
      granularity: run.settings.granularity.rawValue, settings: finding.policy.settingValues)
    (target, step) = (finding.target.description, finding.step)
    (expected, said) = (Said(finding.expected, run), Said(finding.said, run))
    answers = Answers(
      full: run.answerText(run.full),
      policy: run.answerText(run.results.first { $0.policy == finding.policy }))
    outcome =
      switch finding.stage {
      case .ranking, .searching: "unfinished"
      case .found: "found"
      case .notFound: "not found"
      case .cancelled: "cancelled"
      case .failed(let reason): "failed: \(reason)"
      }
    (tries, passedTokens) = (finding.tries, finding.passedTokens)
    parts = finding.parts.map { WhyPartEntry($0, run) }
    (isSmallest, isWhole) = (finding.isSmallest, finding.isWhole)
    evictedCount = finding.lostCount
    let pieces = WhyPiecesEntry(finding.restored, run)
    (restoredCount, restored) = (pieces.count, pieces.listed)
    evicted = finding.lost.map { WhyPieceEntry(.eviction($0), run) }
    sentences = WhySentences(finding, of: run) { Self.quoted(String(decoding: $0, as: UTF8.self)) }.all.map(
      \.text)
  }

  /// The finding as JSON, in lines; equal findings have equal bytes.
  public func json() throws -> Data { try ExportedJSON.lines(self) }

  /// The finding in lines that a person reads; text of the prompt is quoted. Whatever a terminal would obey,
  /// or nobody would see, is escaped, in names of files and arrays, too.
  public var text: String {
    let (name, title) = (
      Self.escaped(prompt.name, inQuotes: false), Self.escaped(policy.title, inQuotes: false)
    )
    func line(_ piece: WhyPieceEntry) -> String {
      let head = "  layer \(piece.layer + 1)  head \(piece.queryHead + 1)  "
      guard let position = piece.position else { return head + "all \(piece.count) evicted tokens" }
      return head + "token \(position)  share \(String(format: "%.4f", Double(piece.share ?? 0)))  "
        + Self.quoted(piece.text ?? "")
    }
    var lines = [
      "\(title), \(policy.budget) tokens per head, on \(name): \(outcome) after \(tries) tries",
      "full cache  \(Self.quoted(answers.full))",
      "\(title)  \(Self.quoted(answers.policy))",
      "They differ at answer token \(step + 1): \(expected.map { Self.quoted($0.text) } ?? "the end") was expected, "
        + "\(said.map { Self.quoted($0.text) } ?? "the end") was said.",
    ]
    if let question = prompt.questionAfterEviction {
      lines.insert("asked after the eviction  \(Self.quoted(question))", at: 1)
    }
    lines += sentences
    if !restored.isEmpty {
      lines.append("Restored:")
      lines += restored.map(line)
      if restoredCount > restored.count { lines.append("  and \(restoredCount - restored.count) more") }
    }
    lines.append("Evicted, and most looked at there (\(evictedCount) above an even share):")
    lines += evicted.prefix(12).map(line)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ text: String) -> String { "\"\(escaped(text, inQuotes: true))\"" }

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
