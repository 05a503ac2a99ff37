import Eviction
import Foundation

/// How exports are written as JSON: keys sorted, so that equal values have equal bytes.
enum ExportedJSON {
  /// The value as JSON, without a newline at its end.
  /// - Parameter isPretty: whether for people, in lines.
  static func data(_ value: some Encodable, isPretty: Bool = false) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return try encoder.encode(value)
  }

  /// The value as a file for people and scripts: in lines, the last of which ends.
  static func lines(_ value: some Encodable) throws -> Data {
    try data(value, isPretty: true) + Data("\n".utf8)
  }
}

extension Policy {
  /// Every setting with its value, as exports have them.
  var settingValues: [String: String] {
    Dictionary(uniqueKeysWithValues: allSettings.map { ($0.key, $0.value) })
  }
}

extension Run {
  /// A token of the prompt as text; bytes that are no UTF-8 become U+FFFD.
  func text(at position: Int) -> String { String(decoding: prompt.bytes(at: position), as: UTF8.self) }

  /// A result's answer as text; nothing where there is none.
  func answerText(_ result: PolicyResult?) -> String {
    result.map { vocabulary.text($0.answer.tokens) } ?? ""
  }
}

/// The program's name and version, as exports and `--version` give them.
public enum Release {
  /// Semantic version; it rises when a command, an option, a key or an export changes its meaning.
  public static let version = "0.1.0"
  /// Name and version in one line.
  public static let name = "laq-tui \(version)"
}
