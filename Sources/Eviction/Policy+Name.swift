/// Why a policy name is not understood; the sentence says what is.
public enum PolicyNameError: Error, Equatable, CustomStringConvertible {
  /// No policy has this name or alias.
  case unknownPolicy(String, nearest: String)
  /// What stands behind the slash is no allocation.
  case unknownAllocation(String, known: [String])
  /// The policy has no setting of this key.
  case unknownSetting(policy: String, key: String, known: [String])
  /// A key stands in the brackets more than once.
  case repeatedSetting(policy: String, key: String)
  /// The value is outside of what the setting takes.
  case badSetting(policy: String, key: String, value: String, range: String)
  /// The text has not the form of a policy name.
  case malformed(String)

  public var description: String {
    switch self {
    case .unknownPolicy(let name, let nearest):
      """
      there is no policy '\(name)'; did you mean '\(nearest)'? \
      Policies: \(PolicyRegistry.all.map(\.name).joined(separator: ", "))
      """
    case .unknownAllocation(let name, let known):
      "there is no allocation '\(name)'; allocations: \(known.joined(separator: ", "))"
    case .unknownSetting(let policy, let key, let known):
      known.isEmpty
        ? "\(policy) has no settings, and '\(key)' was given"
        : "\(policy) has no setting '\(key)'; its settings: \(known.joined(separator: ", "))"
    case .repeatedSetting(let policy, let key):
      "\(policy): \(key) is given more than once; give it once"
    case .badSetting(let policy, let key, let value, let range):
      "\(policy): \(key)=\(value) is not allowed; \(key) takes \(range)"
    case .malformed(let text):
      "'\(text)' is no policy name; write one as laq, laq(m=16,w2=4) or snapkv/uniform"
    }
  }
}

extension Policy: LosslessStringConvertible, CustomStringConvertible {
  /// The name that parses back to this policy; settings that equal the default are left out.
  public var name: String {
    let changed = descriptor.parameters.compactMap { parameter -> String? in
      guard let value = settings.values[parameter.key], value != parameter.standard else { return nil }
      return "\(parameter.key)=\(value)"
    }
    return descriptorName
      + (changed.isEmpty ? "" : "(\(changed.joined(separator: ",")))")
      + (allocationName == "uniform" ? "" : "/\(allocationName)")
  }

  public var description: String { name }

  public init?(_ description: String) { try? self.init(parsing: description) }

  /// Parses `name`, `name(key=value,…)` and `…/allocation`; upper and lower case are the same.
  /// - Throws: `PolicyNameError`.
  public init(parsing text: String) throws {
    let compact = text.lowercased().filter { !$0.isWhitespace }
    let halves = compact.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count), halves.allSatisfy({ !$0.isEmpty }) else {
      throw PolicyNameError.malformed(text)
    }
    let (base, pairs) = try Self.brackets(halves[0], whole: text)
    guard let descriptor = PolicyRegistry.descriptor(named: base) else {
      let nearest = PolicyRegistry.all.map(\.name).min { editDistance($0, base) < editDistance($1, base) }
      throw PolicyNameError.unknownPolicy(base, nearest: nearest ?? "laq")
    }
    var values = Dictionary(
      uniqueKeysWithValues: descriptor.parameters.map { ($0.key, $0.standard) })
    for (index, (key, value)) in pairs.enumerated() {
      guard let parameter = descriptor.parameters.first(where: { $0.key == key }) else {
        throw PolicyNameError.unknownSetting(
          policy: descriptor.name, key: key, known: descriptor.parameters.map(\.key))
      }
      guard !pairs[..<index].contains(where: { $0.0 == key }) else {
        throw PolicyNameError.repeatedSetting(policy: descriptor.name, key: key)
      }
      guard parameter.allows(value) else {
        throw PolicyNameError.badSetting(
          policy: descriptor.name, key: key, value: value, range: parameter.range)
      }
      values[key] = Int(value).map(String.init) ?? value
    }
    let allocation = halves.count == 2 ? String(halves[1]) : "uniform"
    let known = PolicyRegistry.allocations.map(\.name)
    guard known.contains(allocation) else {
      throw PolicyNameError.unknownAllocation(allocation, known: known)
    }
    self.init(
      descriptorName: descriptor.name, settings: PolicySettings(values: values),
      allocationName: allocation)
  }

  private static func brackets(
    _ text: Substring, whole: String
  ) throws -> (String, [(String, String)]) {
    guard let open = text.firstIndex(of: "(") else { return (String(text), []) }
    guard text.last == ")" else { throw PolicyNameError.malformed(whole) }
    let inside = text[text.index(after: open)...].dropLast()
    let pairs = try inside.split(separator: ",").map { part in
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, sides.allSatisfy({ !$0.isEmpty }) else {
        throw PolicyNameError.malformed(whole)
      }
      return (String(sides[0]), String(sides[1]))
    }
    return (String(text[..<open]), pairs)
  }
}

/// Levenshtein's distance between two short words.
func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, character) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let substituted = diagonal + (b[j] == character ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
