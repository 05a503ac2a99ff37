/// The methods of strings, mappings and lists.
enum Methods {
  /// What Python has; a call of one that is not here is an error, not a call of nothing.
  private static let textNames: Set<Text> = [
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format",
    "format_map",
    "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans",
    "partition",
    "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
    "split",
    "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ]
  private static let mappingNames: Set<Text> = [
    "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values",
  ]
  private static let listNames: Set<Text> = [
    "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort",
  ]

  static func names(of value: Value) -> Set<Text> {
    switch value {
    case .string: textNames
    case .mapping: mappingNames
    case .sequence(let sequence) where sequence.kind == .list: listNames
    case .sequence(let sequence) where sequence.hasPlaces: ["count", "index"]
    default: []
    }
  }
}

extension Renderer {
  func callMethod(_ name: Text, of receiver: Value, _ arguments: Arguments) throws -> Value {
    try budget.read(receiver)
    try budget.read(arguments)
    switch receiver {
    case .string(let text):
      if let method = TextMethods.all[name] { return try method(self, text, arguments) }
    case .mapping(let mapping):
      if let result = try call(name, of: mapping, arguments) { return result }
    case .sequence(let sequence) where name == "count" || name == "index":
      return try search(sequence.elements, arguments, counts: name == "count")
    case .loop(let loop) where name == "cycle":
      guard !arguments.positional.isEmpty else {
        throw Failure.failed("'cycle' needs something to cycle through")
      }
      return arguments.positional[loop.index % arguments.positional.count]
    default: break
    }
    throw Failure.unsupported("the method \(name.quoted) of \(receiver.kindName)")
  }

  private func call(_ name: Text, of mapping: ValueMapping, _ arguments: Arguments) throws -> Value? {
    switch name {
    case "get":
      let given = try arguments.bound(to: ["key", "default"], of: "the method 'get'")
      guard let key = given[0] else { throw Failure.failed("the method 'get' needs a key") }
      return try mapping[ValueMapping.Key(key)] ?? given[1] ?? Value.none
    case "keys": return try view("dict_keys", mapping.keys)
    case "values": return try view("dict_values", mapping.values)
    case "items": return try view("dict_items", pairs(of: mapping))
    case "copy": return .mapping(mapping)
    default: return nil
    }
  }

  func pairs(of mapping: ValueMapping) throws -> [Value] {
    try budget.write(elements: mapping.count * 3)
    return try mapping.pairs.map { try .tuple([$0, $1]) }
  }

  private func view(_ name: String, _ elements: [Value]) throws -> Value {
    try budget.write(elements: elements.count)
    return .sequence(try ValueSequence(elements, kind: .view(name)))
  }

  private func search(_ elements: [Value], _ arguments: Arguments, counts: Bool) throws -> Value {
    let given = try arguments.bound(to: ["value"], of: "the method '\(counts ? "count" : "index")'")
    guard let wanted = given[0] else { throw Failure.failed("nothing is said to look for") }
    if counts { return .integer(try elements.reduce(0) { try $0 + (isEqual($1, wanted) ? 1 : 0) }) }
    guard let place = try elements.firstIndex(where: { try isEqual($0, wanted) }) else {
      throw Failure.failed("the method 'index' does not find \(wanted.kindName)")
    }
    return .integer(place)
  }
}
