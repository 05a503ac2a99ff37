/// Why a chat template cannot be read or rendered; every sentence names the line of the template.
package enum TemplateError: Error, Equatable, CustomStringConvertible {
  /// The source is no template: a tag that is not closed, an expression that ends too early.
  case syntax(line: Int, reason: String)
  /// A statement, filter, test, function or method that this interpreter does not have.
  case unsupported(line: Int, what: String)
  /// Something that is no text, number or list was used as one, or does not exist.
  case failed(line: Int, reason: String)
  /// The template refuses the conversation (`raise_exception`), in its own words.
  case refused(line: Int, message: String)
  /// The template asks for more than any sound one does: work, memory or nesting.
  case exceeded(line: Int, limit: String)

  /// The problem in one line.
  package var description: String {
    switch self {
    case .syntax(let line, let reason):
      "chat template, line \(line): \(reason); the template is damaged or written in another language"
    case .unsupported(let line, let what):
      "chat template, line \(line): \(what) is not supported; do without the model's chat template"
    case .failed(let line, let reason):
      "chat template, line \(line): \(reason)"
    case .refused(let line, let message):
      "chat template, line \(line): the template refuses this conversation: \(Text(message).quoted)"
    case .exceeded(let line, let limit):
      "chat template, line \(line): it needs more than \(limit), which no sound template does"
    }
  }
}
