import Eviction
import Exploration
import Screen

extension ViewState {
  /// Goes to the next completion of the line being typed, or to the one before.
  mutating func complete(forward: Bool) {
    guard var current = typing.entry else { return }
    if current.completion != nil {
      current.completion?.turn(forward: forward)
    } else {
      let typed = current.line.before
      let found = completions(of: typed, for: current.purpose)
      current.completion = Completion(
        typed: typed, stem: found.stem, candidates: found.candidates, last: !forward)
      current.completion?.isPath = found.isPath
    }
    guard let completion = current.completion else {
      message = "nothing completes this"
      return
    }
    current.line.replaceBefore(by: completion.text)
    // There is nothing to go through: what follows completes anew.
    if completion.candidates.count == 1 { current.completion = nil }
    typing.entry = current
  }

  private typealias Found = (stem: String, candidates: [String], isPath: Bool)

  private func completions(of typed: String, for purpose: Entry.Purpose) -> Found {
    switch purpose {
    case .command: completions(ofCommand: typed)
    case .export, .session: ("", typing.files.candidates(typed), true)
    case .search, .question, .replace, .replaceSession, .leave: ("", [], false)
    }
  }

  private func completions(ofCommand typed: String) -> Found {
    guard let gap = typed.firstIndex(of: " ") else {
      let names =
        Command.allCases.map(\.rawValue)
        + display.keys.rows.map(\.action.name).filter { Command(rawValue: $0) == nil }
      let found = names.filter { $0.hasPrefix(typed) }
      // Behind the only one stands what it takes, so that one goes on typing or completing.
      if found.count == 1, let command = Command(rawValue: found[0]), command.argument != .none {
        return ("", [found[0] + " "], false)
      }
      return ("", found, false)
    }
    guard let command = Command(typed: String(typed[..<gap])) else { return ("", [], false) }
    let start = typed.index(after: gap)
    let (stem, argument) = (String(typed[..<start]), String(typed[start...]))
    func words(_ words: [String]) -> Found { (stem, words.filter { $0.hasPrefix(argument) }, false) }
    switch command.argument {
    case .policy:
      if let draft = PolicyCompletion.draft(argument) {
        return (stem + draft.stem, typing.files.candidates(draft.model), true)
      }
      let found = PolicyCompletion.candidates(argument, files: typing.files)
      // Those of the list come first: what one has, one wants to look at.
      let listed = setup.settings.policies.map(\.name).filter {
        found.stem.isEmpty && $0.hasPrefix(argument) && !$0.hasSuffix("*")
      }
      return (stem + found.stem, listed + found.candidates.filter { !listed.contains($0) }, false)
    case .result: return (stem, whyCompletions(argument), false)
    case .setting: return (stem, settingCompletions(argument), false)
    case .granularity: return words(["kv", "query"])
    case .view: return words(View.allCases.map { $0.title.lowercased() })
    case .theme: return words(Theme.all.map(\.name))
    case .onOff: return words(["on", "off"])
    case .question: return words(setup.prompt.framing.question.map { [$0] } ?? [])
    case .answerPrefix: return words(setup.prompt.framing.answerPrefix.map { [$0] } ?? [])
    case .losses: return words(["step=", "head=", "span="])
    case .exportFile, .sessionFile: return (stem, typing.files.candidates(argument), true)
    case .none, .position, .layer, .head, .budget, .steps: return (stem, [], false)
    }
  }

  /// The policies that have an answer to explain, and behind one of them, or alone, what can be aimed at.
  private func whyCompletions(_ typed: String) -> [String] {
    let names = setup.settings.policies.map(\.name).filter { !$0.hasSuffix("*") }
    let named = names.filter { typed.hasPrefix($0 + " ") }.max { $0.count < $1.count }
    let policy = named.flatMap { Policy($0) } ?? setup.active
    let result = run.results.first { $0.policy == policy }
    let tokens = result.map { run.differingTokens(of: $0).map(WhyTarget.token) } ?? []
    let expected = setup.settings.expected.isEmpty ? [] : [WhyTarget.expected]
    let aims = ([.first] + expected + [.whole] + tokens).map(\.description)
    return ((named == nil ? names : []) + aims.map { (named.map { $0 + " " } ?? "") + $0 })
      .filter { $0.hasPrefix(typed) }
  }

  /// The settings of the active policy, and behind a key its values.
  private func settingCompletions(_ typed: String) -> [String] {
    guard let parameters = setup.active?.descriptor.parameters else { return [] }
    guard let equals = typed.firstIndex(of: "=") else {
      return parameters.map { $0.key + "=" }.filter { $0.hasPrefix(typed) }
    }
    let key = typed[..<equals]
    return (parameters.first { $0.key == key }.map(PolicyCompletion.values) ?? []).map { "\(key)=\($0)" }
      .filter { $0.hasPrefix(typed) }
  }
}
