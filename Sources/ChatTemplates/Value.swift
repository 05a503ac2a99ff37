/// A value while a template runs.
enum Value {
  /// How deep lists and mappings may stand inside each other: they are walked, and released, recursively.
  static let depthLimit = 100

  /// A name or an attribute that does not exist; the text says which.
  case undefined(String)
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(Text)
  case sequence(ValueSequence)
  case mapping(ValueMapping)
  /// What can be walked over once.
  case iterator(ValueIterator)
  case namespace(Namespace)
  case loop(LoopState)
  case callable(Callable)

  static func list(_ elements: [Value]) throws -> Value { .sequence(try ValueSequence(elements)) }
  static func tuple(_ elements: [Value]) throws -> Value {
    .sequence(try ValueSequence(elements, kind: .tuple))
  }
  static func iterator(_ elements: [Value]) throws -> Value { .iterator(try ValueIterator(elements)) }
  static func string(_ string: String) -> Value { .string(Text(string)) }

  /// A value from outside.
  init(_ given: TemplateValue, depth: Int = 0) throws {
    guard depth <= Self.depthLimit else { throw Failure.exceeded(Self.depthDescription) }
    switch given {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(Text(value))
    case .list(let values): self = try .list(values.map { try Value($0, depth: depth + 1) })
    case .mapping(let pairs):
      var mapping = ValueMapping()
      for (key, value) in pairs { try mapping.set(.string(Text(key)), to: Value(value, depth: depth + 1)) }
      self = .mapping(mapping)
    }
  }

  static let depthDescription = "\(depthLimit) lists and mappings inside each other"

  /// How many lists and mappings stand inside each other here.
  var depth: Int {
    switch self {
    case .sequence(let sequence): sequence.depth
    case .mapping(let mapping): mapping.depth
    case .iterator(let iterator): iterator.depth
    case .loop(let loop): loop.depth
    case .callable(.method(let receiver, _)): receiver.depth + 1
    default: 0
    }
  }

  /// The depth of something that holds these values.
  /// - Throws: `Failure` beyond the limit.
  static func depth(holding values: some Sequence<Value>) throws -> Int {
    let depth = values.reduce(0) { max($0, $1.depth) } + 1
    guard depth <= depthLimit else { throw Failure.exceeded(depthDescription) }
    return depth
  }

  /// Whether `if` takes it for true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let text): !text.isEmpty
    case .sequence(let sequence): !sequence.elements.isEmpty
    case .mapping(let mapping): mapping.count > 0
    case .loop(let loop): !loop.elements.isEmpty
    case .iterator, .namespace, .callable: true
    }
  }

  /// For errors.
  var kindName: String {
    switch self {
    case .undefined(let reason): "something undefined (\(reason))"
    case .none: "none"
    case .bool: "a truth value"
    case .integer: "a whole number"
    case .number: "a number"
    case .string: "a string"
    case .sequence(let sequence): sequence.kind == .tuple ? "a tuple" : "a list"
    case .mapping: "a mapping"
    case .iterator: "an iterator"
    case .namespace: "a namespace"
    case .loop: "a loop"
    case .callable: "a function"
    }
  }

  /// A whole number; truth values are 0 and 1.
  var wholeNumber: Int? {
    switch self {
    case .integer(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// Any number; truth values are 0 and 1.
  var double: Double? {
    if case .number(let value) = self { value } else { wholeNumber.map(Double.init) }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }

  var text: Text? { if case .string(let text) = self { text } else { nil } }
}
