/// Constants, names, brackets, and what follows them: attributes, items, calls, filters and tests.
extension Parser {
  mutating func primary() throws -> Expression {
    let token = current
    skip()
    switch token.kind {
    case .name(let name):
      if let constant = Self.constants[name] { return try Expression(.constant(constant), line: token.line) }
      names.append(NameUse(name: name, isRead: true))
      return try Expression(.name(name), line: token.line)
    case .string(var text):
      while case .string(let more) = current.kind {
        text.string += more.string
        skip()
      }
      return try Expression(.constant(.string(text.string)), line: token.line)
    case .integer(let value): return try Expression(.constant(.integer(value)), line: token.line)
    case .number(let value): return try Expression(.constant(.number(value)), line: token.line)
    case .symbol("("):
      let inner = try nested { try $0.tuple(isBracketed: true) }
      try expect(")")
      return inner
    case .symbol("["):
      let parts = try list(endedBy: "]") { try $0.expression() }
      return try Expression(.list(parts), line: token.line, parts: parts)
    case .symbol("{"):
      let pairs = try list(endedBy: "}") { parser in
        let key = try parser.expression()
        try parser.expect(":")
        return (key: key, value: try parser.expression())
      }
      return try Expression(.mapping(pairs), line: token.line, parts: pairs.flatMap { [$0.key, $0.value] })
    default:
      throw TemplateError.syntax(
        line: token.line, reason: "an expression was expected, and \(token.description) was found")
    }
  }

  private static let constants: [Text: TemplateValue] = [
    "true": true, "True": true, "false": false, "False": false, "none": .none, "None": .none,
  ]

  private mutating func list<Part>(
    endedBy end: String, _ part: (inout Parser) throws -> Part
  ) throws -> [Part] {
    var parts: [Part] = []
    while !take(end) {
      if !parts.isEmpty {
        try expect(",")
        if take(end) { break }
      }
      parts.append(try part(&self))
    }
    return parts
  }

  mutating func postfix(_ start: Expression) throws -> Expression {
    var result = start
    while true {
      let line = line
      if take(".") {
        if case .integer(let index) = current.kind {
          skip()
          let item = try Expression(.constant(.integer(index)), line: line)
          result = try Expression(.item(result, item), line: line, parts: [result])
        } else {
          result = try Expression(.attribute(result, try name()), line: line, parts: [result])
        }
      } else if take("[") {
        result = try subscripted(result, line: line)
      } else if isSymbol("(") {
        result = try called(result)
      } else {
        return result
      }
    }
  }

  private mutating func called(_ callee: Expression) throws -> Expression {
    let line = line
    let arguments = try arguments()
    return try Expression(.call(callee, arguments), line: line, parts: [callee] + arguments.map(\.value))
  }

  private mutating func subscripted(_ base: Expression, line: Int) throws -> Expression {
    var bounds: [Expression?] = [nil]
    while !take("]") {
      if take(":") {
        bounds.append(nil)
      } else if bounds.last.map({ $0 == nil }) == true {
        bounds[bounds.count - 1] = try expression()
      } else {
        throw unexpected("']'")
      }
    }
    let parts = [base] + bounds.compactMap { $0 }
    switch bounds.count {
    case 1:
      guard let item = bounds[0] else {
        throw TemplateError.syntax(line: line, reason: "an index was expected between '[' and ']'")
      }
      return try Expression(.item(base, item), line: line, parts: parts)
    case 2, 3:
      return try Expression(
        .slice(base, start: bounds[0], end: bounds[1], step: bounds.count == 3 ? bounds[2] : nil), line: line,
        parts: parts)
    default: throw TemplateError.syntax(line: line, reason: "a slice has at most two ':'")
    }
  }

  /// Arguments with their brackets. Only named ones and `**` follow `*`, nothing follows `**`.
  mutating func arguments() throws -> [Expression.Argument] {
    try expect("(")
    var (hasElements, hasPairs) = (false, false)
    var names: Set<Text> = []
    return try list(endedBy: ")") { parser in
      let line = parser.line
      let role = parser.argumentRole()
      var isAllowed = !hasPairs
      switch role {
      case .positional: isAllowed = isAllowed && !hasElements && names.isEmpty
      case .named(let name):
        guard names.insert(name).inserted else {
          throw TemplateError.syntax(line: line, reason: "the argument \(name.quoted) is given twice")
        }
      case .elements:
        isAllowed = isAllowed && !hasElements
        hasElements = true
      case .pairs: hasPairs = true
      }
      guard isAllowed else {
        throw TemplateError.syntax(
          line: line, reason: "an argument stands behind one that it must stand before")
      }
      return Expression.Argument(role: role, value: try parser.expression())
    }
  }

  private mutating func argumentRole() -> Expression.Argument.Role {
    if take("*") { return .elements }
    if take("**") { return .pairs }
    guard case .name(let name) = current.kind, next == .symbol("=") else { return .positional }
    skip()
    skip()
    return .named(name)
  }

  mutating func dottedName() throws -> Text {
    var result = try name()
    while take(".") { result.string += "." + (try name()).string }
    return result
  }

  mutating func filtersAndTests(_ start: Expression) throws -> Expression {
    var result = start
    while true {
      let line = line
      if take("|") {
        let name = try dottedName()
        let arguments = isSymbol("(") ? try arguments() : []
        result = try Expression(
          .filter(result, name, arguments), line: line, parts: [result] + arguments.map(\.value))
      } else if takeName("is") {
        result = try tested(result, line: line)
      } else if isSymbol("(") {
        result = try called(result)
      } else {
        return result
      }
    }
  }

  private mutating func tested(_ value: Expression, line: Int) throws -> Expression {
    let isNegated = takeName("not")
    let name = try dottedName()
    var arguments: [Expression.Argument] = []
    if isSymbol("(") {
      arguments = try self.arguments()
    } else if isName("is") {
      throw TemplateError.syntax(line: self.line, reason: "a test cannot follow a test; use 'and'")
    } else if beginsArgument {
      let argument = try nested { parser in try parser.postfix(try parser.primary()) }
      arguments = [Expression.Argument(role: .positional, value: argument)]
    }
    let test = try Expression(
      .test(value, name, arguments), line: line, parts: [value] + arguments.map(\.value))
    return isNegated ? try Expression(.not(test), line: line, parts: [test]) : test
  }

  /// Whether a test's only argument follows, which needs no brackets.
  private var beginsArgument: Bool {
    switch current.kind {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .string, .integer, .number, .symbol("["), .symbol("{"): true
    default: false
    }
  }
}
