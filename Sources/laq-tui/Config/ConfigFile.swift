import Foundation
import TOMLKit
import Views

/// The configuration file: defaults for options, and a person's own keys.
///
/// `laq-tui config` prints one to start from. A file that is not understood is wrong usage, as a wrong option is: silently
/// leaving out half of it would be worse, and `--no-config` opens without it.
struct ConfigFile {
  /// Larger files are no configuration.
  private static let byteLimit = 1 << 20

  /// Where it lies: `$XDG_CONFIG_HOME/laq-tui/config.toml`, by itself below `~/.config`.
  static func path(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
    // By the XDG Base Directory Specification a path that is not absolute counts as none.
    let folder = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
    return folder + "/laq-tui/config.toml"
  }

  /// Reads the file; nothing is preferred where there is none.
  /// - Throws: `ConfigError` that names file and line.
  static func read(_ path: String) throws -> Preferences {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw ConfigError(path: path, line: nil, reason: "cannot be read (\(String(cString: strerror(errno))))")
      }
      return Preferences()
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= byteLimit, let data = FileManager.default.contents(atPath: path)
    else { throw ConfigError(path: path, line: nil, reason: "a file of at most 1 MiB was expected, which can be read") }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ConfigError(path: path, line: nil, reason: "the file is no UTF-8; save it as UTF-8")
    }
    return try ConfigFile(text, path: path).preferences
  }

  /// What the file prefers.
  let preferences: Preferences

  /// Reads a file's text.
  /// - Throws: `ConfigError`.
  init(_ text: String, path: String) throws {
    let table: TOMLTable
    do { table = try TOMLTable(string: text) } catch let error as TOMLParseError {
      throw ConfigError(path: path, line: error.source.begin.line, reason: error.description)
    }
    let lines = ConfigLines(text)
    var preferences = Preferences()
    for key in table.keys.sorted(by: { (lines.line(of: $0, in: nil) ?? 0) < (lines.line(of: $1, in: nil) ?? 0) }) {
      guard let value = table[key] else { continue }
      do {
        if key == "keys" {
          preferences.keys = try Self.keys(value, path: path, lines: lines)
        } else if let setting = ConfigSetting(rawValue: key) {
          try setting.read(ConfigValue(value), into: &preferences)
        } else {
          throw ConfigValueError("there is no setting of this name; there are \(ConfigSetting.allCases.map(\.rawValue).joined(separator: ", ")) and [keys]")
        }
      } catch let error as ConfigValueError {
        throw ConfigError(path: path, line: lines.line(of: key, in: nil), reason: "\(key): \(error.reason)")
      }
    }
    self.preferences = preferences
  }

  /// The table of keys: an action's name, and its key or keys.
  private static func keys(_ value: TOMLValueConvertible, path: String, lines: ConfigLines) throws -> KeyTable {
    guard let table = value.table else { throw ConfigValueError("a table was expected: [keys]") }
    let wanted = try table.keys.sorted().map { action -> (action: String, keys: [String]) in
      let value = table[action].map(ConfigValue.init)
      guard let keys = value?.text.map({ [$0] }) ?? value?.texts else {
        throw ConfigError(
          path: path, line: lines.line(of: action, in: "keys"),
          reason: "\(action): a key was expected, as \"x\" or \"<C-x>\", or a list of them")
      }
      return (action, keys)
    }
    do { return try KeyTable.standard.rebound(wanted) } catch let error as KeyTableError {
      throw ConfigError(path: path, line: lines.line(of: error.action, in: "keys"), reason: error.description)
    }
  }
}

/// Why the configuration file is not understood.
struct ConfigError: Error, CustomStringConvertible {
  let path: String
  /// From 1; `nil` where it is about no line.
  let line: Int?
  let reason: String

  var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(reason) (--no-config opens without this file)" }
}
