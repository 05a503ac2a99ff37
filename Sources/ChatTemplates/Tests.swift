/// What may follow `is`.
enum Tests {
  /// Tests without an argument, by name: to add one, add an entry.
  static let plain: [Text: @Sendable (Value) throws -> Bool] = [
    "defined": { !$0.isUndefined },
    "undefined": { $0.isUndefined },
    "none": { if case .none = $0 { true } else { false } },
    "string": { $0.text != nil },
    "mapping": { if case .mapping = $0 { true } else { false } },
    "number": { $0.double != nil },
    "integer": { if case .integer = $0 { true } else { false } },
    "float": { if case .number = $0 { true } else { false } },
    "boolean": { if case .bool = $0 { true } else { false } },
    "true": { if case .bool(true) = $0 { true } else { false } },
    "false": { if case .bool(false) = $0 { true } else { false } },
    "iterable": { value in
      switch value {
      case .undefined, .string, .sequence, .mapping, .iterator, .loop: true
      default: false
      }
    },
    "sequence": { value in
      switch value {
      case .undefined, .string, .mapping: true
      case .sequence(let sequence): sequence.hasPlaces
      default: false
      }
    },
    "callable": { value in
      switch value {
      case .callable: true
      default: false
      }
    },
    "odd": { try remainder($0, by: .integer(2)) == 1 },
    "even": { try remainder($0, by: .integer(2)) == 0 },
  ]

  /// Tests against an argument, by name: to add one, add an entry.
  static let comparing: [Text: @Sendable (Renderer, Value, Value) throws -> Bool] = [
    "equalto": { try $0.compare($1, .equal, $2) },
    "eq": { try $0.compare($1, .equal, $2) },
    "==": { try $0.compare($1, .equal, $2) },
    "ne": { try $0.compare($1, .notEqual, $2) },
    "!=": { try $0.compare($1, .notEqual, $2) },
    "lt": { try $0.compare($1, .less, $2) },
    "lessthan": { try $0.compare($1, .less, $2) },
    "<": { try $0.compare($1, .less, $2) },
    "le": { try $0.compare($1, .lessOrEqual, $2) },
    "<=": { try $0.compare($1, .lessOrEqual, $2) },
    "gt": { try $0.compare($1, .greater, $2) },
    "greaterthan": { try $0.compare($1, .greater, $2) },
    ">": { try $0.compare($1, .greater, $2) },
    "ge": { try $0.compare($1, .greaterOrEqual, $2) },
    ">=": { try $0.compare($1, .greaterOrEqual, $2) },
    "in": { try $0.compare($1, .isIn, $2) },
    "divisibleby": { _, value, divisor in try remainder(value, by: divisor) == 0 },
    "sameas": { renderer, value, other in
      switch (value, other) {
      case (.bool, .bool), (.none, _), (_, .none), (.bool, _), (_, .bool):
        try value.kindName == other.kindName && renderer.isEqual(value, other)
      default: throw Failure.unsupported("the test 'sameas' between \(value.kindName) and \(other.kindName)")
      }
    },
  ]

  private static func remainder(_ value: Value, by divisor: Value) throws -> Double {
    guard let number = value.double, let divisor = divisor.double, divisor != 0 else {
      throw Failure.failed(
        "two numbers were expected, and there are \(value.kindName) and \(divisor.kindName)")
    }
    let remainder = number.truncatingRemainder(dividingBy: divisor)
    return remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder
  }
}

extension Renderer {
  func test(_ name: Text, _ value: Value, _ arguments: Arguments) throws -> Bool {
    try budget.read(value)
    if let test = Tests.plain[name] {
      _ = try arguments.bound(to: [], of: "the test \(name.quoted)")
      return try test(value)
    }
    if name == "lower" { return try string(value).isLowercase }
    if name == "upper" { return try string(value).isUppercase }
    guard let test = Tests.comparing[name] else { throw Failure.unsupported("the test \(name.quoted)") }
    let given = try arguments.bound(to: ["value"], of: "the test \(name.quoted)")
    guard let other = given[0] else {
      throw Failure.failed("the test \(name.quoted) needs a value to compare with")
    }
    return try test(self, value, other)
  }
}
