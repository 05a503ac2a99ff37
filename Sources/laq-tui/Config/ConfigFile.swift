import Exploration
import Foundation
import Views

/// The configuration file: defaults for options, and a person's own keys.
///
/// `laq-tui config --write` makes one to start from. A file that is not understood is wrong usage, as a wrong
/// option is: silently leaving out half of it would be worse, and `--no-config` opens without it.
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
        throw ConfigError(
          path: path, line: nil, reason: "cannot be read (\(String(cString: strerror(errno))))")
      }
      return Preferences()
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= byteLimit,
      let data = FileManager.default.contents(atPath: path)
    else {
      throw ConfigError(
        path: path, line: nil, reason: "a file of at most 1 MiB was expected, which can be read")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ConfigError(path: path, line: nil, reason: "the file is no UTF-8; save it as UTF-8")
    }
    return try ConfigFile(text, path: path).preferences
  }

  /// Writes a file in the place of the one that is there, which is kept beside it as `config.toml~`; folders
  /// are made.
  /// - Throws: `ExportError`; then the file is as it was.
  static func write(_ text: String, to path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    // Where the folder cannot be made, the file's own error says that there is none.
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if let earlier = FileManager.default.contents(atPath: path), earlier != Data(text.utf8) {
      try AtomicFile.write(earlier, to: path + "~", replacing: true)
    }
    try AtomicFile.write(Data(text.utf8), to: path, replacing: true)
  }

  /// What the file prefers.
  let preferences: Preferences

  /// Reads a file's text.
  /// - Throws: `ConfigError`.
  init(_ text: String, path: String) throws {
    let entries: [TOMLReader.Entry]
    do { entries = try TOMLReader.entries(in: text) } catch let failure as TOMLReader.Failure {
      throw ConfigError(path: path, line: failure.line, reason: failure.reason)
    }
    var preferences = Preferences()
    var keys: [TOMLReader.Entry] = []
    for entry in entries {
      let name = entry.path.joined(separator: ".")
      do {
        if entry.path.count == 2, entry.path[0] == "keys" {
          keys.append(entry)
        } else if let setting = ConfigSetting(rawValue: name) {
          try setting.read(entry.value, into: &preferences)
        } else {
          throw ConfigValueError(
            "there is no such setting; there are \(ConfigSetting.allCases.map(\.rawValue).joined(separator: ", ")) and [keys]"
          )
        }
      } catch let error as ConfigValueError {
        throw ConfigError(path: path, line: entry.line, reason: "\(name): \(error.reason)")
      }
    }
    preferences.keys = try keys.isEmpty ? nil : Self.table(of: keys, path: path)
    self.preferences = preferences
  }

  /// The table with a person's own keys: an action's name, and its key or keys.
  private static func table(of entries: [TOMLReader.Entry], path: String) throws -> KeyTable {
    let wanted = try entries.map { entry -> (action: String, keys: [String]) in
      guard let keys = entry.value.text.map({ [$0] }) ?? entry.value.texts else {
        throw ConfigError(
          path: path, line: entry.line,
          reason: "\(entry.path[1]): a key was expected, as \"x\" or \"<C-x>\", or a list of them")
      }
      return (entry.path[1], keys)
    }
    do { return try KeyTable.standard.rebound(wanted) } catch let error as KeyTableError {
      throw ConfigError(
        path: path, line: entries.first { $0.path[1] == error.action }?.line, reason: error.description)
    }
  }
}

/// Why the configuration file is not understood.
struct ConfigError: Error, CustomStringConvertible {
  let path: String
  /// From 1; `nil` where it is about no line.
  let line: Int?
  let reason: String

  var description: String {
    "\(path)\(line.map { ":\($0)" } ?? ""): \(reason) (--no-config opens without this file)"
  }
}
