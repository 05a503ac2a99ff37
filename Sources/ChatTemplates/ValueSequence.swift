/// A list, or what Python has that is much like one.
struct ValueSequence {
  enum Kind: Equatable {
    case list
    case tuple
    case range(start: Int, end: Int, step: Int)
    /// What a mapping's `keys`, `values` and `items` return, with Python's name for it: no list, as it
    /// has no places.
    case view(String)
  }

  let kind: Kind
  let elements: [Value]
  let depth: Int

  init(_ elements: [Value], kind: Kind = .list) throws {
    self.elements = elements
    self.kind = kind
    depth = try Value.depth(holding: elements)
  }

  var hasPlaces: Bool { if case .view = kind { false } else { true } }
}

/// Values that can be taken once.
final class ValueIterator {
  let depth: Int
  private var rest: ArraySlice<Value>

  init(_ elements: [Value]) throws {
    depth = try Value.depth(holding: elements)
    rest = elements[...]
  }

  func next() -> Value? { rest.popFirst() }

  func takeAll() -> [Value] {
    defer { rest = [] }
    return Array(rest)
  }
}
