/// The functions that every template finds.
enum Functions {
  typealias Function = @Sendable (Renderer, Arguments) throws -> Value

  static let names = Set(all.keys)

  /// By name: to add a function, add an entry.
  static let all: [Text: Function] = [
    "range": { renderer, arguments in try range(renderer, arguments) },
    "dict": { renderer, arguments in .mapping(try mapping(renderer, arguments)) },
    "namespace": { renderer, arguments in
      let attributes = try mapping(renderer, arguments)
      for case .string(let name) in attributes.keys where name.hasPrefix("_") {
        throw Failure.failed("the attribute \(name.quoted) begins with '_'")
      }
      return renderer.namespace(attributes)
    },
    "raise_exception": { renderer, arguments in
      let given = try arguments.bound(to: ["message"], of: "the function 'raise_exception'")
      throw Failure.refused(try renderer.string(given[0] ?? .string("")).string)
    },
    "strftime_now": { renderer, arguments in
      let given = try arguments.bound(to: ["format"], of: "the function 'strftime_now'")
      guard let format = given[0]?.text else { throw Failure.failed("'strftime_now' needs a format") }
      return .string(try TimeFormat(renderer.date).text(format))
    },
  ]

  private static let rangeLimit = 100_000

  private static func range(_ renderer: Renderer, _ arguments: Arguments) throws -> Value {
    let numbers = arguments.positional.compactMap(\.wholeNumber)
    guard arguments.named.isEmpty, numbers.count == arguments.positional.count,
      (1...3).contains(numbers.count)
    else {
      throw Failure.failed("'range' takes one to three whole numbers")
    }
    let start = numbers.count > 1 ? numbers[0] : 0
    let end = numbers.count > 1 ? numbers[1] : numbers[0]
    let step = numbers.count > 2 ? numbers[2] : 1
    guard step != 0 else { throw Failure.failed("the step of 'range' is zero") }
    guard (Double(end) - Double(start)) / Double(step) <= Double(rangeLimit) else {
      throw Failure.exceeded("\(rangeLimit) numbers in a range")
    }
    let elements = stride(from: start, to: end, by: step).map { Value.integer($0) }
    try renderer.budget.write(elements: elements.count)
    return .sequence(try ValueSequence(elements, kind: .range(start: start, end: end, step: step)))
  }

  /// A mapping, or pairs, and then what is given by name.
  private static func mapping(_ renderer: Renderer, _ arguments: Arguments) throws -> ValueMapping {
    var result = ValueMapping()
    switch arguments.positional.first {
    case nil: break
    case .mapping(let mapping):
      try renderer.budget.write(elements: mapping.count * 3)
      result = mapping
    case .some(let pairs):
      for pair in try renderer.elements(of: pairs) {
        let parts = try renderer.elements(of: pair)
        guard parts.count == 2 else {
          throw Failure.failed("a mapping is made of pairs, and one has \(parts.count) parts")
        }
        try result.set(parts[0], to: parts[1])
      }
    }
    guard arguments.positional.count <= 1 else {
      throw Failure.failed("a mapping is made of one argument at most")
    }
    for (name, value) in arguments.named { try result.set(.string(name), to: value) }
    return result
  }
}

extension Renderer {
  func callFunction(_ name: Text, _ arguments: Arguments) throws -> Value {
    guard let function = Functions.all[name] else { throw Failure.unsupported("the function \(name.quoted)") }
    try budget.read(arguments)
    return try function(self, arguments)
  }
}
