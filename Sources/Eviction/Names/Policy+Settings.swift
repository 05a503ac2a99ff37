extension Policy {
  /// The value of one of the scorer's settings; `nil` if it has no such setting.
  public func value(of key: String) -> String? {
    descriptor.parameters.contains { $0.key == key } ? scorerPart.settings.values[key] : nil
  }

  /// The same policy with another value of one of the scorer's settings; `nil` if it has no such setting, or
  /// not this value.
  public func setting(_ key: String, to value: String) -> Policy? {
    guard let parameter = descriptor.parameters.first(where: { $0.key == key }),
      let canonical = parameter.canonical(value)
    else { return nil }
    var values = scorerPart.settings.values
    values[key] = canonical
    return Policy(
      scorer: PolicyPart(name: scorerPart.name, settings: PolicySettings(values: values)),
      allocation: allocationPart,
      wrappers: Dictionary(uniqueKeysWithValues: wrapperParts.map { ($0.family.name, $0.part.settings) })
    ).edited(edits)
  }

  /// The same with a value as a person types it, which may stand in double quotes as in a name.
  package func setting(_ key: String, typed value: String) -> Policy? {
    let unquoted = value.contains("\"") ? QuotedText(value)?.elements.text : value
    return unquoted.flatMap { setting(key, to: $0) }
  }

  /// What this policy's name stood for in files that are older than windows that go by the budget: windows
  /// that are not said have their papers' numbers.
  public var withFixedWindows: Policy {
    descriptor.parameters.reduce(self) { policy, parameter in
      guard case .bounded(let count)? = parameter.automatic, policy.value(of: parameter.key) == "auto" else {
        return policy
      }
      return policy.setting(parameter.key, to: String(count)) ?? policy
    }
  }

  /// The next value of a setting that a person turns with one key: the next larger one of some that is
  /// allowed, and after the largest the one that goes by the budget, where there is one, or the first; `nil`
  /// if the scorer has no such setting.
  public func turning(_ key: String, through values: [Int]) -> Policy? {
    guard let text = value(of: key) else { return nil }
    let present = Int(text) ?? .min
    let larger = values.filter { $0 > present }.map(String.init)
    let others = ["auto"] + values.filter { $0 <= present }.map(String.init)
    return (larger + others).lazy.compactMap { setting(key, to: $0) }.first
  }
}
