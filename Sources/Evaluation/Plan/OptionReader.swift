/// Reads a suite's options as they stand in a results file.
package struct OptionReader {
  private let options: [String: CaseParameter]

  /// Reads some options.
  package init(_ options: [String: CaseParameter]) { self.options = options }

  /// A list whose elements all mean something.
  /// - Throws: `EvaluationError.badOption`.
  package func list<Value>(
    _ key: String, of expected: String, _ value: (CaseParameter) -> Value?
  ) throws -> [Value] {
    let given = options[key]?.list
    guard let given, case let values = given.compactMap(value), values.count == given.count else {
      throw EvaluationError.badOption(
        key, expected: "a list of \(expected)", found: options[key]?.description ?? "missing")
    }
    return values
  }

  /// One value.
  /// - Throws: `EvaluationError.badOption`.
  package func value<Value>(_ key: String, _ expected: String, _ value: (CaseParameter) -> Value?) throws
    -> Value
  {
    guard let found = options[key].flatMap(value) else {
      throw EvaluationError.badOption(key, expected: expected, found: options[key]?.description ?? "missing")
    }
    return found
  }

  /// The range of seeds that `options(_:)` says.
  /// - Throws: `EvaluationError.badOption`.
  package func seeds() throws -> Range<Int> {
    let first = try value("firstSeed", "a whole number", \.integer)
    let count = try value("seedCount", "a whole number from 1", \.integer)
    guard count >= 1, case let (end, overflow) = first.addingReportingOverflow(count), !overflow else {
      throw EvaluationError.badOption("seedCount", expected: "a whole number from 1", found: String(count))
    }
    return first..<end
  }

  /// A range of seeds as options.
  package static func options(_ seeds: Range<Int>) -> [String: CaseParameter] {
    ["firstSeed": .integer(seeds.lowerBound), "seedCount": .integer(seeds.count)]
  }
}
