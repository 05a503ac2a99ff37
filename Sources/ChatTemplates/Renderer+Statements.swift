/// Statements.
extension Renderer {
  /// How a body ended.
  enum Flow { case through, breaking, continuing }

  func run(_ body: [Statement]) throws -> Flow {
    for statement in body {
      let flow = try nested(line: statement.line) { try run(statement) }
      if flow != .through { return flow }
    }
    return .through
  }

  private func run(_ statement: Statement) throws -> Flow {
    switch statement.kind {
    case .text(let text): try write(text)
    case .print(let expression): try write(string(try evaluate(expression)))
    case .branch(let branches):
      for branch in branches {
        if let test = branch.test, try !evaluate(test).isTrue { continue }
        return try run(branch.body)
      }
    case .loop(let loop): try run(loop, over: try evaluate(loop.values))
    case .set(let target, let expression): try assign(try evaluate(expression), to: target)
    case .setBlock(let target, let filters, let body):
      try assign(.string(try filteredText(of: body, filters)), to: target)
    case .filtered(let filters, let body): try write(try filteredText(of: body, filters))
    case .macro(let name, let macro):
      hold(scope)
      scope.variables[name] = .callable(.macro(macro, scope))
    case .callBlock(let callee, let arguments, let block):
      try write(string(try call(callee, arguments, with: block, line: statement.line)))
    case .with(let variables, let body):
      // Values are those of names around the block.
      let values = try variables.map { try evaluate($0.value) }
      return try scoped(in: scope) {
        for (variable, value) in zip(variables, values) { try assign(value, to: variable.target) }
        return try run(body)
      }
    case .scoped(let body): return try scoped(in: scope) { try run(body) }
    case .breakLoop: return .breaking
    case .continueLoop: return .continuing
    }
    return .through
  }

  private func filteredText(of body: [Statement], _ filters: [FilterCall]) throws -> Text {
    let text = try captured { try scoped(in: scope) { _ = try run(body) } }
    let value = try filters.reduce(Value.string(text)) { value, call in
      line = call.line
      return try filter(call.name, value, evaluate(call.arguments))
    }
    return try string(value)
  }

  /// - Parameter level: how many times a recursive loop stands in itself here.
  func run(_ loop: Loop, over values: Value, level: Int = 0) throws {
    var elements = try elements(of: values)
    if let condition = loop.condition {
      elements = try elements.filter { element in
        try scoped(in: scope) {
          try assign(element, to: loop.target)
          return try evaluate(condition).isTrue
        }
      }
    }
    if loop.isRecursive { hold(scope) }
    let state = try LoopState(elements, level: level, recursion: loop.isRecursive ? (loop, scope) : nil)
    var isDone = false
    for (index, element) in elements.enumerated() {
      state.index = index
      let flow = try scoped(in: scope) {
        scope.variables["loop"] = .loop(state)
        try assign(element, to: loop.target)
        return try run(loop.body)
      }
      if flow == .through { isDone = true }
      if flow == .breaking { break }
    }
    // As in Jinja, which takes a loop that was always left early for one without elements.
    if !isDone { _ = try scoped(in: scope) { try run(loop.otherwise) } }
  }

  private func assign(_ value: Value, to target: Target) throws {
    switch target {
    case .name(let name): scope.variables[name] = value
    case .attribute(let owner, let name):
      guard case .namespace(let namespace)? = scope[owner] else {
        throw Failure.failed("attributes can be set on namespaces only, and \(owner.quoted) is none")
      }
      guard !name.hasPrefix("_") else { throw Failure.failed("the attribute \(name.quoted) begins with '_'") }
      try namespace.attributes.set(.string(name), to: value)
    case .tuple(let targets):
      let values = try elements(of: value)
      guard values.count == targets.count else {
        throw Failure.failed("\(values.count) values cannot be assigned to \(targets.count) names")
      }
      for (value, target) in zip(values, targets) { try assign(value, to: target) }
    }
  }
}
