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
  /// Other defaults that come with a value of the setting `style`, by that value and by key.
  var presets: [String: [String: String]] { get }
}

/// One part of a policy's name with complete settings, checked against the family's parameters.
struct PolicyPart: Sendable, Hashable {
  let name: String
  let settings: PolicySettings

  /// The text that parses back to this part; settings that equal the default are left out.
  func text(_ family: some PolicyFamily) -> String {
    let standards = family.standardSettings(given: settings.values).values
    let changed = family.parameters.compactMap { parameter -> String? in
      guard let value = settings.values[parameter.key], value != standards[parameter.key] else { return nil }
      let text = parameter.text(value)
      return parameter.isNamed ? "\(parameter.key)=\(text)" : text
    }
    return name + (changed.isEmpty ? "" : "(\(changed.joined(separator: ",")))")
  }
}

extension PolicyFamily {
  /// No named styles, unless a part has some.
  public var presets: [String: [String: String]] { [:] }

  /// Every setting at its default.
  var standardSettings: PolicySettings { standardSettings(given: [:]) }

  /// Every setting at its default, where a style may be chosen that brings its own.
  func standardSettings(given: [String: String]) -> PolicySettings {
    let preset = given["style"].flatMap { presets[$0] } ?? [:]
    return PolicySettings(
      values: Dictionary(uniqueKeysWithValues: parameters.map { ($0.key, preset[$0.key] ?? $0.standard) }))
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
