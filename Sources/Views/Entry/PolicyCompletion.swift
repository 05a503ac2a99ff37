import Eviction

/// Completes a policy's name part by part: the scorer, its settings and their values, an allocation,
/// wrappers.
package enum PolicyCompletion {
  /// What could stand in the place of a name that has been typed so far.
  /// - Returns: the part of the name that is complete, and what may follow it.
  static func candidates(_ typed: String) -> (stem: String, candidates: [String]) {
    let scorers = matching(typed, PolicyRegistry.all.map(\.name))
    // Behind a whole name there are its settings, an allocation, a wrapper.
    let names = scorers == [typed] ? ["", "(", "/", "+"].map { typed + $0 } : scorers
    guard let place = typed.lastIndex(where: { "/+(,=".contains($0) }) else { return ("", names) }
    // Some scorers have a plus in their own name.
    if !names.isEmpty, typed[place] == "+" {
      return ("", names + PolicyRegistry.wrappers.map { typed + $0.name }.filter { Policy($0) != nil })
    }
    let stem = String(typed[...place])
    let rest = String(typed[typed.index(after: place)...])
    // Behind a closed bracket only a slash or a plus goes on.
    guard !rest.contains(")") else { return (typed, ["/", "+"]) }
    switch typed[place] {
    case "/": return (stem, matching(rest, PolicyRegistry.allocations.map(\.name)))
    case "+": return (stem, matching(rest, PolicyRegistry.wrappers.map(\.name)))
    case "=": return (stem, matching(rest, values(of: typed[..<place])))
    default:
      // Settings that are given already are not given again.
      let given = bracket(of: typed[...place])
      return (
        stem,
        matching(
          rest,
          parameters(of: typed[...place]).map(\.key).filter { !given.contains("\($0)=") }.map { $0 + "=" })
      )
    }
  }

  /// Whole names, for a shell.
  package static func names(_ typed: String) -> [String] {
    let (stem, candidates) = candidates(typed)
    return candidates.map { stem + $0 }
  }

  /// The values of a setting that are words; of numbers, the usual one.
  static func values(of parameter: PolicyParameter) -> [String] {
    if case .word(let words) = parameter.domain { return words }
    return [parameter.standard]
  }

  private static func values(of typed: Substring) -> [String] {
    let key = typed.split(separator: "(").last?.split(separator: ",").last ?? ""
    return parameters(of: typed).first { $0.key == key }.map(values) ?? []
  }

  /// What is given in the open bracket.
  private static func bracket(of typed: Substring) -> Substring {
    typed.lastIndex(of: "(").map { typed[typed.index(after: $0)...] } ?? ""
  }

  /// The settings of the part whose bracket is open.
  private static func parameters(of typed: Substring) -> [PolicyParameter] {
    guard let open = typed.lastIndex(of: "(") else { return [] }
    let before = typed[..<open]
    let own = named(before, PolicyRegistry.all)
    guard own.isEmpty, let mark = before.lastIndex(where: { $0 == "/" || $0 == "+" }) else {
      return own
    }
    let name = before[before.index(after: mark)...]
    return before[mark] == "/"
      ? named(name, PolicyRegistry.allocations) : named(name, PolicyRegistry.wrappers)
  }

  private static func named(_ name: Substring, _ families: [some PolicyFamily]) -> [PolicyParameter] {
    families.first { $0.name == name.lowercased() || $0.aliases.contains(name.lowercased()) }?.parameters
      ?? []
  }

  private static func matching(_ typed: String, _ names: [String]) -> [String] {
    names.filter { $0.hasPrefix(typed.lowercased()) }
  }
}
