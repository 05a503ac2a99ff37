/// Why a policy name is not understood; the sentence says what is.
public enum PolicyNameError: Error, Equatable, CustomStringConvertible {
  /// No policy has this name or alias.
  case unknownPolicy(String, nearest: String)
  /// What stands behind the slash is no allocation.
  case unknownAllocation(String, nearest: String)
  /// What stands behind a plus is no wrapper.
  case unknownWrapper(String, nearest: String)
  /// The policy has no setting of this key.
  case unknownSetting(policy: String, key: String, known: [String])
  /// A key stands in the brackets more than once.
  case repeatedSetting(policy: String, key: String)
  /// The value is outside of what the setting takes.
  case badSetting(policy: String, key: String, value: String, range: String)
  /// Two parts cannot be joined; the sentence says why.
  case conflict(String, String, reason: String)
  /// The text has not the form of a policy name.
  case malformed(String)

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .unknownPolicy(let name, let nearest):
      "there is no policy '\(name)'; \(Self.known(nearest, "Policies", PolicyRegistry.all))"
    case .unknownAllocation(let name, let nearest):
      "there is no allocation '\(name)'; \(Self.known(nearest, "Allocations", PolicyRegistry.allocations))"
    case .unknownWrapper(let name, let nearest):
      "there is no wrapper '\(name)'; \(Self.known(nearest, "Wrappers", PolicyRegistry.wrappers))"
    case .unknownSetting(let policy, let key, let known):
      known.isEmpty
        ? "\(policy) has no settings, and '\(key)' was given"
        : "\(policy) has no setting '\(key)'; its settings: \(known.joined(separator: ", "))"
    case .repeatedSetting(let policy, let key):
      "\(policy): \(key) is given more than once; give it once"
    case .badSetting(let policy, let key, let value, let range):
      "\(policy): \(key)=\(value) is not allowed; \(key) takes \(range)"
    case .conflict(let first, let second, let reason):
      "\(first) and \(second) do not go together: \(reason)"
    case .malformed(let text):
      "'\(text)' is no policy name; write one as laq, laq(m=16,w2=4), snapkv/pyramid or snapkv/ada(floor=0.2)+critical"
    }
  }

  private static func known(_ nearest: String, _ kind: String, _ families: [some PolicyFamily]) -> String {
    "did you mean '\(nearest)'? \(kind): \(families.map(\.name).joined(separator: ", "))"
  }
}
