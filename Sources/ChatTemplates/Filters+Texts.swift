/// Filters that make texts.
extension Filters {
  static let texts: [Text: Filter] = [
    "string": { renderer, value, _ in .string(try renderer.string(value)) },
    "safe": { renderer, value, _ in .string(try renderer.string(value)) },
    "upper": { renderer, value, _ in .string(try renderer.string(value).uppercased) },
    "lower": { renderer, value, _ in .string(try renderer.string(value).lowercased) },
    "capitalize": { renderer, value, _ in .string(try renderer.string(value).capitalized) },
    "title": { renderer, value, _ in .string(try renderer.string(value).titledWords) },
    "trim": { renderer, value, arguments in
      let given = try arguments.bound(to: ["chars"], of: "the filter 'trim'")
      let set = try TextMethods.optionalText(given[0], "trim")
      return .string(try renderer.string(value).stripped(start: true, end: true, of: set))
    },
    "replace": { renderer, value, arguments in
      let given = try arguments.bound(to: ["old", "new", "count"], of: "the filter 'replace'")
      return try renderer.replaced(
        renderer.string(value), given[0].map { .string(try renderer.string($0)) },
        given[1].map { .string(try renderer.string($0)) }, given[2])
    },
    "join": { renderer, value, arguments in
      let given = try arguments.bound(to: ["d", "attribute"], of: "the filter 'join'")
      let parts = try renderer.elements(of: value).map { element in
        try renderer.string(given[1].map { try renderer.attribute(path: $0, of: element) } ?? element).string
      }
      let separator = try given[0].map(renderer.string)?.string ?? ""
      return .string(try renderer.joined(parts, separator: separator))
    },
    "indent": { try indented($0, $1, $2) },
  ]

  private static func indented(_ renderer: Renderer, _ value: Value, _ arguments: Arguments) throws -> Value {
    let given = try arguments.bound(to: ["width", "first", "blank"], of: "the filter 'indent'")
    guard let text = value.text else {
      throw Failure.failed("'indent' takes a string, and there is \(value.kindName)")
    }
    let width = given[0] ?? .integer(4)
    guard let indentation = try width.text ?? renderer.arithmetic(.multiply, .string(" "), width).text else {
      throw Failure.failed("the width of 'indent' is a number or a string")
    }
    let indentsFirst = given[1]?.isTrue ?? false
    let indentsBlank = given[2]?.isTrue ?? false
    // A text that ends a line has one more, an empty one.
    let lines = Text(text.string + "\n").lines
    var result = ""
    for (index, line) in lines.enumerated() {
      if index > 0 { try renderer.write("\n", into: &result) }
      if index == 0 ? indentsFirst : indentsBlank || !line.isEmpty {
        try renderer.write(indentation.string, into: &result)
      }
      try renderer.write(line.string, into: &result)
    }
    return .string(result)
  }
}

extension Renderer {
  func joined(_ parts: [String], separator: String) throws -> String {
    try budget.write(parts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count })
    return parts.joined(separator: separator)
  }

  func replaced(_ text: Text, _ old: Value?, _ new: Value?, _ count: Value?) throws -> Value {
    guard let old = old?.text, let new = new?.text else {
      throw Failure.failed("'replace' needs a string to look for and one to put in its place")
    }
    let limit = count?.wholeNumber.flatMap { $0 < 0 ? nil : $0 } ?? .max
    let places = min(limit, old.isEmpty ? text.scalars.count + 1 : text.occurrences(of: old).count)
    let (added, overflow) = places.multipliedReportingOverflow(by: new.byteCount)
    let (total, isTooMuch) = added.addingReportingOverflow(text.byteCount)
    try budget.write(overflow || isTooMuch ? .max : total)
    return .string(text.replacing(old, with: new, limit: limit))
  }
}
