/// Expressions.
extension Renderer {
  func evaluate(_ expression: Expression) throws -> Value {
    try nested(line: expression.line) { try value(of: expression) }
  }

  private func value(of expression: Expression) throws -> Value {
    switch expression.kind {
    case .constant(let constant): try Value(constant)
    case .name(let name): value(named: name)
    case .list(let parts): try .list(parts.map(evaluate))
    case .tuple(let parts): try .tuple(parts.map(evaluate))
    case .mapping(let pairs): try mapping(pairs)
    case .negative(let operand): try negative(evaluate(operand))
    case .positive(let operand): try number(evaluate(operand))
    case .not(let operand): try .bool(!evaluate(operand).isTrue)
    case .and(let left, let right): try evaluate(left, unless: false, right)
    case .or(let left, let right): try evaluate(left, unless: true, right)
    case .arithmetic(let symbol, let left, let right):
      try arithmetic(symbol, evaluate(left), evaluate(right, at: expression.line))
    case .concatenation(let parts): try concatenation(parts)
    case .comparison(let first, let rest): try comparison(first, rest, line: expression.line)
    case .conditional(let test, let then, let otherwise):
      if try evaluate(test).isTrue {
        try evaluate(then)
      } else if let otherwise {
        try evaluate(otherwise)
      } else {
        .undefined("the condition is false, and there is no 'else'")
      }
    case .attribute(let base, let name): try attribute(name, of: evaluate(base, at: expression.line))
    case .item(let base, let key):
      try item(evaluate(key), of: evaluate(base, at: expression.line))
    case .slice(let base, let start, let end, let step):
      try slice(evaluate(base), start.map(evaluate), end.map(evaluate), step.map(evaluate))
    case .call(let callee, let arguments): try call(callee, arguments, line: expression.line)
    case .filter(let base, let name, let arguments):
      try applied(line: expression.line, evaluate(base), arguments) { try filter(name, $0, $1) }
    case .test(let base, let name, let arguments):
      try applied(line: expression.line, evaluate(base), arguments) { .bool(try test(name, $0, $1)) }
    }
  }

  private func value(named name: Text) -> Value {
    if let value = scope[name] { return value }
    return Functions.names.contains(name)
      ? .callable(.function(name)) : .undefined("\(name.quoted) is undefined")
  }

  /// An operand; errors of what is done with it are those of the line of the whole expression.
  private func evaluate(_ base: Expression, at line: Int) throws -> Value {
    defer { self.line = line }
    return try evaluate(base)
  }

  private func evaluate(_ left: Expression, unless result: Bool, _ right: Expression) throws -> Value {
    let value = try evaluate(left)
    return value.isTrue == result ? value : try evaluate(right)
  }

  private func mapping(_ pairs: [(key: Expression, value: Expression)]) throws -> Value {
    var mapping = ValueMapping()
    for pair in pairs { try mapping.set(evaluate(pair.key), to: evaluate(pair.value)) }
    return .mapping(mapping)
  }

  private func concatenation(_ parts: [Expression]) throws -> Value {
    var result = ""
    for part in parts {
      let text = try string(evaluate(part))
      try budget.write(text.byteCount)
      result += text.string
    }
    return .string(result)
  }

  private func comparison(
    _ first: Expression, _ rest: [(ComparisonOperator, Expression)], line: Int
  ) throws -> Value {
    var left = try evaluate(first)
    for (symbol, operand) in rest {
      let right = try evaluate(operand)
      self.line = line
      guard try compare(left, symbol, right) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  private func applied(
    line: Int, _ base: Value, _ arguments: [Expression.Argument], _ apply: (Value, Arguments) throws -> Value
  ) throws -> Value {
    let arguments = try evaluate(arguments)
    self.line = line
    return try apply(base, arguments)
  }

  private func call(_ callee: Expression, _ arguments: [Expression.Argument], line: Int) throws -> Value {
    let function = try evaluate(callee)
    let arguments = try evaluate(arguments)
    self.line = line
    return try call(function, arguments, named: callee)
  }
}
