/// The filter `tojson`, which writes as Python's `json.dumps` does.
struct JSONWriter {
  let renderer: Renderer
  /// What one level is indented by; `nil` writes one line.
  var indentation: String?
  var isASCII = false
  var sortsKeys = false
  var itemSeparator = ", "
  var keySeparator = ": "
  private var result = ""

  init(renderer: Renderer, _ arguments: Arguments) throws {
    self.renderer = renderer
    let given = try arguments.bound(
      to: ["ensure_ascii", "indent", "separators", "sort_keys"], of: "the filter 'tojson'")
    isASCII = given[0]?.isTrue ?? false
    sortsKeys = given[3]?.isTrue ?? false
    switch given[1] {
    case nil, .some(.none): break
    case .string(let text): indentation = text.string
    case .some(let value):
      guard let count = value.wholeNumber, count <= 100 else {
        throw Failure.failed("'indent' of 'tojson' is a number up to 100, and there is \(value.kindName)")
      }
      indentation = String(repeating: " ", count: max(0, count))
    }
    if indentation != nil { itemSeparator = "," }
    switch given[2] {
    case nil, .some(.none): break
    case .sequence(let parts) where parts.elements.count == 2:
      itemSeparator = try renderer.string(parts.elements[0]).string
      keySeparator = try renderer.string(parts.elements[1]).string
    default: throw Failure.failed("'separators' of 'tojson' are two strings")
    }
  }

  mutating func json(_ value: Value) throws -> Text {
    try write(value, level: 0)
    return Text(result)
  }

  private mutating func write(_ part: String) throws { try renderer.write(part, into: &result) }

  private mutating func write(_ value: Value, level: Int) throws {
    try renderer.budget.step()
    switch value {
    case .none: try write("null")
    case .bool(let value): try write(value ? "true" : "false")
    case .integer(let value): try write(String(value))
    case .number(let value): try write(Self.number(value))
    case .string(let text): try write(quoted(text))
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
      try write(sequence.elements, level: level, "[", "]") { writer, element in
        try writer.write(element, level: level + 1)
      }
    case .mapping(let mapping):
      var pairs = Array(mapping.pairs)
      if sortsKeys { pairs = try pairs.sorted { try renderer.isLess($0.0, $1.0) } }
      try write(pairs, level: level, "{", "}") { writer, pair in
        try writer.write(writer.quoted(try Self.key(pair.0)) + writer.keySeparator)
        try writer.write(pair.1, level: level + 1)
      }
    default: throw Failure.failed("\(value.kindName) cannot be written as JSON")
    }
  }

  private mutating func write<Element>(
    _ elements: [Element], level: Int, _ open: String, _ close: String,
    _ body: (inout JSONWriter, Element) throws -> Void
  ) throws {
    try write(open)
    for (index, element) in elements.enumerated() {
      if index > 0 { try write(itemSeparator) }
      try breakLine(level: level + 1)
      try body(&self, element)
    }
    if !elements.isEmpty { try breakLine(level: level) }
    try write(close)
  }

  private mutating func breakLine(level: Int) throws {
    guard let indentation else { return }
    try write("\n" + String(repeating: indentation, count: level))
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    return value.isFinite ? value.pythonDescription : value < 0 ? "-Infinity" : "Infinity"
  }

  private static func key(_ value: Value) throws -> Text {
    switch value {
    case .string(let text): text
    case .none: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): Text(String(value))
    case .number(let value): Text(number(value))
    default: throw Failure.failed("\(value.kindName) cannot be a key in JSON")
    }
  }

  private func quoted(_ text: Text) -> String {
    var result = "\""
    for scalar in text.scalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{08}": result += "\\b"
      case "\u{0C}": result += "\\f"
      default:
        if scalar.value < 0x20 || (isASCII && !scalar.isASCII) {
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
