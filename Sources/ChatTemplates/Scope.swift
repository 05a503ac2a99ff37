/// Variables, and those around them.
final class Scope {
  let parent: Scope?
  var variables: [Text: Value] = [:]

  init(parent: Scope?) { self.parent = parent }

  subscript(name: Text) -> Value? {
    var scope: Scope? = self
    while let current = scope {
      if let value = current.variables[name] { return value }
      scope = current.parent
    }
    return nil
  }
}

/// Attributes that any part of a template may set.
final class Namespace {
  var attributes: ValueMapping

  init(_ attributes: ValueMapping) { self.attributes = attributes }
}

/// What can be called.
enum Callable {
  case function(Text)
  case macro(Macro, Scope)
  indirect case method(Value, Text)
}

/// What a template sees as `loop`.
final class LoopState {
  let elements: [Value]
  let depth: Int
  /// How many times the loop stands in itself.
  let level: Int
  /// What a call of the loop runs, and among which variables; only of a recursive one.
  let recursion: (loop: Loop, scope: Scope)?
  var index = 0

  init(_ elements: [Value], level: Int, recursion: (loop: Loop, scope: Scope)?) throws {
    self.elements = elements
    self.level = level
    self.recursion = recursion
    depth = try Value.depth(holding: elements)
  }

  func attribute(_ name: Text) -> Value? {
    switch name {
    case "index": .integer(index + 1)
    case "index0": .integer(index)
    case "revindex": .integer(elements.count - index)
    case "revindex0": .integer(elements.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == elements.count - 1)
    case "length": .integer(elements.count)
    case "depth": .integer(level + 1)
    case "depth0": .integer(level)
    case "previtem": index > 0 ? elements[index - 1] : .undefined("the first item has none before it")
    case "nextitem":
      index + 1 < elements.count ? elements[index + 1] : .undefined("the last item has none after it")
    default: nil
    }
  }
}
