import ArgumentParser
import Eviction
import Exploration
import Foundation
import Screen
import Terminal

/// The command line.
struct LaqTUI: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laq-tui",
    abstract: "See which tokens of a long prompt each KV-cache eviction policy keeps, and what that does to the answer.",
    discussion: "'laq-tui --help' is the manual; in the place of a text there may be a command: \(Main.names.joined(separator: ", ")).",
    version: Release.name)

  /// How long answers may be.
  static let stepRange = 1...4096

  @OptionGroup(title: "The text") var prompt: PromptOptions
  @OptionGroup(title: "The model") var model: ModelOptions
  @OptionGroup(title: "The policies") var policies: PolicyOptions
  @OptionGroup(title: "The screen") var screen: ScreenOptions
  @OptionGroup(title: "In place of the screen") var output: OutputOptions

  func validate() throws {
    if let steps = policies.steps, !Self.stepRange.contains(steps) {
      throw ValidationError("--steps must be from \(Self.stepRange.lowerBound) to \(Self.stepRange.upperBound).")
    }
    guard screen.layer ?? 1 >= 1, screen.head ?? 1 >= 1 else { throw ValidationError("--layer and --head count from 1.") }
    guard output.format == nil || output.export != nil else { throw ValidationError("--format needs --export.") }
    try Self.check { _ = try output.exportRequest }
    guard Size(output.size) != nil else { throw ValidationError("--size must be as 120x36.") }
    guard !output.json || output.why != nil else { throw ValidationError("--json needs --why.") }
    for name in policies.policies + (output.why.map { [$0] } ?? []) { try Self.check { _ = try Policy(parsing: name) } }
    try Self.check { _ = try Key.parse(screen.keys) }
    if let theme = screen.theme, Theme.named(theme) == nil {
      throw ValidationError("--theme must be one of \(Theme.all.map(\.name).joined(separator: ", ")).")
    }
  }

  private static func check(_ body: () throws -> Void) throws {
    do { try body() } catch { throw ValidationError(String(describing: error)) }
  }

  func run() async throws { try await run { try Opening(self) } }

  /// Opens a text and explores it, in the terminal or without one.
  @MainActor
  func run(_ open: () throws -> Opening) async throws {
    Terminal.prepareProcess()
    do {
      let opening = try open()
      if output.replacesTerminal {
        try await Batch(opening: opening, options: self).run()
      } else {
        try await Session(opening: opening, keys: screen.keys).run()
      }
    } catch let error as TerminalError {
      Self.fail(error, status: 2)
    } catch let error as ConfigError {
      Self.fail(error, status: 64)
    } catch let error as ExitCode {
      throw error
    } catch let error as ValidationError {
      throw error
    } catch {
      Self.fail(error, status: 1)
    }
  }

  /// Ends with one sentence on standard error.
  static func fail(_ error: any Error, status: Int32) -> Never {
    FileHandle.standardError.write(Data("laq-tui: \(error)\n".utf8))
    Foundation.exit(status)
  }
}
