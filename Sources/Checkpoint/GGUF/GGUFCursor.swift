/// Reads a GGUF header's little-endian fields one after another, never past the end of its bytes.
struct GGUFCursor {
  /// What is wrong, and at which byte.
  struct Failure: Error {
    let reason: String
    let offset: Int
  }

  /// Arrays in arrays: the format allows them, no known file has more than one level.
  static let maximumDepth = 4
  /// Of names and keys, in bytes.
  static let maximumNameLength = 65_535

  /// The place of the next field.
  private(set) var offset = 0

  private let bytes: UnsafeRawBufferPointer

  /// Reads from the start of `bytes`, which must outlive the cursor.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Bytes that are left.
  var remaining: Int { bytes.count - offset }

  /// An error at the cursor.
  func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: offset) }

  /// One number of a fixed width.
  mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws -> Number {
    let size = MemoryLayout<Number>.size
    guard size <= remaining else { throw failure("its header goes on beyond \(bytes.count) bytes") }
    defer { offset += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  /// A count of things that take at least `size` bytes each, so that it cannot exceed what is left.
  mutating func count(of what: String, atLeast size: Int) throws -> Int {
    let start = self
    let value = try number(UInt64.self)
    guard value <= UInt64(remaining / size) else {
      throw start.failure("it should have \(value) \(what), where \(remaining / size) are possible")
    }
    return Int(value)
  }

  /// A string: its length and its bytes.
  mutating func string() throws -> ByteString {
    let length = try count(of: "bytes in a string", atLeast: 1)
    defer { offset += length }
    return ByteString(Array(bytes[offset..<offset + length]))
  }

  /// A key's or a tensor's name: a short string that is valid UTF-8.
  mutating func name() throws -> String {
    let start = self
    let length = try count(of: "bytes in a name", atLeast: 1)
    guard length <= Self.maximumNameLength else { throw start.failure("a name has \(length) bytes") }
    guard let text = String(validating: bytes[offset..<offset + length], as: UTF8.self) else {
      throw start.failure("a name is no UTF-8")
    }
    offset += length
    return text
  }

  /// A value: its type and what that type says.
  mutating func value() throws -> GGUFValue {
    try value(of: type(), depth: 0)
  }

  private mutating func type() throws -> GGUFValueType {
    let start = self
    let code = try number(UInt32.self)
    guard let type = GGUFValueType(rawValue: code) else {
      throw start.failure("a value has the type \(code), which GGUF does not know")
    }
    return type
  }

  private mutating func value(of type: GGUFValueType, depth: Int) throws -> GGUFValue {
    switch type {
    case .string: .string(try string())
    case .bool: .bool(try bool())
    case .float32, .float64: .number(try double(type))
    case .array: try array(depth: depth + 1)
    case .uint64: try unsigned()
    default: .integer(try integer(type))
    }
  }

  private mutating func array(depth: Int) throws -> GGUFValue {
    guard depth <= Self.maximumDepth else {
      throw failure("its arrays are nested deeper than \(Self.maximumDepth) levels")
    }
    let element = try type()
    let count = try count(of: "values in an array", atLeast: element.minimumSize)
    switch element {
    case .string: return .strings(try list(count) { try $0.string() })
    case .bool: return .bools(try list(count) { try $0.bool() })
    case .float32, .float64: return .numbers(try list(count) { try $0.double(element) })
    case .array: return .arrays(try list(count) { try $0.array(depth: depth + 1) })
    case .uint64:
      let numbers: [UInt64] = try list(count) { try $0.number() }
      let integers = numbers.compactMap { Int(exactly: $0) }
      return integers.count == count ? .integers(integers) : .numbers(numbers.map { Double($0) })
    default: return .integers(try list(count) { try $0.integer(element) })
    }
  }

  private mutating func list<Element>(
    _ count: Int, _ element: (inout GGUFCursor) throws -> Element
  ) throws -> [Element] {
    var values: [Element] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try element(&self)) }
    return values
  }

  private mutating func bool() throws -> Bool {
    let start = self
    let byte = try number(UInt8.self)
    guard byte <= 1 else { throw start.failure("a truth value is \(byte)") }
    return byte == 1
  }

  private mutating func double(_ type: GGUFValueType) throws -> Double {
    type == .float32
      ? Double(Float(bitPattern: try number())) : Double(bitPattern: try number())
  }

  /// A whole number of any type but UInt64, whose values need not fit.
  private mutating func integer(_ type: GGUFValueType) throws -> Int {
    switch type {
    case .uint8: Int(try number(UInt8.self))
    case .int8: Int(try number(Int8.self))
    case .uint16: Int(try number(UInt16.self))
    case .int16: Int(try number(Int16.self))
    case .uint32: Int(try number(UInt32.self))
    case .int32: Int(try number(Int32.self))
    default: Int(try number(Int64.self))
    }
  }

  /// As in JSON: what an `Int` cannot hold is a floating-point number.
  private mutating func unsigned() throws -> GGUFValue {
    let value = try number(UInt64.self)
    return Int(exactly: value).map { .integer($0) } ?? .number(Double(value))
  }
}
