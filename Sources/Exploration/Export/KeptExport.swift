import Eviction
import Foundation
import Transformer

/// What every policy keeps, in a documented and versioned schema (README, "Export"; `kept.schema.json` beside
/// the tests).
///
/// Positions are places in the prompt's tokens; byte ranges are places in the prompt's text, half-open.
public struct KeptExport: Encodable, Sendable {
  /// The name and version of the schema; the version rises when a field changes its meaning.
  public static let schema = "laq-tui.kept"
  /// See `schema`.
  public static let version = 1

  private let schema = Self.schema
  private let version = Self.version
  private let program = Release.name
  private let model: Model
  private var prompt: PromptEntry
  private let settings: Settings
  private var policies: [PolicyEntry]
  private let unavailablePolicies: [UnavailableEntry]?
  private let otherQuestions: [OtherQuestion]?

  /// What the arrays of the other formats are made of.
  let tokens: [TokenEntry]
  let results: [PolicyResult]
  /// What the settings ask for and has no result, with the reason.
  let unavailable: [Unavailable]
  let granularity: Granularity

  private enum CodingKeys: String, CodingKey {
    case schema, version, program, model, prompt, settings, policies, otherQuestions
    case unavailablePolicies = "unavailable"
  }

  private struct Model: Encodable {
    let name: String
    let layers: Int, queryHeads: Int, kvHeads: Int, headDimension: Int
  }

  private struct PromptEntry: Encodable {
    let name: String, sha256: String
    let bytes: Int
    var tokens: [TokenEntry]?
    /// The question that came after the eviction: no policy but those that look at the answer knew it.
    let questionAfterEviction: String?
    /// What every answer was made to begin with.
    let answerPrefix: String?
  }

  /// What the same caches answer to another question.
  private struct OtherQuestion: Encodable {
    let question: String
    let answers: [OtherAnswer]
  }

  private struct OtherAnswer: Encodable {
    let policy: String
    let recall: Double?, massRecall: Double?
    let answerTokens: [Int], answer: String
  }

  struct TokenEntry: Encodable {
    let id: Int, start: Int, end: Int
    let text: String
  }

  private struct Settings: Encodable {
    let budget: Int
    let granularity: String
    let answerLimit: Int
    let expected: [String]?
  }

  private struct PolicyEntry: Encodable {
    let name: String, title: String, source: String
    let settings: [String: String]
    var keptPerLayerAndHead: [[[Int]]]?
    let keptTokens: Int, bytes: Int
    let keptPerHead: Double
    /// Prompt tokens that are looked at; `nil` for all of them, and where there is no scorer.
    let window: Int?
    /// Tokens per head that were kept for their score.
    let chosenPerHead: Double?
    /// What of the policy does nothing here, in sentences; `nil` where all of it does something.
    let notes: [String]?
    /// Of kept tokens, those out of their layer's sliding window; `nil` without such layers.
    let uselessShare: Double?
    let recall: Double?, recallCeiling: Double?, massRecall: Double?, outputError: Double?
    let pseudoTokens: [Int]?
    /// In what a trace's lookahead differs from the one that the settings ask for; `nil` where in nothing.
    let lookaheadMismatch: String?
    let answerTokens: [Int], answer: String
    /// `AnswerMark`; none of the full cache's answer, and none without one.
    let mark: String?
  }

  /// A policy that keeps nothing here, and why.
  private struct UnavailableEntry: Encodable {
    let name: String, title: String, reason: String
  }

  /// Gathers what a run has so far.
  /// - Throws: `ExportError.nothingYet` before the first policy has evicted.
  public init(_ run: Run) throws {
    guard let recording = run.recording, !run.results.isEmpty else { throw ExportError.nothingYet }
    let shape = recording.shape
    model = Model(
      name: run.modelName, layers: shape.layerCount, queryHeads: shape.queryHeadCount,
      kvHeads: shape.kvHeadCount, headDimension: shape.headDimension)
    tokens = run.prompt.tokens.indices.map { position in
      let token = run.prompt.tokens[position]
      return TokenEntry(
        id: token.id, start: token.byteRange.lowerBound, end: token.byteRange.upperBound,
        text: run.text(at: position))
    }
    prompt = PromptEntry(
      name: run.prompt.name, sha256: run.prompt.hash, bytes: run.prompt.text.count, tokens: tokens,
      questionAfterEviction: run.prompt.laterQuestionText, answerPrefix: run.prompt.framing.answerPrefix)
    settings = Settings(
      budget: run.settings.budget, granularity: run.settings.granularity.rawValue,
      answerLimit: run.settings.answerLimit,
      expected: run.settings.expected.isEmpty ? nil : run.settings.expected.map(\.description))
    results = (run.full.map { [$0] } ?? []) + run.results
    granularity = run.settings.granularity
    policies = results.map { result in
      PolicyEntry(
        name: result.policy.name, title: result.policy.title, source: result.policy.descriptor.source,
        settings: result.policy.settingValues,
        keptPerLayerAndHead: result.kept.positions, keptTokens: result.kept.totalCount,
        bytes: run.bytes(of: result.kept), keptPerHead: result.kept.meanCount, window: result.choice?.window,
        chosenPerHead: result.choice?.chosenPerHead, notes: result.notes.isEmpty ? nil : result.notes,
        uselessShare: run.uselessShare(of: result.kept),
        recall: result.recall, recallCeiling: result.recallCeiling,
        massRecall: result.massRecall, outputError: result.outputError,
        pseudoTokens: result.lookahead?.pseudo.tokens, lookaheadMismatch: result.lookahead?.mismatch,
        answerTokens: result.answer.tokens,
        answer: run.answerText(result),
        mark: result.policy.keepsEverything ? nil : run.mark(of: result)?.rawValue)
    }
    unavailable = run.unavailable
    unavailablePolicies =
      unavailable.isEmpty
      ? nil
      : unavailable.map { UnavailableEntry(name: $0.policy.name, title: $0.policy.title, reason: $0.reason) }
    let others = run.answered.map { answered in
      OtherQuestion(
        question: answered.question,
        answers: ([answered.full] + answered.results).map { result in
          OtherAnswer(
            policy: result.policy.name, recall: result.recall, massRecall: result.massRecall,
            answerTokens: result.answer.tokens, answer: run.answerText(result))
        })
    }
    otherQuestions = others.isEmpty ? nil : others
  }

  /// The map in one of the formats that hold it.
  /// - Precondition: the format holds kept tokens; views and pages are drawn elsewhere.
  /// - Throws: `ExportError.tooLarge` naming the file.
  public func data(_ format: ExportFormat, path: String) throws -> Data {
    switch format {
    case .json: return try json()
    case .csv: return csv()
    case .npz:
      let arrays = try arrays() + [NamedArray("summary", text: summary())]
      guard let data = NPZ.data(arrays) else {
        throw ExportError.tooLarge(path, byteCount: arrays.reduce(0) { $0 + $1.data.count })
      }
      return data
    case .safetensors:
      return try SafetensorsExport.data(
        arrays(),
        metadata: [
          "schema": Self.schema, "version": String(Self.version),
          "summary": String(decoding: summary(), as: UTF8.self),
        ])
    case .text, .ansi, .svg, .html: preconditionFailure("\(format) holds no kept tokens")
    }
  }

  /// The map as JSON; equal maps have equal bytes.
  public func json() throws -> Data { try ExportedJSON.data(self) + Data("\n".utf8) }

  /// The JSON without the tokens and the kept positions, which the arrays hold.
  func summary() throws -> Data {
    var copy = self
    copy.prompt.tokens = nil
    for index in copy.policies.indices { copy.policies[index].keptPerLayerAndHead = nil }
    return try ExportedJSON.data(copy)
  }
}
