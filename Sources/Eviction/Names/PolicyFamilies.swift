/// Policies that differ in one setting of their scorer alone: the members of a sweep, by whatever means they
/// came together.
public struct PolicySweepFamily: Sendable, Hashable {
  /// The setting in which they differ.
  public let key: String
  /// The members in the order in which they were listed.
  public let members: [Policy]
  /// The one that has the setting's default; `nil` where it is not among them.
  public let standard: Policy?

  /// The families of two members or more among some policies, in the order of their first members.
  public static func all(_ policies: [Policy]) -> [PolicySweepFamily] {
    struct Kind: Hashable {
      let key: String
      let rest: Policy
    }
    var order: [Kind] = []
    var members: [Kind: [Policy]] = [:]
    for policy in policies where policy.map == nil {
      for parameter in policy.descriptor.parameters {
        guard let rest = policy.setting(parameter.key, to: parameter.standard) else { continue }
        let kind = Kind(key: parameter.key, rest: rest)
        if members[kind] == nil { order.append(kind) }
        members[kind, default: []].append(policy)
      }
    }
    return order.compactMap { kind in
      guard let found = members[kind], found.count > 1 else { return nil }
      return PolicySweepFamily(
        key: kind.key, members: found, standard: found.first { $0 == kind.rest })
    }
  }
}

/// Values of a setting under which every policy that has it is to be run: `w=8,16,32`.
public struct PolicySweep: Sendable, Hashable {
  /// The setting.
  public let key: String
  /// Its values, as typed.
  public let values: [String]

  /// Parses `w=8,16,32`; `nil` for what has not this form. What stands in double quotes is one value.
  public init?(_ text: String) {
    guard let elements = QuotedText(text)?.elements else { return nil }
    let sides = elements.split(omittingEmptySubsequences: false) { $0.isMark("=") }
    guard sides.count == 2, !sides[0].isEmpty else { return nil }
    let values = sides[1].split(omittingEmptySubsequences: false) { $0.isMark(",") }.map(\.text)
    guard !values.contains("") else { return nil }
    key = sides[0].text.lowercased()
    self.values = values
  }

  /// Some policies, each that has the setting followed by itself under every value.
  /// - Parameters:
  ///   - budgets: the budgets in tokens, where they are known: a window that fills all of them is left out.
  /// - Returns: the policies without repetitions, and sentences about values that were left out.
  /// - Throws: `PolicyNameError` where no policy has the setting, or one does not take a value.
  public func applied(to policies: [Policy], budgets: [Int]) throws -> (policies: [Policy], skipped: [String])
  {
    guard policies.contains(where: { $0.value(of: key) != nil }) else {
      throw PolicyNameError.unknownSetting(
        policy: policies.map(\.name).joined(separator: ", "), key: key,
        known: Set(policies.flatMap { $0.descriptor.parameters.map(\.key) }).sorted())
    }
    var seen: Set<Policy> = []
    var swept: [Policy] = []
    var skipped: [String] = []
    for policy in policies {
      if seen.insert(policy).inserted { swept.append(policy) }
      guard let parameter = policy.descriptor.parameters.first(where: { $0.key == key }) else { continue }
      for value in values {
        guard let member = policy.setting(key, to: value) else {
          throw PolicyNameError.badSetting(
            policy: policy.name, key: key, value: value, range: parameter.range)
        }
        if parameter.automatic != nil, let count = Int(value), let most = budgets.max(), count >= most {
          skipped.append(
            "\(member.name) is left out: a window of \(count) leaves nothing to choose of \(most)")
          continue
        }
        if parameter.automatic != nil, let count = Int(value) {
          for budget in budgets where count >= budget {
            skipped.append(
              "\(member.name) at \(budget) is all window: its row says so, and it is no candidate")
          }
        }
        if seen.insert(member).inserted { swept.append(member) }
      }
    }
    return (swept, skipped)
  }
}
