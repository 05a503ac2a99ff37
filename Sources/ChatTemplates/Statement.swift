/// A statement of a template, text included.
struct Statement: Sendable {
  indirect enum Kind: Sendable {
    case text(Text)
    case print(Expression)
    /// Tests with their bodies in order; the last one may have none.
    case branch([(test: Expression?, body: [Statement])])
    case loop(Loop)
    case set(Target, Expression)
    /// `{% set name %}…{% endset %}`, with filters.
    case setBlock(Target, filters: [FilterCall], body: [Statement])
    case macro(Text, Macro)
    /// `{% call callee(arguments) %}`: the call's result, the callee being given the block as `caller`.
    case callBlock(Expression, [Expression.Argument], block: Macro)
    case with([(target: Target, value: Expression)], body: [Statement])
    case filtered([FilterCall], body: [Statement])
    /// A body with variables of its own: `{% generation %}`.
    case scoped([Statement])
    case breakLoop
    case continueLoop
  }

  let kind: Kind
  let line: Int
}

/// `{% for target in values if condition recursive %}body{% else %}otherwise{% endfor %}`
struct Loop: Sendable {
  let target: Target
  let values: Expression
  let condition: Expression?
  /// Whether the body may call `loop` with other values.
  let isRecursive: Bool
  let body: [Statement]
  let otherwise: [Statement]
}

/// `{% macro name(parameters) %}body{% endmacro %}`, or a block that is handed to one.
struct Macro: Sendable {
  struct Parameter: Sendable {
    let name: Text
    let standard: Expression?
  }

  /// A block has none.
  let name: Text?
  let parameters: [Parameter]
  let body: [Statement]
  /// Whether the body reads the block that the macro is called with.
  let readsCaller: Bool
  /// Whether it reads the positional arguments beyond its parameters.
  let takesVarargs: Bool
  /// Whether it reads the named arguments beyond its parameters.
  let takesKwargs: Bool

  /// Whether the block comes beside the parameters; it may have one of its own.
  var takesCaller: Bool { readsCaller && !parameters.contains { $0.name == "caller" } }

  /// What a template sees of it as attributes.
  func attribute(_ attribute: Text) throws -> Value? {
    switch attribute {
    case "name": name.map { .string($0) } ?? Value.none
    case "arguments": try .tuple(parameters.map { .string($0.name) })
    case "catch_varargs": .bool(takesVarargs)
    case "catch_kwargs": .bool(takesKwargs)
    case "caller": .bool(readsCaller)
    default: nil
    }
  }
}

/// A filter with its arguments where it is applied to a body.
struct FilterCall: Sendable {
  let name: Text
  let arguments: [Expression.Argument]
  let line: Int
}

/// What a value is assigned to.
indirect enum Target: Sendable {
  case name(Text)
  /// An attribute of a namespace.
  case attribute(Text, Text)
  case tuple([Target])
}
