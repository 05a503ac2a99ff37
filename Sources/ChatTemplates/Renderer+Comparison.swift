/// Equality, order and membership.
extension Renderer {
  func compare(_ left: Value, _ symbol: ComparisonOperator, _ right: Value) throws -> Bool {
    switch symbol {
    case .equal: try isEqual(left, right)
    case .notEqual: try !isEqual(left, right)
    case .less: try isLess(left, right, symbol)
    case .greaterOrEqual: try isOrdered(left, right, symbol) && !isLess(left, right, symbol)
    case .greater: try isLess(right, left, symbol)
    case .lessOrEqual: try isOrdered(left, right, symbol) && !isLess(right, left, symbol)
    case .isIn: try isMember(left, of: right)
    case .isNotIn: try !isMember(left, of: right)
    }
  }

  func isEqual(_ left: Value, _ right: Value) throws -> Bool {
    try budget.step()
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let a), .string(let b)):
      guard a.byteCount == b.byteCount else { return false }
      try budget.write(a.byteCount)
      return a == b
    case (.sequence(let a), .sequence(let b)):
      if case .range = a.kind, case .range = b.kind {} else if a.kind != b.kind { return false }
      guard a.elements.count == b.elements.count else { return false }
      return try zip(a.elements, b.elements).allSatisfy { try isEqual($0, $1) }
    case (.mapping(let a), .mapping(let b)):
      guard a.count == b.count else { return false }
      return try a.pairs.allSatisfy { key, value in
        guard let other = b[try ValueMapping.Key(key)] else { return false }
        return try isEqual(value, other)
      }
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.iterator(let a), .iterator(let b)): return a === b
    case (.loop(let a), .loop(let b)): return a === b
    default:
      if let a = left.wholeNumber, let b = right.wholeNumber { return a == b }
      guard let a = left.double, let b = right.double else { return false }
      return a == b
    }
  }

  /// Numbers that are none are in no order.
  private func isOrdered(_ left: Value, _ right: Value, _ symbol: ComparisonOperator) throws -> Bool {
    left.double?.isNaN != true && right.double?.isNaN != true
  }

  func isLess(_ left: Value, _ right: Value, _ symbol: ComparisonOperator = .less) throws -> Bool {
    try budget.step()
    if let a = left.wholeNumber, let b = right.wholeNumber { return a < b }
    if let a = left.double, let b = right.double { return a < b }
    switch (left, right) {
    case (.string(let a), .string(let b)):
      try budget.write(min(a.byteCount, b.byteCount))
      return a < b
    case (.sequence(let a), .sequence(let b)) where a.kind == b.kind && (a.kind == .list || a.kind == .tuple):
      for (x, y) in zip(a.elements, b.elements) where try !isEqual(x, y) { return try isLess(x, y, symbol) }
      return a.elements.count < b.elements.count
    default:
      throw Failure.failed(
        "'\(symbol.rawValue)' between \(left.kindName) and \(right.kindName) means nothing")
    }
  }

  func isMember(_ value: Value, of container: Value) throws -> Bool {
    try budget.read(value)
    try budget.read(container)
    switch container {
    case .string(let text):
      guard let part = value.text else {
        throw Failure.failed("only a string can be looked for in a string, and there is \(value.kindName)")
      }
      return text.contains(part)
    case .mapping(let mapping): return mapping[try ValueMapping.Key(value)] != nil
    case .none, .bool, .integer, .number, .namespace, .callable:
      throw Failure.failed("nothing can be looked for in \(container.kindName)")
    case .undefined, .sequence, .iterator, .loop:
      return try elements(of: container).contains { try isEqual($0, value) }
    }
  }
}
