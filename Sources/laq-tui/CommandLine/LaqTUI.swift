import ArgumentParser
import Checkpoint
import Eviction
import Exploration
import Foundation
import Screen
import Terminal
import Views

/// The command line.
struct LaqTUI: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laq-tui",
    abstract:
      "See which tokens of a long prompt each KV-cache eviction policy keeps, and what that does to the answer.",
    discussion:
      "'laq-tui --help' is the manual; in the place of a text there may be a command: \(Main.names.joined(separator: ", ")).",
    version: Release.name)

  @OptionGroup(title: "The text") var prompt: PromptOptions
  @OptionGroup(title: "The model") var model: ModelOptions
  @OptionGroup(title: "The policies") var policies: PolicyOptions
  @OptionGroup(title: "The screen") var screen: ScreenOptions
  @OptionGroup(title: "In place of the screen") var output: OutputOptions

  func validate() throws {
    try policies.steps.map(Self.check(steps:))
    guard screen.layer ?? 1 >= 1, screen.head ?? 1 >= 1 else {
      throw ValidationError("--layer and --head count from 1.")
    }
    guard output.format == nil || output.export != nil else {
      throw ValidationError("--format needs --export.")
    }
    try Self.check { _ = try output.exportRequest }
    try Self.check { _ = try TemplateVariables(parsing: prompt.variables) }
    guard Size(output.size) != nil else { throw ValidationError("--size must be as 120x36.") }
    guard !output.recordOutput || output.record != nil else {
      throw ValidationError("--record-output needs --record.")
    }
    guard !output.json || output.why != nil else { throw ValidationError("--json needs --why.") }
    guard output.aim == nil || output.why != nil else { throw ValidationError("--aim needs --why.") }
    if let aim = output.aim, WhyTarget(aim) == nil {
      throw ValidationError(
        "--aim must be first, expected, whole or a token's number from 1; '\(aim)' was given.")
    }
    for name in policies.policies + (output.why.map { [$0] } ?? []) {
      try Self.check { _ = try Policy(parsing: name) }
    }
    try Self.check { _ = try Key.parse(screen.keys) }
    if let theme = screen.theme, Theme.named(theme) == nil {
      throw ValidationError("--theme must be one of \(Theme.all.map(\.name).joined(separator: ", ")).")
    }
  }

  private static func check(_ body: () throws -> Void) throws {
    do { try body() } catch { throw ValidationError(String(describing: error)) }
  }

  func run() async throws {
    try await reportingErrors {
      switch try Input.detect(prompt.text) {
      case .results(let results): try await show(results)
      case .trace: try await explore(OpenedInput(trace: self))
      case .session(let file): try await explore(OpenedInput(self, session: file))
      case .text: try await explore(OpenedInput(self))
      }
    }
  }

  /// Explores a text that comes with a tour.
  func run(_ tour: Tour, of text: [UInt8]) async throws {
    try await reportingErrors { try await explore(OpenedInput(self, tour: (tour, text))) }
  }

  /// Explores what was opened, in the terminal or without one.
  @MainActor
  private func explore(_ input: OpenedInput) async throws {
    if output.replacesTerminal {
      let text = TextRun(input: input, options: self)
      try await Signals.interrupting { try await text.run() }
    } else {
      // What stands in the way of a first state is said on the terminal as it is.
      let state = try input.state()
      let sink = try Sink(self, input.preferences, isTerminal: true)
      try await sink.run(Explorer(input, state, on: sink))
    }
  }

  /// Says what went wrong, and ends with the status of its kind.
  @MainActor
  private func reportingErrors(_ body: @MainActor () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as TerminalError {
      Console.end(error, status: 2)
    } catch let error as ConfigError {
      Console.end(error, status: 64)
    } catch is CancellationError {
      Console.end(Interrupted(), status: 130)
    } catch let error as ExitCode {
      throw error
    } catch let error as ValidationError {
      throw error
    } catch {
      Console.end(error, status: 1)
    }
  }

  /// Shows an evaluation in the terminal, or prints its screen.
  @MainActor
  private func show(_ results: ResultsFile) async throws {
    let sink = try Sink(self, Preferences.holding(self), isTerminal: output.screen == nil)
    let browser = ResultsBrowser(results, options: self, on: sink)
    try await sink.run(browser)
    if output.screen != nil { sink.print(browser) }
  }

  /// Refuses an answer's length that cannot be asked for.
  /// - Throws: `ValidationError`.
  static func check(steps: Int) throws {
    let limits = ExplorationSettings.answerLimits
    guard limits.contains(steps) else {
      throw ValidationError("--steps must be from \(limits.lowerBound) to \(limits.upperBound).")
    }
  }

  /// Refuses a seed that no draw begins with.
  /// - Throws: `ValidationError`.
  static func check(seed: Int) throws {
    guard 0...1_000_000_000 ~= seed else { throw ValidationError("--seed must be from 0 to 1000000000.") }
  }
}
