import Exploration
import Foundation

/// What a prompt costs under each policy, with what it was measured on: as a table and as JSON.
package struct CostReport: Sendable, Encodable {
  /// The name and version of the format; the version rises when a field changes its meaning.
  package static let schema = "laq-tui.cost"
  /// See `schema`.
  package static let version = 1

  private let schema = Self.schema
  private let version = Self.version
  private let program = Release.name
  private let model: ModelIdentity
  private let prompt: PromptEntry
  private let settings: Settings
  private let machine: Machine
  private let prefillSeconds: Double
  private let prefillPeakResidentBytes: Int?
  private let promptBytes: Int
  private let queryBytes: Int
  private let policies: [PromptCost.PolicyCost]

  private struct PromptEntry: Encodable {
    let name: String, sha256: String
    let tokens: Int
  }

  private struct Settings: Encodable {
    let granularity: String, recording: String, arithmetic: String
    let repeats: Int, decodedTokens: Int
    let template: [String]?
  }

  private struct Machine: Encodable {
    let processors: Int
    let processor: String?
  }

  /// Names what was measured.
  /// - Parameters:
  ///   - repeats: how often everything was measured; the shortest time counts.
  ///   - decodedTokens: tokens that were decoded to measure one.
  package init(
    _ cost: PromptCost, prompt: Prompt, model: ModelIdentity, settings: EvaluationSettings, repeats: Int,
    decodedTokens: Int
  ) {
    self.model = model
    self.prompt = PromptEntry(name: prompt.name, sha256: prompt.hash, tokens: cost.promptTokens)
    self.settings = Settings(
      granularity: settings.granularity.rawValue, recording: settings.recording.rawValue,
      arithmetic: settings.arithmetic.rawValue, repeats: repeats, decodedTokens: decodedTokens,
      template: prompt.framing.variables.isEmpty ? nil : prompt.framing.variables.arguments)
    machine = Machine(processors: ProcessInfo.processInfo.activeProcessorCount, processor: Self.processorName)
    prefillSeconds = cost.prefillSeconds
    prefillPeakResidentBytes = cost.peakResidentBytes
    promptBytes = cost.promptBytes
    queryBytes = cost.queryBytes
    policies = cost.entries
  }

  /// The report as JSON, keys sorted.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// A line per policy and budget: milliseconds after the prefill, milliseconds a token, and MiB.
  package var markdown: String {
    var table = MarkdownTable([
      "policy", "budget", "pass ms", "lookahead ms", "select ms", "of prefill", "ms/token", "of full",
      "kept MiB", "of full",
      "held before", "peak RSS",
    ])
    let full = policies.first
    for entry in policies {
      guard entry.unavailable == nil else {
        table.add([entry.policy, entry.budget ?? "all"] + Array(repeating: "–", count: 10))
        continue
      }
      table.add([
        entry.policy, entry.budget ?? "all", Self.milliseconds(entry.passSeconds),
        Self.milliseconds(entry.lookaheadSeconds),
        Self.milliseconds(entry.selectionSeconds), Self.share(entry.secondsToFirstToken, of: prefillSeconds),
        Self.milliseconds(entry.secondsPerToken),
        Self.share(entry.secondsPerToken, of: full?.secondsPerToken ?? 0),
        Self.mebibytes(entry.keptBytes),
        Self.share(Double(entry.keptBytes), of: Double(full?.keptBytes ?? 0)),
        Self.mebibytes(promptBytes + entry.lookaheadBytes),
        entry.peakResidentBytes.map(Self.mebibytes) ?? "–",
      ])
    }
    return table.text
  }

  /// What the numbers are, and what was not measured.
  package var notes: String {
    let peak = prefillPeakResidentBytes.map { ", \(Self.mebibytes($0)) MiB resident at most" } ?? ""
    return
      ([
        """
        \(model.name), \(prompt.name): \(prompt.tokens) tokens; prefill \(Self.milliseconds(prefillSeconds)) ms\(peak); keys and \
        values \(Self.mebibytes(promptBytes)) MiB,
        recorded queries \(Self.mebibytes(queryBytes)) MiB (\(settings.recording)); \(settings.arithmetic), \(machine.processors) \
        processors\(machine.processor.map { " (\($0))" } ?? "").
        The shortest of \(settings.repeats) runs, one policy at a time, \(settings.decodedTokens) tokens decoded. 'of prefill': \
        pass, lookahead and selection; 'held before': keys
        and values until the final eviction, the lookahead's cheap cache included; 'peak RSS': the process, weights and \
        recording included, while the policy ran.
        """
      ]
      + policies.compactMap { entry in entry.unavailable.map { "\(entry.policy): \($0)" } }
      .withoutRepetitions())
      .joined(separator: "\n") + "\n"
  }

  private static func milliseconds(_ seconds: Double) -> String { String(format: "%.2f", 1000 * seconds) }
  private static func mebibytes(_ bytes: Int) -> String { String(format: "%.2f", Double(bytes) / 1_048_576) }
  private static func share(_ part: Double, of whole: Double) -> String {
    whole > 0 ? String(format: "%.1f %%", 100 * part / whole) : "–"
  }

  /// What Linux calls the processor.
  private static var processorName: String? {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(
      separator: ":", maxSplits: 1
    ).last
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
