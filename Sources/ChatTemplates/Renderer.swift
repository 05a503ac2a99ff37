import Foundation

/// Runs a template once.
final class Renderer {
  /// How many statements, expressions and macro calls may stand inside each other: each takes stack, all
  /// of them 3 MiB in a debug build and 0.8 MiB in a release build.
  static let depthLimit = 300

  let budget: Budget
  let date: Date
  var scope = Scope(parent: nil)
  /// Where the template is being run.
  var line = 1
  private var output = ""
  private var depth = 0
  /// What can hold itself; emptied in the end, so that nothing stays behind.
  private var namespaces: [Namespace] = []
  private var heldScopes: [Scope] = []
  private let given: [String: TemplateValue]

  init(variables: [String: TemplateValue], date: Date, stepLimit: Int) {
    given = variables
    budget = Budget(stepLimit: stepLimit)
    self.date = date
  }

  /// - Throws: `TemplateError`.
  func render(_ body: [Statement]) throws -> String {
    defer {
      for namespace in namespaces { namespace.attributes = ValueMapping() }
      for scope in heldScopes { scope.variables = [:] }
    }
    do {
      for (name, value) in given {
        scope.variables[Text(name)] = try Value(value)
        budget.allow(value.byteCount)
      }
      // Variables that the template sets hide those that are given.
      scope = Scope(parent: scope)
      _ = try run(body)
      return output
    } catch let failure as Failure {
      throw failure.at(line: line)
    }
  }

  func write(_ text: Text) throws {
    try budget.write(text.byteCount)
    output += text.string
  }

  /// What a part of the template writes, instead of writing it.
  func captured(_ write: () throws -> Void) throws -> Text {
    let outer = output
    output = ""
    defer { output = outer }
    try write()
    return Text(output)
  }

  /// Runs with variables of its own.
  func scoped<Result>(in parent: Scope, _ body: () throws -> Result) throws -> Result {
    let outer = scope
    scope = Scope(parent: parent)
    defer { scope = outer }
    return try body()
  }

  /// One step down: counts work and depth.
  func nested<Result>(line: Int, _ body: () throws -> Result) throws -> Result {
    self.line = line
    try budget.step()
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw Failure.exceeded("\(Self.depthLimit) calls and expressions inside each other")
    }
    return try body()
  }

  func namespace(_ attributes: ValueMapping) -> Value {
    let namespace = Namespace(attributes)
    namespaces.append(namespace)
    return .namespace(namespace)
  }

  func hold(_ scope: Scope) { heldScopes.append(scope) }
}

extension TemplateValue {
  /// About how much memory the value takes.
  fileprivate var byteCount: Int {
    switch self {
    case .none, .bool, .integer, .number: 16
    case .string(let text): text.utf8.count
    case .list(let values): values.reduce(16) { $0 + $1.byteCount }
    case .mapping(let pairs): pairs.reduce(16) { $0 + $1.key.utf8.count + $1.value.byteCount }
    }
  }
}
