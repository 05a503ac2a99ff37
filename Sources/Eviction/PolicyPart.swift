/// What a person reads about a part of a policy's name: a scorer, an allocation or a wrapper.
public protocol PolicyFamily: Sendable {
  /// The name as typed and exported.
  var name: String { get }
  /// Other spellings that are understood.
  var aliases: [String] { get }
  /// The name as shown.
  var title: String { get }
  /// What it looks at or does, one line.
  var looksAt: String { get }
  /// Where it is defined.
  var source: String { get }
  /// What it costs beside the prefill, in a few words.
  var cost: String { get }
  /// Its settings.
  var parameters: [PolicyParameter] { get }
}

/// One part of a policy's name with complete settings, checked against the family's parameters.
struct PolicyPart: Sendable, Hashable {
  let name: String
  let settings: PolicySettings

  /// The text that parses back to this part; settings that equal the default are left out.
  func text(_ parameters: [PolicyParameter]) -> String {
    let changed = parameters.compactMap { parameter -> String? in
      guard let value = settings.values[parameter.key], value != parameter.standard else { return nil }
      return parameter.isNamed ? "\(parameter.key)=\(value)" : value
    }
    return name + (changed.isEmpty ? "" : "(\(changed.joined(separator: ",")))")
  }
}

extension PolicyFamily {
  /// Every setting at its default.
  var standardSettings: PolicySettings {
    PolicySettings(values: Dictionary(uniqueKeysWithValues: parameters.map { ($0.key, $0.standard) }))
  }
}

extension Collection where Element: PolicyFamily {
  /// The family of a name or an alias, which are in lower case.
  func named(_ name: some StringProtocol) -> Element? {
    first { $0.name == name || $0.aliases.contains(String(name)) }
  }

  /// The name that is the least of typing away.
  func nearest(to typed: String) -> String {
    map(\.name).min { editDistance($0, typed) < editDistance($1, typed) } ?? ""
  }
}
