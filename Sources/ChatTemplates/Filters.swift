/// What may follow `|`.
enum Filters {
  typealias Filter = @Sendable (Renderer, Value, Arguments) throws -> Value

  /// By name: to add a filter, add an entry to one of the parts.
  static let all: [Text: Filter] = texts.merging(sequences) { first, _ in first }
    .merging(selections) { first, _ in first }
    .merging(values) { first, _ in first }

  /// Filters of any value.
  private static let values: [Text: Filter] = [
    "default": { try standard($1, $2) },
    "d": { try standard($1, $2) },
    "tojson": { renderer, value, arguments in
      var writer = try JSONWriter(renderer: renderer, arguments)
      return .string(try writer.json(value))
    },
    "int": { renderer, value, arguments in
      let given = try arguments.bound(to: ["default", "base"], of: "the filter 'int'")
      if case .undefined(let reason) = value { throw Failure.failed(reason) }
      return whole(value, base: given[1]?.wholeNumber ?? 10) ?? given[0] ?? .integer(0)
    },
    "float": { renderer, value, arguments in
      let given = try arguments.bound(to: ["default"], of: "the filter 'float'")
      if case .undefined(let reason) = value { throw Failure.failed(reason) }
      let parsed = value.double ?? value.text.flatMap { Double($0.stripped(start: true, end: true).string) }
      return parsed.map { .number($0) } ?? given[0] ?? .number(0)
    },
    "abs": { renderer, value, _ in
      let number = try renderer.number(value)
      return try renderer.isLess(number, .integer(0)) ? renderer.negative(number) : number
    },
  ]

  private static func standard(_ value: Value, _ arguments: Arguments) throws -> Value {
    let given = try arguments.bound(to: ["default_value", "boolean"], of: "the filter 'default'")
    let isReplaced = value.isUndefined || (given[1]?.isTrue == true && !value.isTrue)
    return isReplaced ? given[0] ?? .string("") : value
  }

  private static func whole(_ value: Value, base: Int) -> Value? {
    if let whole = value.wholeNumber { return .integer(whole) }
    var number: Double?
    switch value {
    case .number(let value): number = value
    case .string(let text):
      let digits = text.stripped(start: true, end: true).string
      if (2...36).contains(base), let whole = Int(digits, radix: base) { return .integer(whole) }
      number = Double(digits)
    default: return nil
    }
    return number.flatMap { Int(exactly: $0.rounded(.towardZero)) }.map { .integer($0) }
  }
}

extension Renderer {
  func filter(_ name: Text, _ value: Value, _ arguments: Arguments) throws -> Value {
    guard let filter = Filters.all[name] else { throw Failure.unsupported("the filter \(name.quoted)") }
    try budget.read(value)
    try budget.read(arguments)
    return try filter(self, value, arguments)
  }
}
