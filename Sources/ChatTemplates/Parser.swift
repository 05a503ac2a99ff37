/// Reads a template's tokens into statements; the grammar and its precedences are Jinja's.
struct Parser {
  static let depthLimit = 100

  private let tokens: [TemplateToken]
  private var index = 0
  private var depth = 0
  /// How many loops the current statement stands in.
  var loopDepth = 0
  /// The names so far, in the order of the source.
  var names: [NameUse] = []

  init(_ tokens: [TemplateToken]) { self.tokens = tokens }

  /// The statements of the whole template.
  mutating func template() throws -> [Statement] {
    try body(until: [])
  }

  var current: TemplateToken {
    tokens.indices.contains(index) ? tokens[index] : TemplateToken(kind: .end, line: tokens.last?.line ?? 1)
  }

  var next: TemplateToken.Kind { tokens.indices.contains(index + 1) ? tokens[index + 1].kind : .end }

  var line: Int { current.line }

  /// Where the token before the current one stands.
  var previousLine: Int { tokens.indices.contains(index - 1) ? tokens[index - 1].line : 1 }

  mutating func skip() { index += 1 }

  func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

  func isName(_ name: Text) -> Bool { current.kind == .name(name) }

  mutating func take(_ symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    skip()
    return true
  }

  mutating func takeName(_ name: Text) -> Bool {
    guard isName(name) else { return false }
    skip()
    return true
  }

  mutating func expect(_ kind: TemplateToken.Kind, _ description: String) throws {
    guard current.kind == kind else { throw unexpected(description) }
    skip()
  }

  mutating func expect(_ symbol: String) throws { try expect(.symbol(symbol), "'\(symbol)'") }

  mutating func name() throws -> Text {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    skip()
    return name
  }

  func unexpected(_ wanted: String) -> TemplateError {
    .syntax(line: line, reason: "\(wanted) was expected, and \(current.description) was found")
  }

  /// Goes one level down in the grammar.
  mutating func nested<Result>(_ parse: (inout Parser) throws -> Result) throws -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw TemplateError.exceeded(
        line: line, limit: "\(Self.depthLimit) tags and brackets inside each other")
    }
    return try parse(&self)
  }
}
