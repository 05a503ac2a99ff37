/// A setting of a suite or of a case, as it stands in a results file: a number, a word, a switch or a list of
/// them.
package enum CaseParameter: Sendable, Hashable {
  /// A whole number.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A word or a text.
  case text(String)
  /// A switch.
  case flag(Bool)
  /// Several, in their order.
  case list([CaseParameter])

  /// The whole number, if it is one.
  package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  /// The number, whole or not.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  /// The text, if it is one.
  package var text: String? { if case .text(let value) = self { value } else { nil } }
  /// The switch, if it is one.
  package var flag: Bool? { if case .flag(let value) = self { value } else { nil } }
  /// The list, if it is one.
  package var list: [CaseParameter]? { if case .list(let values) = self { values } else { nil } }
}

extension CaseParameter: Codable {
  package init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else {
      self = .list(try container.decode([CaseParameter].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    }
  }
}

extension CaseParameter: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  CustomStringConvertible
{
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(booleanLiteral value: Bool) { self = .flag(value) }

  /// As a person types it; a list with commas.
  package var description: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .text(let value): value
    case .flag(let value): value ? "yes" : "no"
    case .list(let values): values.map(\.description).joined(separator: ", ")
    }
  }
}
