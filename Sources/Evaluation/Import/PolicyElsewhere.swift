import Eviction
import Synchronization
import Transformer

/// Policies that another program has run: a name for tables, as `kvpress:snapkv`, and nothing that could be
/// run here.
package enum PolicyElsewhere {
  /// What stands before a press' name.
  static let prefix = "kvpress:"

  /// Choices that are made are equal where they are the same: there is one for each name.
  private static let known = Mutex<[String: Policy]>([:])

  /// Whether a press may be called so.
  static func isName(_ name: String) -> Bool {
    (1...120).contains(name.utf8.count)
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+-.,=".contains($0)) }
  }

  /// The policy of a name with its prefix; `nil` for another name.
  package static func policy(_ name: String) -> Policy? {
    guard name.hasPrefix(prefix), isName(String(name.dropFirst(prefix.count))) else { return nil }
    return known.withLock { known in
      if let policy = known[name] { return policy }
      let shape = ModelShape(layerCount: 1, queryHeadCount: 1, kvHeadCount: 1, headDimension: 1)
      let nothing = KeptTokens(shape: shape, granularity: .kvHead, tokenCount: 1, positions: [[[]]])
      let policy = Policy(keeping: KeptMap(name: name, source: "kvpress", kept: nothing))
      known[name] = policy
      return policy
    }
  }

  /// The policy that a person means in results: of this program, or of kvpress with or without the prefix.
  package static func named(_ name: String, in policies: [Policy]) -> Policy? {
    let theirs = policies.first { $0.name == name || $0.name == prefix + name }
    return theirs ?? Policy(name)
  }
}
