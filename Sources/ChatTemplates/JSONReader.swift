import Foundation

/// Reads JSON (RFC 8259) as a template meets it: the keys of an object keep their order, as a template may
/// print them.
///
/// What is wrong is told with its line and column, for a person who has written it by hand. Cost: one pass.
package struct JSONReader {
  /// What is wrong, and where.
  package struct Failure: Error, Hashable, Sendable {
    /// What was expected, or found.
    package let reason: String
    /// The line, from 1.
    package let line: Int
    /// The character of that line, from 1.
    package let column: Int
  }

  private static let maximumDepth = 64

  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  /// Reads a whole text, in which one value stands.
  /// - Throws: `Failure`.
  package static func value(of bytes: [UInt8]) throws -> TemplateValue {
    // A byte order mark, as editors of some systems write it.
    var reader = JSONReader(bytes: bytes, index: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    let value = try reader.value()
    reader.skipSpace()
    guard reader.index == bytes.count else { throw reader.failure("something follows the end of the value") }
    return value
  }

  private init(bytes: [UInt8], index: Int) { (self.bytes, self.index) = (bytes, index) }

  private func failure(_ reason: String, at place: Int? = nil) -> Failure {
    let before = bytes[..<min(place ?? index, bytes.count)]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return Failure(
      reason: reason, line: before.count { $0 == 0x0A } + 1,
      column: String(decoding: before[lineStart...], as: UTF8.self).count + 1)
  }

  /// The byte at the cursor; 0, which no JSON has, at the end.
  private var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func skipSpace() {
    while [0x20, 0x0A, 0x0D, 0x09].contains(current) { index += 1 }
  }

  private mutating func take(_ byte: Character) -> Bool {
    guard current == byte.asciiValue else { return false }
    index += 1
    return true
  }

  private mutating func value() throws -> TemplateValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try nested { .mapping(try $0.members()) }
    case UInt8(ascii: "["): return try nested { .list(try $0.elements()) }
    case UInt8(ascii: "\""): return .string(try string())
    default: return try word()
    }
  }

  private mutating func nested(_ body: (inout JSONReader) throws -> TemplateValue) throws -> TemplateValue {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw failure("it is nested deeper than \(Self.maximumDepth) levels")
    }
    index += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func elements() throws -> [TemplateValue] {
    var values: [TemplateValue] = []
    skipSpace()
    if take("]") { return values }
    repeat {
      values.append(try value())
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("',' or ']' was expected") }
    return values
  }

  private mutating func members() throws -> [(key: String, value: TemplateValue)] {
    var members: [(key: String, value: TemplateValue)] = []
    skipSpace()
    if take("}") { return members }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("a key in quotes was expected") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw failure("':' was expected behind the key '\(key)'") }
      members.append((key, try value()))
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("',' or '}' was expected") }
    return members
  }

  private mutating func string() throws -> String {
    let start = index
    index += 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      guard bytes[index] >= 0x20 else {
        throw failure("a text has a line break or a control character in it; write \\n in its place")
      }
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard index < bytes.count else { throw failure("a text does not end", at: start) }
    index += 1
    guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<index])) else {
      throw failure("a text has a wrong escape in it, or is no UTF-8", at: start)
    }
    return text
  }

  /// A number, `true`, `false` or `null`.
  private mutating func word() throws -> TemplateValue {
    let start = index
    while (0x30...0x39).contains(current) || (0x61...0x7A).contains(current)
      || [0x2B, 0x2D, 0x2E, 0x45].contains(current)
    { index += 1 }
    let word = String(decoding: bytes[start..<index], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .none
    case "": throw failure(start == bytes.count ? "it ends too early" : "a value was expected")
    case _ where word.wholeMatch(of: /-?(0|[1-9][0-9]*)/) != nil:
      if let whole = Int(word) { return .integer(whole) }
    case _ where word.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil:
      if let number = Double(word), number.isFinite { return .number(number) }
    default: break
    }
    throw failure("'\(word)' is no value", at: start)
  }
}
