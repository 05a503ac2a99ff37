/// Text by its exact UTF-8 bytes: unlike `String`, canonically equivalent texts stay different, as they
/// are in a vocabulary (U+2126 Ω and U+03A9 Ω are two entries).
struct ByteString: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }
  init(_ text: String) { bytes = Array(text.utf8) }
  init(stringLiteral text: String) { self.init(text) }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// For errors: without control characters, at most 80 characters.
  var description: String {
    let start = String(decoding: bytes.prefix(400), as: UTF8.self).prefix(80)
    return start.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  static func == (a: Self, b: Self) -> Bool { a.bytes == b.bytes }

  func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

/// One value of a JSON text.
enum JSONValue: Sendable, FieldValue {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits an `Int`: exact.
  case integer(Int)
  /// Every other number.
  case number(Double)
  case string(ByteString)
  case array([JSONValue])
  case object([ByteString: JSONValue])

  /// For errors: short, whatever the value is.
  var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): String(value)
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .string(let value): "\"\(value)\""
    case .array(let values) where values.count <= 8 && values.allSatisfy(\.isNumber):
      "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .array(let values): "a list of \(values.count)"
    case .object(let values): "an object of \(values.count) keys"
    }
  }

  private var isNumber: Bool {
    switch self {
    case .integer, .number: true
    default: false
    }
  }

  var scalar: FieldScalar? {
    switch self {
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    default: nil
    }
  }

  var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  var object: [ByteString: JSONValue]? {
    if case .object(let value) = self { value } else { nil }
  }

  /// A list of whole numbers.
  var wholeNumbers: [Int]? {
    guard let array else { return nil }
    let numbers = array.compactMap(\.wholeNumber)
    return numbers.count == array.count ? numbers : nil
  }
}
