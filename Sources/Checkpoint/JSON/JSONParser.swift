/// A strict JSON parser (RFC 8259) for files that came from outside.
///
/// Foundation's parser merges canonically equivalent keys, keeps one of several equal ones in silence,
/// and recurses without a limit; this one keeps keys byte for byte, refuses a key that stands twice, and
/// stops at a depth. Cost: one pass, a second one to check that the text is UTF-8.
struct JSONParser {
  /// What is wrong, and at which byte.
  struct Failure: Error {
    let reason: String
    let offset: Int
  }

  static let maximumDepth = 64

  private let bytes: UnsafeRawBufferPointer
  private let acceptsOddNumbers: Bool
  private var index = 0
  private var depth = 0

  /// Parses a whole text.
  /// - Parameter acceptsOddNumbers: whether `NaN`, `Infinity` and `-Infinity`, which Python writes, are
  ///   numbers.
  /// - Throws: `Failure`.
  static func parse(_ bytes: UnsafeRawBufferPointer, acceptsOddNumbers: Bool = false) throws -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Failure(reason: "it is not valid JSON: it is no UTF-8", offset: 0)
    }
    var parser = JSONParser(bytes: bytes, acceptsOddNumbers: acceptsOddNumbers)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.index == bytes.count else { throw parser.failure("something follows its end") }
    return value
  }

  private init(bytes: UnsafeRawBufferPointer, acceptsOddNumbers: Bool) {
    self.bytes = bytes
    self.acceptsOddNumbers = acceptsOddNumbers
  }

  private func failure(_ reason: String) -> Failure {
    Failure(reason: "it is not valid JSON: \(reason) at byte \(index)", offset: index)
  }

  /// The byte at the cursor; 0, which no JSON has outside strings, at the end.
  private var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func skipSpace() {
    while index < bytes.count {
      let byte = bytes[index]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      index += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    index += 1
    return true
  }

  private mutating func value() throws -> JSONValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try nested { try $0.object() }
    case UInt8(ascii: "["): return try nested { try $0.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(_ body: (inout JSONParser) throws -> JSONValue) throws -> JSONValue {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw Failure(
        reason: "its JSON is nested deeper than \(Self.maximumDepth) levels", offset: index)
    }
    index += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func literal(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
    let end = index + word.utf8CodeUnitCount
    guard end <= bytes.count,
      bytes[index..<end].elementsEqual(
        UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    else { throw failure("\(word) was expected") }
    index = end
    return value
  }

  private mutating func array() throws -> JSONValue {
    var values: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(values) }
    while true {
      values.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(values) }
      guard take(UInt8(ascii: ",")) else { throw failure("',' or ']' was expected") }
    }
  }

  private mutating func object() throws -> JSONValue {
    var values: [ByteString: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(values) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("a key was expected") }
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure("':' was expected") }
      guard values.updateValue(try value(), forKey: key) == nil else {
        throw Failure(reason: "the key '\(key)' stands in it twice", offset: index)
      }
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(values) }
      guard take(UInt8(ascii: ",")) else { throw failure("',' or '}' was expected") }
    }
  }

  private mutating func string() throws -> ByteString {
    index += 1
    var result: [UInt8] = []
    var start = index
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        result.append(contentsOf: bytes[start..<index])
        index += 1
        return ByteString(result)
      case UInt8(ascii: "\\"):
        result.append(contentsOf: bytes[start..<index])
        index += 1
        try escape(into: &result)
        start = index
      case 0..<0x20: throw failure("a control character stands in a string")
      default: index += 1
      }
    }
    throw failure("a string does not end")
  }

  private mutating func escape(into result: inout [UInt8]) throws {
    let byte = current
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"):
      var value = try hexadecimal()
      if (0xD800..<0xDC00).contains(value), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair stands") }
        value = 0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw failure("half a surrogate pair stands") }
      result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw failure("an unknown escape stands")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(current)).hexDigitValue else {
        throw failure("four hexadecimal digits were expected")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  private mutating func number() throws -> JSONValue {
    let start = index
    var isWhole = true
    if acceptsOddNumbers, current == UInt8(ascii: "N") { return try literal("NaN", .number(.nan)) }
    let isNegative = take(UInt8(ascii: "-"))
    if acceptsOddNumbers, current == UInt8(ascii: "I") {
      return try literal("Infinity", .number(isNegative ? -.infinity : .infinity))
    }
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) {
      isWhole = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw failure("a number cannot be read") }
    return .number(value)
  }

  private mutating func digits() throws {
    let start = index
    while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
    guard index > start else { throw failure("a value was expected") }
  }
}
