/// The methods of strings.
enum TextMethods {
  typealias Method = @Sendable (Renderer, Text, Arguments) throws -> Value

  /// By name: to add a method, add an entry.
  static let all: [Text: Method] = [
    "strip": { try stripped($1, $2, "strip", start: true, end: true) },
    "lstrip": { try stripped($1, $2, "lstrip", start: true, end: false) },
    "rstrip": { try stripped($1, $2, "rstrip", start: false, end: true) },
    "split": { try split($0, $1, $2, fromEnd: false) },
    "rsplit": { try split($0, $1, $2, fromEnd: true) },
    "splitlines": { renderer, text, arguments in
      _ = try arguments.bound(to: [], of: "the method 'splitlines'")
      let lines = text.lines
      try renderer.budget.write(elements: lines.count)
      return try .list(lines.map { .string($0) })
    },
    "startswith": { try matches($1, $2, "startswith") { $0.hasPrefix($1) } },
    "endswith": { try matches($1, $2, "endswith") { $0.hasSuffix($1) } },
    "upper": { .string(try plain($1, $2, "upper").uppercased) },
    "lower": { .string(try plain($1, $2, "lower").lowercased) },
    "title": { .string(try plain($1, $2, "title").titlecased) },
    "capitalize": { .string(try plain($1, $2, "capitalize").capitalized) },
    "replace": { renderer, text, arguments in
      let given = try arguments.bound(to: ["old", "new", "count"], of: "the method 'replace'")
      return try renderer.replaced(text, given[0], given[1], given[2])
    },
    "find": { try found($1, $2, "find", last: false) },
    "rfind": { try found($1, $2, "rfind", last: true) },
    "count": { renderer, text, arguments in
      let part = try argument(arguments, "count")
      return .integer(part.isEmpty ? text.scalars.count + 1 : text.occurrences(of: part).count)
    },
    "join": { renderer, text, arguments in
      let given = try arguments.bound(to: ["iterable"], of: "the method 'join'")
      let parts = try renderer.elements(of: given[0] ?? .none).map { value -> String in
        guard let part = value.text else {
          throw Failure.failed("only strings can be joined, and there is \(value.kindName)")
        }
        return part.string
      }
      return .string(try renderer.joined(parts, separator: text.string))
    },
    "removeprefix": { renderer, text, arguments in
      let part = try argument(arguments, "removeprefix")
      return .string(text.hasPrefix(part) ? text.slice(part.byteCount..<text.byteCount) : text)
    },
    "removesuffix": { renderer, text, arguments in
      let part = try argument(arguments, "removesuffix")
      return .string(text.hasSuffix(part) ? text.slice(0..<text.byteCount - part.byteCount) : text)
    },
    "isspace": { .bool(try !plain($1, $2, "isspace").isEmpty && $1.scalars.allSatisfy(\.isSpace)) },
    "isdigit": {
      .bool(try isAll(plain($1, $2, "isdigit")) { $0.numericType != nil && $0.numericType != .numeric })
    },
    "isalpha": { .bool(try isAll(plain($1, $2, "isalpha")) { $0.generalCategory.isLetter }) },
    "isupper": { .bool(try plain($1, $2, "isupper").isUppercase) },
    "islower": { .bool(try plain($1, $2, "islower").isLowercase) },
  ]

  private static func plain(_ text: Text, _ arguments: Arguments, _ name: String) throws -> Text {
    _ = try arguments.bound(to: [], of: "the method '\(name)'")
    return text
  }

  private static func isAll(_ text: Text, _ test: (Unicode.Scalar.Properties) -> Bool) -> Bool {
    !text.isEmpty && text.scalars.allSatisfy { test($0.properties) }
  }

  /// The only argument, a string.
  private static func argument(_ arguments: Arguments, _ name: String) throws -> Text {
    let given = try arguments.bound(to: ["part"], of: "the method '\(name)'")
    guard let text = given[0]?.text else { throw Failure.failed("the method '\(name)' needs a string") }
    return text
  }

  private static func stripped(
    _ text: Text, _ arguments: Arguments, _ name: String, start: Bool, end: Bool
  ) throws -> Value {
    let given = try arguments.bound(to: ["chars"], of: "the method '\(name)'")
    return .string(text.stripped(start: start, end: end, of: try optionalText(given[0], name)))
  }

  static func optionalText(_ value: Value?, _ name: String) throws -> Text? {
    switch value {
    case nil, .some(.none): return nil
    case .string(let text): return text
    case .some(let value): throw Failure.failed("'\(name)' takes a string, and there is \(value.kindName)")
    }
  }

  private static func split(
    _ renderer: Renderer, _ text: Text, _ arguments: Arguments, fromEnd: Bool
  ) throws -> Value {
    let name = fromEnd ? "rsplit" : "split"
    let given = try arguments.bound(to: ["sep", "maxsplit"], of: "the method '\(name)'")
    let limit = given[1]?.wholeNumber.flatMap { $0 < 0 ? nil : $0 } ?? .max
    try renderer.budget.write(text.byteCount)
    let parts: [Text]
    if let separator = try optionalText(given[0], name) {
      guard !separator.isEmpty else { throw Failure.failed("'\(name)' needs a separator that is not empty") }
      parts = text.split(at: separator, limit: limit, fromEnd: fromEnd)
    } else if fromEnd {
      parts = Text(text.scalars.reversed()).words(limit: limit).reversed().map { Text($0.scalars.reversed()) }
    } else {
      parts = text.words(limit: limit)
    }
    try renderer.budget.write(elements: parts.count)
    return try .list(parts.map { .string($0) })
  }

  private static func matches(
    _ text: Text, _ arguments: Arguments, _ name: String, _ test: (Text, Text) -> Bool
  ) throws -> Value {
    let given = try arguments.bound(to: ["part"], of: "the method '\(name)'")
    if case .sequence(let parts)? = given[0], parts.kind == .tuple {
      return .bool(parts.elements.contains { $0.text.map { test(text, $0) } ?? false })
    }
    guard let part = given[0]?.text else { throw Failure.failed("the method '\(name)' needs a string") }
    return .bool(test(text, part))
  }

  private static func found(_ text: Text, _ arguments: Arguments, _ name: String, last: Bool) throws -> Value
  {
    let part = try argument(arguments, name)
    if part.isEmpty { return .integer(last ? text.scalars.count : 0) }
    if last {
      let parts = text.split(at: part, limit: 1, fromEnd: true)
      return .integer(parts.count == 1 ? -1 : parts[0].scalars.count)
    }
    return .integer(text.occurrences(of: part, limit: 1).first.map { text.slice(0..<$0).scalars.count } ?? -1)
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isLetter: Bool {
    [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter].contains(self)
  }
}
