/// A piece of a template's source.
struct TemplateToken: Sendable {
  enum Kind: Equatable, Sendable {
    /// Text that is printed as it is.
    case text(Text)
    /// `{{`
    case printBegin
    /// `}}`
    case printEnd
    /// `{%`
    case blockBegin
    /// `%}`
    case blockEnd
    case name(Text)
    case string(Text)
    case integer(Int)
    case number(Double)
    /// An operator or a bracket.
    case symbol(String)
    /// The end of the source.
    case end
  }

  let kind: Kind
  /// Lines count from 1.
  let line: Int

  /// For errors.
  var description: String {
    switch kind {
    case .text: "text"
    case .printBegin: "'{{'"
    case .printEnd: "'}}'"
    case .blockBegin: "'{%'"
    case .blockEnd: "'%}'"
    case .name(let name): name.quoted
    case .string(let text): "the string \(text.quoted)"
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .symbol(let symbol): "'\(symbol)'"
    case .end: "the end of the template"
    }
  }
}
