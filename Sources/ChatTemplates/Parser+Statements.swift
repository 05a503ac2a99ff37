/// Statements, and the bodies between them.
extension Parser {
  /// The statements up to a tag of one of these names, whose name is the current token then; up to the
  /// end of the template where there are none.
  mutating func body(until ends: [Text]) throws -> [Statement] {
    let opened = previousLine
    var statements: [Statement] = []
    while true {
      let line = line
      switch current.kind {
      case .text(let text):
        skip()
        statements.append(Statement(kind: .text(text), line: line))
      case .printBegin:
        skip()
        statements.append(Statement(kind: .print(try tuple()), line: line))
        try expect(.printEnd, "'}}'")
      case .blockBegin:
        skip()
        guard case .name(let name) = current.kind else { throw unexpected("the name of a statement") }
        if ends.contains(name) { return statements }
        skip()
        let kind = try nested { try $0.statement(name, line: line) }
        statements.append(Statement(kind: kind, line: line))
      case .end where ends.isEmpty:
        return statements
      default:
        let wanted = ends.map { "'{% \($0.string) %}'" }.joined(separator: " or ")
        throw TemplateError.syntax(
          line: opened, reason: "\(wanted) was expected after this, and \(current.description) was found")
      }
    }
  }

  mutating func endTag() throws { try expect(.blockEnd, "'%}'") }

  /// A body and the tag that ends it.
  mutating func body(closedBy end: Text) throws -> [Statement] {
    try endTag()
    let statements = try body(until: [end])
    skip()
    return statements
  }

  /// One statement from behind its name to behind its last tag.
  private mutating func statement(_ name: Text, line: Int) throws -> Statement.Kind {
    var kind: Statement.Kind
    switch name {
    case "if": kind = try branch()
    case "for": kind = try loop()
    case "set": kind = try set()
    case "with": kind = try with()
    case "macro": kind = try macro()
    case "call": kind = try callBlock()
    case "filter": kind = .filtered(try filterCalls(), body: try body(closedBy: "endfilter"))
    case "generation": kind = .scoped(try body(closedBy: "endgeneration"))
    case "break", "continue":
      guard loopDepth > 0 else {
        throw TemplateError.syntax(line: line, reason: "'\(name.string)' stands outside of a loop")
      }
      kind = name == "break" ? .breakLoop : .continueLoop
    default:
      if name.hasPrefix("end") || name == "else" || name == "elif" {
        throw TemplateError.syntax(line: line, reason: "\(name.quoted) ends a statement that was not begun")
      }
      throw TemplateError.unsupported(line: line, what: "the statement \(name.quoted)")
    }
    try endTag()
    return kind
  }

  private mutating func branch() throws -> Statement.Kind {
    var branches: [(test: Expression?, body: [Statement])] = []
    var test: Expression? = try tuple(hasConditional: false)
    while true {
      try endTag()
      let statements = try body(until: test == nil ? ["endif"] : ["elif", "else", "endif"])
      branches.append((test, statements))
      if takeName("elif") {
        test = try tuple(hasConditional: false)
      } else if takeName("else") {
        test = nil
      } else {
        skip()
        return .branch(branches)
      }
    }
  }

  private mutating func loop() throws -> Statement.Kind {
    let target = try target(ends: ["in"])
    guard takeName("in") else { throw unexpected("'in'") }
    let values = try tuple(hasConditional: false)
    let condition = takeName("if") ? try expression() : nil
    let isRecursive = takeName("recursive")
    try endTag()
    loopDepth += 1
    let body = try body(until: ["else", "endfor"])
    loopDepth -= 1
    let hasElse = isName("else")
    skip()
    let otherwise = hasElse ? try self.body(closedBy: "endfor") : []
    return .loop(
      Loop(
        target: target, values: values, condition: condition, isRecursive: isRecursive, body: body,
        otherwise: otherwise))
  }

  private mutating func set() throws -> Statement.Kind {
    let target = try target(ends: [])
    if take("=") { return .set(target, try tuple()) }
    let filters = take("|") ? try filterCalls() : []
    return .setBlock(target, filters: filters, body: try body(closedBy: "endset"))
  }

  /// `name, (name, name)`, or an attribute of a namespace.
  mutating func target(ends: [Text]) throws -> Target {
    var targets: [Target] = []
    while true {
      targets.append(try singleTarget())
      guard take(",") else { break }
      if isSymbol("=") || isSymbol(")") || ends.contains(where: { isName($0) }) { return .tuple(targets) }
    }
    return targets.count == 1 ? targets[0] : .tuple(targets)
  }

  private mutating func singleTarget() throws -> Target {
    if take("(") {
      let inner = try nested { try $0.target(ends: []) }
      try expect(")")
      return inner
    }
    let name = try assignableName()
    if take(".") { return .attribute(name, try self.name()) }
    names.append(NameUse(name: name, isRead: false))
    return .name(name)
  }

  private mutating func filterCalls() throws -> [FilterCall] {
    var calls: [FilterCall] = []
    repeat {
      let line = line
      calls.append(
        FilterCall(name: try dottedName(), arguments: isSymbol("(") ? try arguments() : [], line: line))
    } while take("|")
    return calls
  }
}
