/// Keys with values, in the order in which the keys came.
struct ValueMapping {
  private(set) var keys: [Value] = []
  private(set) var values: [Value] = []
  private(set) var depth = 1
  private var places: [Key: Int] = [:]

  var count: Int { keys.count }
  var pairs: Zip2Sequence<[Value], [Value]> { zip(keys, values) }

  subscript(key: Key) -> Value? { places[key].map { values[$0] } }

  subscript(name: Text) -> Value? { self[.text(name)] }

  /// Puts a value under a key; a key that is there keeps its place.
  mutating func set(_ key: Value, to value: Value) throws {
    depth = max(depth, try Value.depth(holding: [key, value]))
    let found = try Key(key)
    if let place = places[found] {
      values[place] = value
    } else {
      places[found] = keys.count
      keys.append(key)
      values.append(value)
    }
  }

  /// What can be a key: equal numbers are one key, whatever their type.
  enum Key: Hashable {
    /// Nothing is found under it.
    case undefined
    case none
    case integer(Int)
    case number(Double)
    case text(Text)
    case tuple([Key])

    init(_ value: Value) throws {
      switch value {
      case .undefined: self = .undefined
      case .none: self = .none
      case .bool(let value): self = .integer(value ? 1 : 0)
      case .integer(let value): self = .integer(value)
      case .number(let value): self = Int(exactly: value).map { .integer($0) } ?? .number(value)
      case .string(let text): self = .text(text)
      case .sequence(let sequence) where sequence.kind == .tuple:
        self = .tuple(try sequence.elements.map(Key.init))
      default: throw Failure.failed("\(value.kindName) cannot be the key of a mapping")
      }
    }
  }
}
