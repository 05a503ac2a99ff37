/// Expressions from the loosest operator to the tightest.
extension Parser {
  /// An expression, or several with commas between them, which make a tuple.
  mutating func tuple(hasConditional: Bool = true, isBracketed: Bool = false) throws -> Expression {
    let line = line
    var parts: [Expression] = []
    var isTuple = false
    while !isTupleEnd {
      parts.append(hasConditional ? try expression() : try or())
      guard take(",") else { break }
      isTuple = true
    }
    if !isTuple, let only = parts.first { return only }
    guard isTuple || isBracketed else { throw unexpected("an expression") }
    return try Expression(.tuple(parts), line: line, parts: parts)
  }

  private var isTupleEnd: Bool {
    current.kind == .printEnd || current.kind == .blockEnd || isSymbol(")")
  }

  /// An expression with an inline `if`.
  mutating func expression() throws -> Expression {
    try nested { parser in
      var result = try parser.or()
      while parser.isName("if") {
        let line = parser.line
        parser.skip()
        let test = try parser.or()
        let otherwise = parser.takeName("else") ? try parser.expression() : nil
        result = try Expression(
          .conditional(test: test, then: result, otherwise: otherwise), line: line,
          parts: [test, result] + (otherwise.map { [$0] } ?? []))
      }
      return result
    }
  }

  private mutating func or() throws -> Expression {
    var left = try and()
    while isName("or") {
      let line = line
      skip()
      let right = try and()
      left = try Expression(.or(left, right), line: line, parts: [left, right])
    }
    return left
  }

  private mutating func and() throws -> Expression {
    var left = try not()
    while isName("and") {
      let line = line
      skip()
      let right = try not()
      left = try Expression(.and(left, right), line: line, parts: [left, right])
    }
    return left
  }

  private mutating func not() throws -> Expression {
    guard isName("not") else { return try comparison() }
    let line = line
    skip()
    let operand = try nested { try $0.not() }
    return try Expression(.not(operand), line: line, parts: [operand])
  }

  private mutating func comparison() throws -> Expression {
    let line = line
    let first = try sum()
    var rest: [(ComparisonOperator, Expression)] = []
    while let comparison = takeComparison() { rest.append((comparison, try sum())) }
    guard !rest.isEmpty else { return first }
    return try Expression(.comparison(first, rest), line: line, parts: [first] + rest.map(\.1))
  }

  private mutating func takeComparison() -> ComparisonOperator? {
    if case .symbol(let symbol) = current.kind, let comparison = ComparisonOperator(rawValue: symbol) {
      skip()
      return comparison
    }
    if takeName("in") { return .isIn }
    guard isName("not"), next == .name("in") else { return nil }
    skip()
    skip()
    return .isNotIn
  }

  private mutating func sum() throws -> Expression {
    try chain(["+", "-"]) { try $0.concatenation() }
  }

  private mutating func concatenation() throws -> Expression {
    let line = line
    var parts = [try product()]
    while take("~") { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : try Expression(.concatenation(parts), line: line, parts: parts)
  }

  private mutating func product() throws -> Expression {
    try chain(["*", "/", "//", "%"]) { parser in
      try parser.chain(["**"]) { try $0.unary() }
    }
  }

  /// Operands with operators of one precedence between them, grouped from the left.
  private mutating func chain(
    _ symbols: [String], _ operand: (inout Parser) throws -> Expression
  ) throws -> Expression {
    var left = try operand(&self)
    while case .symbol(let symbol) = current.kind, symbols.contains(symbol),
      let arithmetic = ArithmeticOperator(rawValue: symbol)
    {
      let line = line
      skip()
      let right = try operand(&self)
      left = try Expression(.arithmetic(arithmetic, left, right), line: line, parts: [left, right])
    }
    return left
  }

  /// A sign binds looser than attributes and calls, tighter than filters.
  private mutating func unary(hasFilters: Bool = true) throws -> Expression {
    let line = line
    var operand: Expression
    if isSymbol("-") || isSymbol("+") {
      let isNegative = isSymbol("-")
      skip()
      let inner = try nested { try $0.unary(hasFilters: false) }
      operand = try Expression(isNegative ? .negative(inner) : .positive(inner), line: line, parts: [inner])
    } else {
      operand = try primary()
    }
    operand = try postfix(operand)
    return hasFilters ? try filtersAndTests(operand) : operand
  }
}
