import ArgumentParser
import Exploration
import Screen
import Views

/// What is printed or written in place of opening the text in the terminal.
struct OutputOptions: ParsableArguments {
  @Option(help: "Print this view as text and end: text, heatmap, heads, compare, timeline or lookahead.")
  var screen: ScreenName?

  @Option(help: "The size of a printed screen.")
  var size = "120x36"

  @Flag(help: "Print the screen with colours.")
  var ansi = false

  @Option(
    help: """
      Write this file and end: kept tokens as .json, .csv, .npz, .safetensors or a page, .html; the view that --screen \
      names (else the text) as .svg, .txt, .ansi or, with --screen, .html.
      """, completion: .file())
  var export: String?

  @Option(
    help: "Write what the model saw of this text as a trace, .safetensors, and end.", completion: .file())
  var record: String?

  @Flag(
    name: .customLong("record-output"), help: "With --record: the output projections, too, for +critical.")
  var recordOutput = false

  @Option(help: "The format of --export, where the file has no ending that says it.")
  var format: ExportFormat?

  @Flag(help: "Let --export and --record replace an existing file.")
  var force = false

  @Option(
    help:
      "Print why this policy's answer is not the full cache's, and end: what it lacked is found by trying.",
    completion: .custom(Completions.policies))
  var why: String?

  @Option(
    help:
      "With --why: what is to come back first, a token of the full cache's answer by its number, or first (the first that differs), expected or whole.",
    completion: .list(["first", "expected", "whole"]))
  var aim: String?

  @Flag(help: "With --why: print JSON.")
  var json = false

  /// Whether the terminal stays closed.
  var replacesTerminal: Bool { screen != nil || export != nil || why != nil || record != nil }

  /// What `--why` aims at first.
  var target: WhyTarget { aim.flatMap { WhyTarget($0) } ?? .first }

  /// What `--export` asks for.
  var exportRequest: ExportRequest? {
    get throws {
      guard let export else { return nil }
      let named = try ExportFormat(path: export, asked: format)
      // A table is the open view's where that has numbers of its own.
      let showsScreen = named.showsView || named == .json || named == .csv
      let scope: ExportRequest.Scope =
        screen != nil && showsScreen || !named.holdsEverything ? .view : .everything
      return ExportRequest(export, scope: scope, format: format, replacing: force)
    }
  }
}

extension ExportFormat: ExpressibleByArgument {}

/// The views by the names that `--screen` takes.
struct ScreenName: ExpressibleByArgument, CaseIterable {
  let view: ViewState.View

  init(view: ViewState.View) { self.view = view }

  init?(argument: String) {
    guard
      let view = ViewState.View.allCases.first(where: { Self(view: $0).defaultValueDescription == argument })
    else {
      return nil
    }
    self.view = view
  }

  var defaultValueDescription: String { view.title.lowercased() }

  static var allCases: [ScreenName] { ViewState.View.allCases.map(ScreenName.init) }
  static var allValueStrings: [String] { allCases.map(\.defaultValueDescription) }
}
