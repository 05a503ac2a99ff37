import Eviction

/// Completes a policy's name part by part: the scorer, its settings and their values, an allocation,
/// wrappers.
package enum PolicyCompletion {
  /// What could stand in the place of a name that has been typed so far.
  /// - Parameter files: completes settings that are files.
  /// - Returns: the part of the name that is complete, and what may follow it.
  static func candidates(
    _ typed: String, files: FileCompletion = FileCompletion()
  ) -> (stem: String, candidates: [String]) {
    let scorers = matching(typed, PolicyRegistry.all.map(\.name))
    // Behind a whole name there are its settings, an allocation, a wrapper.
    let names = scorers == [typed] ? ["", "(", "/", "+"].map { typed + $0 } : scorers
    guard let place = lastMark(of: typed) else { return ("", names) }
    // Some scorers have a plus in their own name.
    if !names.isEmpty, typed[place] == "+" {
      return ("", names + PolicyRegistry.wrappers.map { typed + $0.name }.filter { Policy($0) != nil })
    }
    let stem = String(typed[...place])
    let rest = String(typed[typed.index(after: place)...])
    // Behind a closed bracket only a slash or a plus goes on, and behind an allocation's a plus.
    guard !rest.contains(")") else { return (typed, hasAllocation(typed) ? ["+"] : ["/", "+"]) }
    switch typed[place] {
    case "/": return (stem, matching(rest, PolicyRegistry.allocations.map(\.name)))
    case "+": return (stem, matching(rest, PolicyRegistry.wrappers.map(\.name)))
    case "=":
      let parameter = parameter(of: typed[..<place])
      if parameter?.domain == .file { return (stem, files.candidates(rest)) }
      return (stem, matching(rest, parameter.map(values) ?? []))
    default:
      // Settings that are given already are not given again.
      let given = bracket(of: typed[...place])
      let parameters = parameters(of: typed[...place])
      // A file is the only value that can be typed without its key.
      let file = given.isEmpty && parameters.contains { $0.domain == .file } ? files.candidates(rest) : []
      let keys = parameters.filter { $0.domain != .file }.map(\.key)
      return (
        stem, file + matching(rest, keys.filter { !given.contains("\($0)=") }.map { $0 + "=" })
      )
    }
  }

  /// Where the part that is being typed begins: behind the last mark that is syntax, which a path in brackets
  /// or in quotes has none of.
  private static func lastMark(of typed: String) -> String.Index? {
    var (last, depth, isQuoted): (String.Index?, Int, Bool) = (nil, 0, false)
    for (index, character) in zip(typed.indices, typed) {
      if character == "\"" { isQuoted.toggle() }
      guard !isQuoted else { continue }
      if (depth > 0 ? "(,=" : "/+(").contains(character) { last = index }
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
    }
    return last
  }

  /// What is typed of a model that drafts pseudo tokens, and what stands before it; `nil` elsewhere.
  package static func draft(_ typed: String) -> (stem: String, model: String)? {
    guard let place = lastMark(of: typed), typed[place] == "=" else { return nil }
    let value = typed[typed.index(after: place)...]
    let prefix = parameter(of: typed[..<place]).map(values)?.first {
      $0.hasSuffix(":") && value.hasPrefix($0)
    }
    guard let prefix, !value.hasSuffix(")") else { return nil }
    let quote = value.dropFirst(prefix.count).hasPrefix("\"") ? 1 : 0
    let begin = value.index(value.startIndex, offsetBy: prefix.count + quote)
    return (String(typed[..<begin]), String(typed[begin...]))
  }

  /// Whole names, for a shell.
  package static func names(_ typed: String) -> [String] {
    let (stem, candidates) = candidates(typed)
    return candidates.map { stem + $0 }
  }

  /// The values of a setting that are words; of numbers, the usual one.
  static func values(of parameter: PolicyParameter) -> [String] {
    switch parameter.domain {
    case .word(let words): return words
    case .wordOrModel(let words, let prefix): return words + [prefix + ":"]
    default: return [parameter.standard]
    }
  }

  /// Whether an allocation stands in a name, outside of its brackets.
  private static func hasAllocation(_ typed: String) -> Bool {
    var depth = 0
    return typed.contains { character in
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      return depth == 0 && character == "/"
    }
  }

  private static func parameter(of typed: Substring) -> PolicyParameter? {
    let key = typed.split(separator: "(").last?.split(separator: ",").last ?? ""
    return parameters(of: typed).first { $0.key == key }
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
