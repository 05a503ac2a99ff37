/// The types of GGUF metadata, by their numbers in the file.
enum GGUFValueType: UInt32 {
  case uint8 = 0
  case int8 = 1
  case uint16 = 2
  case int16 = 3
  case uint32 = 4
  case int32 = 5
  case float32 = 6
  case bool = 7
  case string = 8
  case array = 9
  case uint64 = 10
  case int64 = 11
  case float64 = 12

  /// The bytes that a value takes at least: a string its length, an array its type and length.
  var minimumSize: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .string, .uint64, .int64, .float64: 8
    case .array: 12
    }
  }
}

/// One value of a GGUF file's metadata; arrays have elements of one type.
enum GGUFValue: Sendable, Hashable, FieldValue {
  case bool(Bool)
  /// A whole number that fits an `Int`, of whatever width in the file.
  case integer(Int)
  /// Every other number.
  case number(Double)
  case string(ByteString)
  case bools([Bool])
  case integers([Int])
  case numbers([Double])
  case strings([ByteString])
  /// Arrays in an array.
  case arrays([GGUFValue])

  /// For errors: short, whatever the value is.
  var description: String {
    switch self {
    case .bool(let value): String(value)
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .string(let value): "\"\(value)\""
    case .bools(let values): "a list of \(values.count) truth values"
    case .integers(let values) where values.count <= 8: String(describing: values)
    case .integers(let values): "a list of \(values.count) whole numbers"
    case .numbers(let values): "a list of \(values.count) numbers"
    case .strings(let values): "a list of \(values.count) strings"
    case .arrays(let values): "a list of \(values.count) lists"
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

  /// A list of whole numbers; an empty list of whatever type is one.
  var wholeNumbers: [Int]? {
    switch self {
    case .integers(let values): values
    default: isEmptyList ? [] : nil
    }
  }

  /// A list of numbers; an empty list of whatever type is one.
  var doubles: [Double]? {
    switch self {
    case .numbers(let values): values
    case .integers(let values): values.map { Double($0) }
    default: isEmptyList ? [] : nil
    }
  }

  /// A list of strings; an empty list of whatever type is one.
  var strings: [ByteString]? {
    switch self {
    case .strings(let values): values
    default: isEmptyList ? [] : nil
    }
  }

  private var isEmptyList: Bool {
    switch self {
    case .bools(let values): values.isEmpty
    case .integers(let values): values.isEmpty
    case .numbers(let values): values.isEmpty
    case .strings(let values): values.isEmpty
    case .arrays(let values): values.isEmpty
    default: false
    }
  }
}
