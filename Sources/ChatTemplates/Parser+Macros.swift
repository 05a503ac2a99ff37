/// Macros, the blocks that are handed to them, and bodies with variables of their own.
extension Parser {
  /// What a macro takes without naming it, where its body reads it.
  private static let specialNames: Set<Text> = ["caller", "varargs", "kwargs"]

  /// `{% macro name(parameters) %}body{% endmacro %}`
  mutating func macro() throws -> Statement.Kind {
    let name = try assignableName()
    return .macro(name, try macro(name: name, parameters: try signature(), closedBy: "endmacro"))
  }

  /// `{% call(parameters) callee(arguments) %}body{% endcall %}`
  mutating func callBlock() throws -> Statement.Kind {
    let line = line
    let parameters = isSymbol("(") ? try signature() : []
    let expression = try expression()
    guard case .call(let callee, let arguments) = expression.kind else {
      throw TemplateError.syntax(line: line, reason: "'call' is followed by the call of a macro")
    }
    let block = try macro(name: nil, parameters: parameters, closedBy: "endcall")
    return .callBlock(callee, arguments, block: block)
  }

  /// `{% with name = value, name = value %}body{% endwith %}`
  mutating func with() throws -> Statement.Kind {
    var variables: [(target: Target, value: Expression)] = []
    while current.kind != .blockEnd {
      if !variables.isEmpty { try expect(",") }
      let target = try target(ends: [])
      try expect("=")
      variables.append((target, try expression()))
    }
    return .with(variables, body: try body(closedBy: "endwith"))
  }

  /// A name that a value can be given to.
  mutating func assignableName() throws -> Text {
    let line = line
    let name = try name()
    guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
      throw TemplateError.syntax(line: line, reason: "nothing can be assigned to \(name.quoted)")
    }
    return name
  }

  /// Parameters with their brackets.
  private mutating func signature() throws -> [Macro.Parameter] {
    var parameters: [Macro.Parameter] = []
    var known: Set<Text> = []
    try expect("(")
    while !take(")") {
      if !parameters.isEmpty { try expect(",") }
      let line = line
      let name = try assignableName()
      names.append(NameUse(name: name, isRead: false))
      guard known.insert(name).inserted else {
        throw TemplateError.syntax(line: line, reason: "the parameter \(name.quoted) stands there twice")
      }
      let standard = take("=") ? try expression() : nil
      guard standard != nil || parameters.last?.standard == nil else {
        throw TemplateError.syntax(
          line: line, reason: "the parameter \(name.quoted) needs a default, as one before it has")
      }
      parameters.append(Macro.Parameter(name: name, standard: standard))
    }
    return parameters
  }

  private mutating func macro(
    name: Text?, parameters: [Macro.Parameter], closedBy end: Text
  ) throws -> Macro {
    let line = line
    let outer = loopDepth
    loopDepth = 0
    defer { loopDepth = outer }
    let start = names.count
    let body = try body(closedBy: end)
    let read = NameUse.read(Self.specialNames, in: names[start...])
    let own = parameters.first { $0.name == "caller" }
    if let own, own.standard == nil, read.contains("caller") {
      throw TemplateError.syntax(line: line, reason: "the parameter 'caller' needs a default")
    }
    func takes(_ special: Text) -> Bool {
      read.contains(special) && !parameters.contains { $0.name == special }
    }
    return Macro(
      name: name, parameters: parameters, body: body, readsCaller: read.contains("caller"),
      takesVarargs: takes("varargs"), takesKwargs: takes("kwargs"))
  }
}

/// A name where a template reads it, or gives it a value.
struct NameUse: Sendable {
  let name: Text
  let isRead: Bool

  /// Those of some names that are read before they are given a value.
  static func read(_ names: Set<Text>, in uses: some Sequence<NameUse>) -> Set<Text> {
    var open = names
    var read: Set<Text> = []
    for use in uses where open.contains(use.name) {
      if use.isRead { read.insert(use.name) } else { open.remove(use.name) }
    }
    return read
  }
}
