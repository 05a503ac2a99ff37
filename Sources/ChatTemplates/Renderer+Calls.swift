/// Calls: of functions, methods, macros, and of loops by themselves.
extension Renderer {
  func evaluate(_ arguments: [Expression.Argument]) throws -> Arguments {
    var result = Arguments()
    for argument in arguments {
      let value = try evaluate(argument.value)
      switch argument.role {
      case .positional: result.positional.append(value)
      case .named(let name): result.named.append((name, value))
      case .elements: result.positional += try elements(of: value)
      case .pairs:
        guard case .mapping(let mapping) = value else {
          throw Failure.failed("only a mapping can be named arguments ('**'), and there is \(value.kindName)")
        }
        try budget.write(elements: mapping.count * 2)
        for (key, value) in mapping.pairs {
          guard let name = key.text else {
            throw Failure.failed("the name of an argument is a string, and there is \(key.kindName)")
          }
          result.named.append((name, value))
        }
      }
    }
    var names: Set<Text> = []
    for (name, _) in result.named where !names.insert(name).inserted {
      throw Failure.failed("the argument \(name.quoted) is given twice")
    }
    return result
  }

  /// - Parameter callee: where the function comes from, for errors.
  func call(_ function: Value, _ arguments: Arguments, named callee: Expression) throws -> Value {
    switch function {
    case .callable(.function(let name)): return try callFunction(name, arguments)
    case .callable(.method(let receiver, let name)): return try callMethod(name, of: receiver, arguments)
    case .callable(.macro(let macro, let scope)): return try call(macro, in: scope, arguments)
    case .loop(let state): return try call(state, arguments)
    case .undefined(let reason):
      if case .name(let name) = callee.kind { throw Failure.unsupported("the function \(name.quoted)") }
      if case .attribute(_, let name) = callee.kind {
        throw Failure.unsupported("the method \(name.quoted) (\(reason))")
      }
      throw Failure.failed(reason)
    default: throw Failure.failed("\(function.kindName) cannot be called")
    }
  }

  /// Calls with a block, which the callee finds as `caller`.
  func call(
    _ callee: Expression, _ arguments: [Expression.Argument], with block: Macro, line: Int
  ) throws -> Value {
    hold(scope)
    let function = try evaluate(callee)
    var arguments = try evaluate(arguments)
    self.line = line
    guard !arguments.named.contains(where: { $0.name == "caller" }) else {
      throw Failure.failed("the argument 'caller' is given twice")
    }
    arguments.named.append(("caller", .callable(.macro(block, scope))))
    return try call(function, arguments, named: callee)
  }

  private func call(_ macro: Macro, in definition: Scope, _ arguments: Arguments) throws -> Value {
    let variables = try arguments.bound(to: macro)
    let text = try scoped(in: definition) {
      for (name, value) in variables.special { scope.variables[name] = value }
      for (parameter, value) in zip(macro.parameters, variables.given) {
        let standard = try value ?? parameter.standard.map(evaluate)
        scope.variables[parameter.name] =
          standard ?? .undefined("the argument \(parameter.name.quoted) is not given")
      }
      return try captured { _ = try run(macro.body) }
    }
    return .string(text)
  }

  /// `loop(values)`: the loop's body for other values, one level deeper.
  private func call(_ state: LoopState, _ arguments: Arguments) throws -> Value {
    guard let (loop, definition) = state.recursion else {
      throw Failure.failed("only a loop that is 'recursive' can be called")
    }
    let given = try arguments.bound(to: ["values"], of: "the loop")
    guard let values = given[0] else { throw Failure.failed("the loop is called with nothing to loop over") }
    let text = try captured {
      try scoped(in: definition) { try run(loop, over: values, level: state.level + 1) }
    }
    return .string(text)
  }
}

extension Arguments {
  /// The values of a macro's parameters, `nil` for those that are not given, and what it takes without
  /// naming it.
  fileprivate func bound(to macro: Macro) throws -> (given: [Value?], special: [(Text, Value)]) {
    var rest = Dictionary(named.map { ($0.name, $0.value) }) { first, _ in first }
    func take(_ name: Text) -> Value? { rest.removeValue(forKey: name) }
    var given: [Value?] = positional.prefix(macro.parameters.count).map { $0 }
    for parameter in macro.parameters.dropFirst(given.count) { given.append(take(parameter.name)) }
    var special: [(Text, Value)] = []
    if macro.takesCaller {
      var block = take("caller") ?? Value.none
      if case Value.none = block { block = .undefined("the macro was not called with a block") }
      special.append(("caller", block))
    }
    let callee = macro.name.map { "the macro \($0.quoted)" } ?? "the block of 'call'"
    if macro.takesKwargs {
      var mapping = ValueMapping()
      for (name, value) in named where rest[name] != nil { try mapping.set(.string(name), to: value) }
      special.append(("kwargs", .mapping(mapping)))
    } else if let (name, _) = named.first(where: { rest[$0.name] != nil }) {
      throw Failure.failed(
        macro.parameters.contains { $0.name == name }
          ? "\(callee) got \(name.quoted) twice" : "\(callee) takes no argument \(name.quoted)")
    }
    let further = Array(positional.dropFirst(macro.parameters.count))
    if macro.takesVarargs {
      special.append(("varargs", try .tuple(further)))
    } else if !further.isEmpty {
      throw Failure.failed("\(callee) takes \(macro.parameters.count) arguments, and got \(positional.count)")
    }
    return (given, special)
  }
}
