/// The header of an `.npy` file: what the array is, and where its elements begin (NEP 1, formats 1.0 to 3.0).
struct NPYHeader: Equatable {
  /// The most bytes that are looked at: NumPy's headers have some hundred.
  static let byteLimit = 10_000

  /// The type as NumPy writes it, such as `<i8`; `nil` for one that is no simple type.
  let type: String?
  let shape: [Int]
  let isColumnMajor: Bool
  /// The bytes before the elements.
  let byteCount: Int

  /// What is wrong with a header.
  struct Failure: Error {
    let reason: String
  }

  /// Reads a header.
  /// - Parameter bytes: the file's first `byteLimit` bytes, or all of it.
  /// - Throws: `Failure`.
  init(_ bytes: [UInt8]) throws {
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count >= 12 else {
      throw Failure(reason: "it does not begin as an .npy file does")
    }
    guard (1...3).contains(bytes[6]) else {
      throw Failure(reason: "its format is \(bytes[6]).\(bytes[7]), and 1.0 to 3.0 are known")
    }
    let width = bytes[6] == 1 ? 2 : 4
    let length = bytes[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    byteCount = 8 + width + length
    guard byteCount <= min(bytes.count, Self.byteLimit) else {
      throw Failure(
        reason:
          "its header should have \(length) bytes, where \(min(bytes.count, Self.byteLimit)) are possible")
    }
    var scanner = LiteralScanner(bytes[(8 + width)..<byteCount])
    var values: [String: LiteralScanner.Value] = [:]
    try scanner.expect("{")
    while !scanner.take("}") {
      guard case .text(let key) = try scanner.value() else {
        throw Failure(reason: "a key of its header is no string")
      }
      try scanner.expect(":")
      values[key] = try scanner.value()
      if !scanner.take(",") {
        try scanner.expect("}")
        break
      }
    }
    guard case .numbers(let shape)? = values["shape"], case .truth(let order)? = values["fortran_order"],
      let type = values["descr"]
    else { throw Failure(reason: "its header lacks descr, fortran_order or shape") }
    if case .text(let name) = type { self.type = name } else { self.type = nil }
    (self.shape, isColumnMajor) = (shape, order)
  }
}

/// Reads the few Python literals of an `.npy` header: strings, truth values, and tuples or lists of them or
/// of numbers.
private struct LiteralScanner {
  enum Value {
    case text(String)
    case truth(Bool)
    case numbers([Int])
    /// A structured type's list.
    case other
  }

  private let bytes: ArraySlice<UInt8>
  private var index: Int
  private var depth = 0

  init(_ bytes: ArraySlice<UInt8>) { (self.bytes, index) = (bytes, bytes.startIndex) }

  mutating func take(_ word: StaticString) -> Bool {
    while index < bytes.endIndex, bytes[index] == 0x20 || bytes[index] == 0x0A { index += 1 }
    let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[index...].starts(with: wanted) else { return false }
    index += wanted.count
    return true
  }

  mutating func expect(_ word: StaticString) throws {
    guard take(word) else { throw NPYHeader.Failure(reason: "its header lacks a '\(word)'") }
  }

  mutating func value() throws -> Value {
    if take("True") { return .truth(true) }
    if take("False") { return .truth(false) }
    if take("'") { return .text(try string(UInt8(ascii: "'"))) }
    if take("\"") { return .text(try string(UInt8(ascii: "\""))) }
    if take("(") { return try list(")") }
    if take("[") { return try list("]") }
    throw NPYHeader.Failure(reason: "a value of its header cannot be read")
  }

  private mutating func string(_ quote: UInt8) throws -> String {
    guard let end = bytes[index...].firstIndex(of: quote) else {
      throw NPYHeader.Failure(reason: "a string of its header does not end")
    }
    defer { index = end + 1 }
    return String(decoding: bytes[index..<end], as: UTF8.self)
  }

  private mutating func list(_ end: StaticString) throws -> Value {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 8 else { throw NPYHeader.Failure(reason: "its header is nested too deeply") }
    var numbers: [Int] = []
    var isPlain = true
    while !take(end) {
      if let number = number() {
        numbers.append(number)
      } else {
        isPlain = false
        _ = try value()
      }
      if !take(",") {
        try expect(end)
        break
      }
    }
    return isPlain ? .numbers(numbers) : .other
  }

  /// A size; none is negative. `nil` where no number stands, or one beyond all sizes.
  private mutating func number() -> Int? {
    _ = take("")
    let digits = bytes[index...].prefix { (0x30...0x39).contains($0) }
    guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
    index = digits.endIndex
    _ = take("L")  // Python 2 wrote long numbers so
    return number
  }
}
