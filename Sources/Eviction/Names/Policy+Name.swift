extension Policy: LosslessStringConvertible, CustomStringConvertible {
  /// The name that parses back to this policy; settings that equal the default are left out.
  ///
  /// A person's edits have no notation: a star stands for them, and such a name does not parse. Nor does that
  /// of a file's choice.
  public var name: String { scorerPart.text(descriptor) + suffix + (edits.isEmpty ? "" : "*") }

  /// What stands behind the scorer.
  var suffix: String {
    let isUniform = allocationPart.name == PolicyRegistry.uniform.name
    return (isUniform ? "" : "/" + allocationPart.text(allocationDescriptor))
      + wrapperParts.map { "+" + $0.part.text($0.family) }.joined()
  }

  /// Its name, as it is typed, printed and exported.
  public var description: String { name }

  /// Reads a name; `nil` for what is none.
  public init?(_ description: String) { try? self.init(parsing: description) }

  /// Parses `scorer`, `scorer(key=value,…)`, `…/allocation(…)` and `…+wrapper(…)`; upper and lower case are
  /// the same. A model's path keeps its case, and stands in double quotes where it holds a comma, a bracket,
  /// an equals sign or a space: `laq(source=draft:"/models/a, b")`.
  ///
  /// Wrappers may stand in any order: what each does has one place in an eviction
  /// (`PolicyRegistry.wrappers`).
  /// - Throws: `PolicyNameError`.
  public init(parsing text: String) throws {
    let pieces = try PolicyNameParser(text)
    let scorer = try pieces.part(pieces.scorer, of: PolicyRegistry.all) { .unknownPolicy($0, nearest: $1) }
    let allocation = try pieces.allocation.map { piece in
      try pieces.part(piece, of: PolicyRegistry.allocations) { .unknownAllocation($0, nearest: $1) }.part
    }
    let wrappers = try pieces.wrappers.map { piece in
      try pieces.part(piece, of: PolicyRegistry.wrappers) { .unknownWrapper($0, nearest: $1) }
    }
    let settings = Dictionary(wrappers.map { ($0.family.name, $0.part.settings) }) { first, _ in first }
    self.init(
      scorer: scorer.part, allocation: allocation ?? PolicyRegistry.uniform, wrappers: settings)
    try check(wrappers.map(\.family))
  }

  /// Refuses parts that have the same place, or no common meaning.
  private func check(_ wrappers: [WrapperDescriptor]) throws {
    for (index, wrapper) in wrappers.enumerated() {
      if let other = wrappers[..<index].first(where: { $0.place == wrapper.place }) {
        throw PolicyNameError.conflict(
          other.name, wrapper.name, reason: wrapper.place.reason)
      }
      if wrapper.name == "block", allocationPart != PolicyRegistry.uniform {
        throw PolicyNameError.conflict(
          allocationPart.name, wrapper.name,
          reason: "block by block, every head keeps the same number of tokens")
      }
      if wrapper.place == .decoding, scorer?.following == nil {
        throw PolicyNameError.conflict(
          scorerPart.name, wrapper.name,
          reason: scorer == nil
            ? "it evicts nothing" : "what it looks at is not there while tokens are decoded")
      }
    }
  }
}
