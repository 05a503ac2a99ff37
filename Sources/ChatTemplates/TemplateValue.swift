/// A value that is handed to a chat template: what JSON has, with the order of an object's keys kept.
package enum TemplateValue: Sendable {
  /// `none`; unlike a variable that is not given, it is defined.
  case none
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// Any other number.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case list([TemplateValue])
  /// Keys and values in the order in which the template meets them; of equal keys the last one counts.
  case mapping([(key: String, value: TemplateValue)])
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
  /// A text.
  package init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  package init(integerLiteral value: Int) { self = .integer(value) }
  /// A truth value.
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension TemplateValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// A list.
  package init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
  /// A mapping in the order of the literal.
  package init(dictionaryLiteral elements: (String, TemplateValue)...) {
    self = .mapping(elements.map { (key: $0.0, value: $0.1) })
  }
}
