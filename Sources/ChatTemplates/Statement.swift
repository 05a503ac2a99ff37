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
    case macro(Macro)
    case filtered([FilterCall], body: [Statement])
    /// A body with variables of its own: `{% generation %}`.
    case scoped([Statement])
    case breakLoop
    case continueLoop
  }

  let kind: Kind
  let line: Int
}

/// `{% for target in values if condition %}body{% else %}otherwise{% endfor %}`
struct Loop: Sendable {
  let target: Target
  let values: Expression
  let condition: Expression?
  let body: [Statement]
  let otherwise: [Statement]
}

/// `{% macro name(parameters) %}body{% endmacro %}`
struct Macro: Sendable {
  let name: Text
  let parameters: [(name: Text, standard: Expression?)]
  let body: [Statement]
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
