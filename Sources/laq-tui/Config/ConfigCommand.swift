import ArgumentParser
import Foundation
import Views

/// `laq-tui config`: the configuration as it holds, as a file to start from.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Print the configuration as TOML: what the file says, the rest as comments.",
    discussion: """
      'laq-tui config --write' makes it the configuration file; take '#' away there where you want another value. \
      Sending the output to that file would empty it before it is read.
      """)

  @Flag(
    help:
      "Write it to the configuration file, the settings of one that is there included; that one stays as config.toml~."
  )
  var write = false

  @Flag(name: .customLong("no-config"), help: "Take what holds without a configuration file.")
  var noConfig = false

  func run() throws {
    let path = ConfigFile.path()
    do {
      let text = ConfigListing(noConfig ? Preferences() : try ConfigFile.read(path), path: path).text
      guard write else {
        Output.write(text)
        return
      }
      try ConfigFile.write(text, to: path)
      Console.say("laq-tui: written to \(path)")
    } catch let error as ConfigError {
      Console.end(error, status: 64)
    } catch {
      Console.end(error, status: 1)
    }
  }
}

/// A configuration as TOML, which reads back as it is.
struct ConfigListing {
  private let preferences: Preferences
  private let path: String

  /// - Parameter preferences: what the file prefers; the rest is listed as what the program does by itself.
  init(_ preferences: Preferences, path: String) { (self.preferences, self.path) = (preferences, path) }

  /// The whole listing.
  var text: String {
    let settings = ConfigSetting.allCases.map { setting in
      line(
        setting.rawValue, setting.written(preferences), standard: setting.written(.builtIn),
        words: setting.words)
    }
    let table = preferences.keys ?? .standard
    let keys = zip(table.rows, KeyTable.standard.rows).map { own, standard in
      let written = ConfigSetting.list(own.keys.map(\.description))
      return line(
        own.action.name, own.keys == standard.keys ? nil : written, standard: written, words: own.words)
    }
    let head = """
      # laq-tui reads this file from \(path).
      # The command line goes before it, as does a session. Lines that begin with # say what holds without them.
      """
    return
      ([head, ""] + settings + ["", "# An action's keys, in the notation of --keys; [] for none.", "[keys]"]
      + keys)
      .joined(separator: "\n") + "\n"
  }

  private func line(_ key: String, _ value: String?, standard: String?, words: String) -> String {
    let line = value.map { "\(key) = \($0)" } ?? "# \(key) = \(standard ?? "\"\"")"
    return line + String(repeating: " ", count: max(2, 40 - line.count)) + "# " + words
  }
}
