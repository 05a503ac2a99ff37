import ArgumentParser
import Foundation
import Screen

/// How the screen looks, and where it begins.
struct ScreenOptions: ParsableArguments {
  @Option(help: "The layer to begin with, from 1. Default: where the pinned policy loses most.")
  var layer: Int?

  @Option(help: "The query head to begin with, from 1.")
  var head: Int?

  @Option(
    help:
      "\(Theme.all.map(\.name).joined(separator: ", ")). Default: dark or light, by the terminal's background.",
    completion: .list(Theme.all.map(\.name)))
  var theme: String?

  @Option(help: "Colours: auto, always or never. Default: auto, by the terminal and NO_COLOR.")
  var color: ColorChoice?

  @Flag(inversion: .prefixedNo, help: "Draw with ASCII characters only.")
  var ascii: Bool?

  @Flag(inversion: .prefixedNo, help: "Use the mouse, or leave it to the terminal. Default: use it.")
  var mouse: Bool?

  @Option(help: "Keys to play first, as in '2]]}+'; <Esc>, <C-d> and the like for others.")
  var keys = ""

  @Flag(name: .customLong("no-config"), help: "Leave the configuration file unread.")
  var noConfig = false
}

/// When to use colours.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never

  /// `NO_COLOR` counts unless colours are asked for.
  var isMonochrome: Bool {
    switch self {
    case .always: false
    case .never: true
    case .auto: !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }
  }
}
