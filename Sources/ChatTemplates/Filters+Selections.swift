/// Filters that choose from a list, or turn each of its items into something.
extension Filters {
  static let selections: [Text: Filter] = [
    "select": { try selected($0, $1, $2, keeps: true, byAttribute: false) },
    "reject": { try selected($0, $1, $2, keeps: false, byAttribute: false) },
    "selectattr": { try selected($0, $1, $2, keeps: true, byAttribute: true) },
    "rejectattr": { try selected($0, $1, $2, keeps: false, byAttribute: true) },
    "map": { renderer, value, arguments in
      let elements = try renderer.selectable(value)
      guard let first = arguments.positional.first else {
        let given = try arguments.bound(to: ["attribute", "default"], of: "the filter 'map'")
        guard let path = given[0] else { throw Failure.failed("'map' needs a filter or an attribute") }
        return try .iterator(
          elements.map { element in
            let found = try renderer.attribute(path: path, of: element)
            return found.isUndefined ? given[1] ?? found : found
          })
      }
      guard let name = first.text else { throw Failure.failed("'map' needs the name of a filter") }
      let rest = arguments.dropping(1)
      return try .iterator(
        elements.map { element in
          try renderer.budget.step()
          return try renderer.filter(name, element, rest)
        })
    },
  ]

  private static func selected(
    _ renderer: Renderer, _ value: Value, _ arguments: Arguments, keeps: Bool, byAttribute: Bool
  ) throws -> Value {
    var arguments = arguments
    var path: Value?
    if byAttribute {
      guard let first = arguments.positional.first else {
        throw Failure.failed("an attribute to select by is missing")
      }
      path = first
      arguments = arguments.dropping(1)
    }
    let name = try arguments.positional.first.map { test in
      guard let name = test.text else { throw Failure.failed("the name of a test was expected") }
      return name
    }
    return try .iterator(
      renderer.selectable(value).filter { element in
        try renderer.budget.step()
        let tested = try path.map { try renderer.attribute(path: $0, of: element) } ?? element
        guard let name else { return tested.isTrue == keeps }
        return try renderer.test(name, tested, arguments.dropping(1)) == keeps
      })
  }
}

extension Renderer {
  /// The elements to choose from: none of what is false, whether one can loop over it or not.
  fileprivate func selectable(_ value: Value) throws -> [Value] {
    value.isTrue ? try elements(of: value) : []
  }
}
