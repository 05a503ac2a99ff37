/// An expression of a template.
struct Expression: Sendable {
  /// How many expressions may stand inside each other: what keeps recursion over them from running out of
  /// stack.
  static let heightLimit = 200

  indirect enum Kind: Sendable {
    case constant(TemplateValue)
    case name(Text)
    case list([Expression])
    case tuple([Expression])
    case mapping([(key: Expression, value: Expression)])
    case negative(Expression)
    case positive(Expression)
    case not(Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case arithmetic(ArithmeticOperator, Expression, Expression)
    /// `a ~ b`: texts of all parts.
    case concatenation([Expression])
    /// `a < b <= c`: the first operand, then operators with theirs.
    case comparison(Expression, [(ComparisonOperator, Expression)])
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
    case attribute(Expression, Text)
    case item(Expression, Expression)
    case slice(Expression, start: Expression?, end: Expression?, step: Expression?)
    case call(Expression, [Argument])
    case filter(Expression, Text, [Argument])
    case test(Expression, Text, [Argument])
  }

  struct Argument: Sendable {
    enum Role: Sendable {
      case positional
      case named(Text)
      /// `*value`: each element is an argument.
      case elements
      /// `**value`: each pair is a named argument.
      case pairs
    }

    let role: Role
    let value: Expression
  }

  let kind: Kind
  let line: Int
  let height: Int

  /// - Throws: `TemplateError.exceeded` when too many expressions stand inside each other.
  init(_ kind: Kind, line: Int, parts: [Expression] = []) throws {
    self.kind = kind
    self.line = line
    height = 1 + (parts.map(\.height).max() ?? 0)
    guard height <= Self.heightLimit else {
      throw TemplateError.exceeded(line: line, limit: "\(Self.heightLimit) expressions inside each other")
    }
  }
}

/// An operator between two values that makes a third.
enum ArithmeticOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
}

/// An operator that makes a truth value.
enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case isNotIn = "not in"
}
