/// Named values of a file, with typed access and errors that name file and key.
protocol TypedFields {
  associatedtype Value: FieldValue

  /// The file, for errors.
  var file: String { get }
  /// What stands under a key; `nil` when it is missing.
  subscript(key: String) -> Value? { get }
  /// Whether a key is there and has a value.
  func has(_ key: String) -> Bool
  /// An error about a key.
  func bad(_ key: String, expected: String) -> CheckpointError
}

extension TypedFields {
  /// An error about something that is valid, but not supported.
  func unsupported(_ what: String, supported: String) -> CheckpointError {
    .unsupported(file: file, what: what, supported: supported)
  }

  /// A whole number in a range.
  func integer(_ key: String, in range: ClosedRange<Int>, default standard: Int? = nil) throws -> Int {
    if let standard, !has(key) { return standard }
    guard let value = self[key]?.wholeNumber, range.contains(value) else {
      throw bad(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A truth value; false, or what is given, when missing.
  func flag(_ key: String, default standard: Bool = false) throws -> Bool {
    guard has(key) else { return standard }
    guard case .bool(let value) = self[key]?.scalar else { throw bad(key, expected: "true or false") }
    return value
  }

  /// A string.
  func string(_ key: String) throws -> String { try bytes(key).text }

  /// A string's exact bytes.
  func bytes(_ key: String) throws -> ByteString {
    guard let value = self[key]?.string else { throw bad(key, expected: "a string") }
    return value
  }
}

/// One value of a file; those that are no list and no object are asked for alike in every format.
protocol FieldValue: CustomStringConvertible {
  /// The value where it is a single one.
  var scalar: FieldScalar? { get }
}

/// A single value.
enum FieldScalar {
  case bool(Bool)
  /// A number that is exact as an `Int`.
  case integer(Int)
  /// Every other number.
  case number(Double)
  case string(ByteString)
}

extension FieldValue {
  /// A whole number, however it is written; truth values are none.
  var wholeNumber: Int? {
    switch scalar {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// A number.
  var double: Double? {
    switch scalar {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// A string's exact bytes.
  var string: ByteString? {
    if case .string(let value) = scalar { value } else { nil }
  }
}
