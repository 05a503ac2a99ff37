/// Filters of lists, mappings and what else can be walked over.
extension Filters {
  static let sequences: [Text: Filter] = [
    "length": { renderer, value, _ in .integer(try length(value)) },
    "count": { renderer, value, _ in .integer(try length(value)) },
    "list": { renderer, value, _ in try .list(renderer.elements(of: value)) },
    "first": { renderer, value, _ in
      if case .iterator(let iterator) = value {
        return iterator.next() ?? .undefined("there is no first item")
      }
      return try renderer.elements(of: value).first ?? .undefined("there is no first item")
    },
    "last": { renderer, value, _ in
      if case .iterator = value { throw Failure.failed("an iterator has no last item") }
      return try renderer.elements(of: value).last ?? .undefined("there is no last item")
    },
    "items": { renderer, value, _ in
      switch value {
      case .undefined: return try .iterator([])
      case .mapping(let mapping): return try .iterator(renderer.pairs(of: mapping))
      default: throw Failure.failed("only a mapping has items, and there is \(value.kindName)")
      }
    },
    "reverse": { renderer, value, _ in
      if let text = value.text {
        try renderer.budget.write(text.byteCount)
        return .string(Text(text.scalars.reversed()))
      }
      return try .iterator(renderer.elements(of: value).reversed())
    },
    "sort": { renderer, value, arguments in
      let given = try arguments.bound(
        to: ["reverse", "case_sensitive", "attribute"], of: "the filter 'sort'")
      let paths = given[2]?.text?.split(at: ",", limit: .max, fromEnd: false).map { Value.string($0) }
      let keys = try renderer.elements(of: value).map { element in
        // Lists are compared by their first difference: what is missing everywhere is none.
        let parts = try (paths ?? given[2].map { [$0] })?.map {
          try renderer.attribute(path: $0, of: element)
        }
        return (
          key: try Value.list(renderer.keyed(parts ?? [element], by: nil, given[1]).map(\.key)),
          value: element
        )
      }
      return try .list(renderer.sorted(keys, isReversed: given[0]?.isTrue ?? false))
    },
    "dictsort": { renderer, value, arguments in
      let given = try arguments.bound(to: ["case_sensitive", "by", "reverse"], of: "the filter 'dictsort'")
      guard case .mapping(let mapping) = value else {
        throw Failure.failed("'dictsort' takes a mapping, and there is \(value.kindName)")
      }
      let place: Int
      switch given[1] {
      case nil, .string("key"): place = 0
      case .string("value"): place = 1
      default: throw Failure.failed("'by' of 'dictsort' is 'key' or 'value'")
      }
      let keys = try renderer.keyed(renderer.pairs(of: mapping), by: .integer(place), given[0])
      return try .list(renderer.sorted(keys, isReversed: given[2]?.isTrue ?? false))
    },
    "unique": { renderer, value, arguments in
      let given = try arguments.bound(to: ["case_sensitive", "attribute"], of: "the filter 'unique'")
      var seen: Set<ValueMapping.Key> = []
      let keys = try renderer.keyed(renderer.elements(of: value), by: given[1], given[0])
      return try .iterator(keys.filter { seen.insert(try ValueMapping.Key($0.key)).inserted }.map(\.value))
    },
    "min": { try extreme($0, $1, $2, "min") { try $0.isLess($1, $2) } },
    "max": { try extreme($0, $1, $2, "max") { try $0.isLess($2, $1) } },
    "sum": { renderer, value, arguments in
      let given = try arguments.bound(to: ["attribute", "start"], of: "the filter 'sum'")
      return try renderer.elements(of: value).reduce(given[1] ?? .integer(0)) { sum, element in
        let term = try given[0].map { try renderer.attribute(path: $0, of: element) } ?? element
        return try renderer.arithmetic(.add, sum, term)
      }
    },
  ]

  private static func length(_ value: Value) throws -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text): return text.scalars.count
    case .sequence(let sequence): return sequence.elements.count
    case .mapping(let mapping): return mapping.count
    case .loop(let loop): return loop.elements.count
    default: throw Failure.failed("\(value.kindName) has no length")
    }
  }

  private static func extreme(
    _ renderer: Renderer, _ value: Value, _ arguments: Arguments, _ name: String,
    _ isBefore: (Renderer, Value, Value) throws -> Bool
  ) throws -> Value {
    let given = try arguments.bound(to: ["case_sensitive", "attribute"], of: "the filter '\(name)'")
    let keys = try renderer.keyed(renderer.elements(of: value), by: given[1], given[0])
    return try keys.min { try isBefore(renderer, $0.key, $1.key) }?.value ?? .undefined("there are no items")
  }
}

extension Renderer {
  /// Values with what they are compared by: an attribute or themselves, in lower case unless case counts.
  func keyed(
    _ values: [Value], by attribute: Value?, _ isCaseSensitive: Value?
  ) throws -> [(key: Value, value: Value)] {
    try values.map { value in
      let key = try attribute.map { try self.attribute(path: $0, of: value) } ?? value
      try budget.read(key)
      guard isCaseSensitive?.isTrue != true, case .string(let text) = key else { return (key, value) }
      return (.string(text.lowercased), value)
    }
  }

  /// Equal ones stay in their order.
  func sorted(_ keyed: [(key: Value, value: Value)], isReversed: Bool) throws -> [Value] {
    try keyed.sorted { a, b in try isReversed ? isLess(b.key, a.key) : isLess(a.key, b.key) }.map(\.value)
  }

  /// An attribute by a path such as `function.name` or `0`.
  func attribute(path: Value, of value: Value) throws -> Value {
    guard let text = path.text else { return try item(path, of: value) }
    try budget.read(path)
    return try text.split(at: ".", limit: .max, fromEnd: false).reduce(value) { value, name in
      let isIndex = !name.isEmpty && name.scalars.allSatisfy(\.isDigit)
      return try item(
        isIndex ? Int(name.string).map { .integer($0) } ?? .string(name) : .string(name), of: value)
    }
  }
}
