import Eviction
import Foundation

/// What kvpress was told, as its `config.yaml` has it: a flat mapping, whose longer values go on in indented
/// lines.
struct KVPressConfig {
  let file: String
  private let values: [String: String]

  /// Reads the file's lines.
  /// - Throws: `ImportError`.
  init(_ text: String, file: String) throws {
    self.file = file
    var values: [String: String] = [:]
    var last: String?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.drop { $0.isWhitespace }
      if words.isEmpty || words.hasPrefix("#") || line == "---" { continue }
      if let key = last, line.first?.isWhitespace == true || line.hasPrefix("- ") {
        values[key] = (values[key] ?? "") + ((values[key] ?? "").isEmpty ? "" : " ") + words
        continue
      }
      guard let colon = line.firstIndex(of: ":"), line.first?.isWhitespace == false else {
        throw ImportError(
          file, "line \(number + 1)", expected: "'key: value'", found: ImportError.quoted(line),
          cure: Self.cure)
      }
      let key = String(line[..<colon])
      values[key] = String(line[line.index(after: colon)...].drop { $0.isWhitespace })
      last = key
    }
    self.values = values.mapValues(Self.plain)
  }

  private static let cure = "name the folder of an evaluation of kvpress, as it wrote it"

  /// A scalar without its quotes.
  private static func plain(_ value: String) -> String {
    let text = String(value.reversed().drop { $0.isWhitespace }.reversed())
    guard text.count >= 2, let quote = text.first, quote == text.last else { return text }
    let inside = String(text.dropFirst().dropLast())
    switch quote {
    case "'": return inside.replacing("''", with: "'")
    case "\"": return inside.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    default: return text
    }
  }

  /// A value; `nil` where there is none.
  subscript(key: String) -> String? {
    values[key].flatMap { ["", "null", "~"].contains($0) ? nil : $0 }
  }

  /// A value that there must be.
  /// - Throws: `ImportError`.
  func text(_ key: String) throws -> String {
    guard let value = self[key] else {
      throw ImportError(file, "key '\(key)'", expected: "a value", found: "none", cure: Self.cure)
    }
    return value
  }

  /// What policies saw: kvpress puts a question to what was kept, unless it is told otherwise.
  var compressed: CompressedPart { self["query_aware"] == "true" ? .all : .context }

  /// The press' name.
  /// - Throws: `ImportError`.
  func press() throws -> String {
    let name = try text("press_name")
    guard PolicyElsewhere.isName(name) else {
      throw ImportError(
        file, "key 'press_name'", expected: "letters, digits and _ + - .", found: ImportError.quoted(name),
        cure: Self.cure)
    }
    return ["threshold", "head_compression_ratio"].reduce(name) { name, key in
      self[key].map { "\(name),\(key)=\($0)" } ?? name
    }
  }

  /// The budget: a number of tokens where the press was given one, else what the ratio leaves.
  /// - Parameter measured: the share that was evicted, by the rows, where the press' settings do not tell it.
  /// - Throws: `ImportError`.
  func budget(measured: Double?) throws -> Budget {
    if let command = self["press_init_command"], let place = command.range(of: "budget="),
      let tokens = Int(command[place.upperBound...].prefix { $0.isASCII && $0.isNumber }), tokens > 0
    {
      return .tokens(tokens)
    }
    let told = self["threshold"] == nil ? self["compression_ratio"] ?? self["head_compression_ratio"] : nil
    let text = told ?? measured.map { String((1000 * $0).rounded() / 1000) } ?? ""
    if let ratio = Decimal(string: text), ratio >= 0, ratio <= 1,
      let budget = try? Budget(parsing: "\(max(100 * (1 - ratio), Decimal(1) / 1000))%")
    {
      return budget
    }
    throw ImportError(
      file, "key 'compression_ratio'", expected: "a number from 0 to 1", found: ImportError.quoted(text),
      cure: Self.cure)
  }
}
