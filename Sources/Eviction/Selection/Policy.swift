import Transformer

/// A scorer joined to an allocation and to wrappers, with all their settings: what a policy name stands for.
public struct Policy: Sendable, Hashable {
  let scorerPart: PolicyPart
  let allocationPart: PolicyPart
  private let wrapperSettings: [String: PolicySettings]
  /// A person's changes to what the policy keeps.
  public internal(set) var edits: [KeptEdit] = []
  /// The choice that a file has made; `nil` for policies that choose by themselves.
  public internal(set) var map: KeptMap?

  private var settings: PolicySettings { scorerPart.settings }

  init(scorer: PolicyPart, allocation: PolicyPart, wrappers: [String: PolicySettings]) {
    scorerPart = scorer
    allocationPart = allocation
    wrapperSettings = wrappers
  }

  /// What a person reads about the scorer's family.
  public var descriptor: PolicyDescriptor {
    map?.descriptor ?? PolicyRegistry.all.named(scorerPart.name) ?? PolicyRegistry.all[0]
  }

  /// What a person reads about the allocation.
  public var allocationDescriptor: AllocationDescriptor {
    PolicyRegistry.allocations.named(allocationPart.name) ?? PolicyRegistry.allocations[0]
  }

  /// The wrappers in the order in which they act.
  var wrapperParts: [(family: WrapperDescriptor, part: PolicyPart)] {
    PolicyRegistry.wrappers.compactMap { family in
      wrapperSettings[family.name].map { (family, PolicyPart(name: family.name, settings: $0)) }
    }
  }

  var scorer: (any Scorer)? { descriptor.scorer(settings) }
  var allocation: any Allocation { allocationDescriptor.make(allocationPart.settings) }
  var wrappers: [Wrapper] { wrapperParts.map { $0.family.make($0.part.settings) } }

  /// Every setting with its value, in the order of the parameters; those of an allocation or a wrapper carry
  /// its name, as in `ada.floor`.
  public var allSettings: [(key: String, value: String)] {
    func settings(_ family: some PolicyFamily, _ part: PolicyPart, prefix: String) -> [(
      key: String, value: String
    )] {
      family.parameters.map { (prefix + $0.key, part.settings.values[$0.key] ?? $0.standard) }
    }
    return settings(descriptor, scorerPart, prefix: "")
      + settings(allocationDescriptor, allocationPart, prefix: "\(allocationPart.name).")
      + wrapperParts.flatMap { settings($0.family, $0.part, prefix: "\($0.part.name).") }
  }

  /// The name as shown: the family's title, and what differs from the default.
  public var title: String { descriptor.title + name.dropFirst(scorerPart.name.count) }

  /// Whether nothing is evicted.
  public var keepsEverything: Bool { scorer == nil && map == nil && edits.isEmpty }

  /// Whether the kept keys are moved together before decoding goes on.
  public var rerotates: Bool { wrappers.contains(.rerotate) }

  /// How the cache is reduced while it grows; `nil` if it is not.
  public func decoding(for facts: PromptFacts) -> DecodeEviction? {
    wrappers.lazy.compactMap { wrapper -> DecodeEviction? in
      guard case .decode(let every, let share) = wrapper, let scorer, scorer.following != nil else {
        return nil
      }
      // The newest rows are those of decoded tokens: of a question only its length counts.
      let keep = (try? share.resolved(for: facts))?.count ?? facts.budget
      let decoded = PromptFacts(
        budget: keep, questionTokenCount: facts.questionTokenCount,
        question: facts.question.map { QuestionTokens(count: $0.count) })
      return DecodeEviction(
        scorer: (try? scorer.resolved(for: decoded)) ?? scorer, every: every, keep: keep)
    }.first
  }

  /// Whether the cache is reduced while it grows.
  public var evictsWhileDecoding: Bool { decoding(for: PromptFacts(budget: 1)) != nil }

  /// What must be computed beside the prefill before the policy can choose.
  public var needs: Set<Requirement> { scorer?.needs ?? [] }

  /// The pass of the model among them, if there is one.
  public var pass: ContextPass? {
    needs.lazy.compactMap { if case .pass(let pass) = $0 { pass } else { nil } }.first
  }

  /// How many of the prompt's newest queries the policy looks at at most, whatever the budget, a cheap stage
  /// included; `nil`: all of them, or as many as only a budget or a question tells.
  public var observedTokens: Int? { observedTokens(for: nil) }

  /// How many of the prompt's newest queries the policy looks at, a cheap stage included; `nil`: all of them.
  public func observedTokens(for facts: PromptFacts?) -> Int? {
    guard let own = scoredTokens(for: facts),
      let cheap = lookahead.map({ $0.cheap.observedTokens(for: facts) }) ?? 0
    else { return nil }
    return max(own, cheap)
  }

  /// The same without a cheap stage, which has run where there is a lookahead.
  private func scoredTokens(for facts: PromptFacts?) -> Int? {
    guard let unresolved = scorer else { return 0 }
    let scorer = facts.flatMap { try? unresolved.resolved(for: $0) } ?? unresolved
    // Chunks and blocks have windows of their own, anywhere in the prompt.
    let isPiecewise = wrappers.contains {
      switch $0 {
      case .grouped(.chunk), .grouped(.block): true
      default: false
      }
    }
    guard let own = scorer.observedTokens, let shared = allocation.observedTokens, own == 0 || !isPiecewise
    else {
      return nil
    }
    return max(own, shared)
  }

  /// How many of the prompt's last tokens the policy chooses by: its own window, or that of its cheap stage
  /// where it has none of its own; `nil` for policies without a window.
  public func window(for facts: PromptFacts) -> Int? {
    guard let own = (try? scorer?.resolved(for: facts))?.observedTokens else { return nil }
    let count = own > 0 ? own : lookahead?.cheap.window(for: facts) ?? 0
    return count > 0 ? count : nil
  }

  /// Whether the prompt's queries that the policy looks at are recorded.
  func isCovered(by evidence: Evidence, _ facts: PromptFacts) -> Bool {
    evidence.recording.covers(
      evidence.lookahead == nil ? observedTokens(for: facts) : scoredTokens(for: facts))
  }

  /// The same policy with each window that hangs on the budget or the question as a number, where it is one:
  /// two names may mean the same at a budget.
  public func fitted(to facts: PromptFacts) -> Policy {
    descriptor.parameters.reduce(self) { policy, parameter in
      guard let automatic = parameter.automatic,
        case .tokens(let count, 0)? = try? settings.window(parameter.key, auto: automatic).resolved(
          for: facts)
      else { return policy }
      return policy.setting(parameter.key, to: String(count)) ?? policy
    }
  }
}

extension Recording {
  /// Whether the prompt's queries that a policy looks at are recorded.
  public func covers(_ policy: Policy, _ facts: PromptFacts) -> Bool {
    covers(policy.observedTokens(for: facts))
  }

  /// Whether so many of the newest queries are recorded; `nil`: all.
  func covers(_ observedTokens: Int?) -> Bool {
    firstQueryPosition <= max(0, tokenCount - (observedTokens ?? tokenCount))
  }
}
