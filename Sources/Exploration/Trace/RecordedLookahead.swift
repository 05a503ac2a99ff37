import Checkpoint
import Eviction
import Transformer

/// A lookahead that a trace has recorded: pseudo tokens that the model decoded on a cheap cache, and their
/// queries.
struct RecordedLookahead: Sendable {
  /// What chose the cheap cache; `nil` where it is no policy that is known here.
  let cheap: Policy?
  /// Its name as it was recorded.
  let scorer: String
  /// Tokens per head of the cheap cache.
  let budget: Int
  /// The heads that shared one of its sets.
  let granularity: Granularity
  /// The pseudo tokens.
  let tokens: [Int]
  /// Pseudo tokens at most, where the trace says it.
  let limit: Int?
  /// Where they came from, as the trace says it; `nil` where they were decoded.
  let source: String?
  /// Their queries.
  let queries: QueryRows

  init(_ entry: TraceHeader.Lookahead, queries: QueryRows) {
    scorer = entry.scorer
    // Traces that say no window are older than windows that go by the budget.
    cheap = Policy(entry.scorer == "snapkv" ? "snapkv(w=32)" : entry.scorer)
    budget = entry.budget
    granularity = entry.isPerQueryHead ? .queryHead : .kvHead
    tokens = entry.tokens
    limit = entry.limit
    source = entry.source
    self.queries = queries
  }

  /// What a cheap cache hangs on.
  struct Cache: Hashable {
    let policy: Policy
    let budget: Int
    let granularity: Granularity
  }

  /// What chose the cheap cache of a prompt, if that is known here.
  func cache(tokenCount: Int) -> Cache? {
    cheap.map { Cache(policy: $0, budget: min(budget, tokenCount), granularity: granularity) }
  }

  /// How well it fits what is asked for; the smaller, the better, first entry first.
  private func distance(_ wanted: LookaheadSettings, _ facts: PromptFacts, _ granularity: Granularity)
    -> [Int]
  {
    [
      isSame(as: wanted.cheap, facts) ? 0 : cheap?.descriptor.name == wanted.cheap.descriptor.name ? 1 : 2,
      granularity == self.granularity ? 0 : 1, hasBudget(wanted, facts) ? 0 : abs(budget - facts.budget),
      lacks(wanted.tokenCount) ? 1 : 0,
    ]
  }

  /// Whether it was decoded at the budget that is asked for; the full cache has the same at any.
  private func hasBudget(_ wanted: LookaheadSettings, _ facts: PromptFacts) -> Bool {
    budget == facts.budget || !wanted.hasCheapCache && isSame(as: wanted.cheap, facts)
  }

  /// Whether the wanted policy would have made the same cheap cache at the recorded budget: two windows that
  /// are called otherwise may be as long.
  private func isSame(as wanted: Policy, _ facts: PromptFacts) -> Bool {
    let there = PromptFacts(
      budget: budget, questionTokenCount: facts.questionTokenCount, question: facts.question)
    return cheap?.fitted(to: there) == wanted.fitted(to: there)
  }

  /// Whether fewer pseudo tokens were asked for than are wanted.
  private func lacks(_ count: Int) -> Bool {
    guard let limit else { return tokens.count < count }
    return tokens.count == limit && limit < count
  }

  /// The recorded lookahead that comes next to what a policy asks for; `nil` where none is recorded whose
  /// pseudo tokens came from where it wants them.
  static func best(
    _ recorded: [RecordedLookahead], for wanted: LookaheadSettings, facts: PromptFacts,
    granularity: Granularity
  ) -> RecordedLookahead? {
    recorded.filter { $0.source == wanted.recordedSource }
      .map { ($0, $0.distance(wanted, facts, granularity)) }
      .min { $0.1.lexicographicallyPrecedes($1.1) }?.0
  }

  /// The lookahead under a policy's settings.
  /// - Parameter cheap: what the cheap cache held, if it is known.
  func lookahead(
    _ wanted: LookaheadSettings, cheap: KeptTokens?, facts: PromptFacts, granularity: Granularity
  ) -> Lookahead {
    var lookahead = Lookahead(settings: wanted, cheap: cheap, queries: queries.prefix(wanted.tokenCount))
    lookahead.pseudo.tokens = Array(tokens.prefix(wanted.tokenCount))
    lookahead.mismatch = mismatch(wanted, facts, granularity)
    return lookahead
  }

  /// In what it differs from what a policy asks for, in a few words; `nil` if in nothing.
  private func mismatch(_ wanted: LookaheadSettings, _ facts: PromptFacts, _ granularity: Granularity)
    -> String?
  {
    var words: [String] = []
    if !hasBudget(wanted, facts) { words.append("B=\(self.budget)") }
    if !isSame(as: wanted.cheap, facts) { words.append(cheap?.name ?? scorer) }
    if self.granularity != granularity { words.append("a set per \(self.granularity.rawValue) head") }
    if lacks(wanted.tokenCount) { words.append("m=\(tokens.count)") }
    return words.isEmpty ? nil : "recorded with " + words.joined(separator: ", ")
  }
}

extension LookaheadSettings {
  /// Where pseudo tokens come from, as a trace says it; `nil` for decoded ones, as in traces that know no other.
  var recordedSource: String? {
    guard source != .greedy else { return nil }
    return source.rawValue + (draft.map { ":\($0)" } ?? "")
      + (content.map { ",content=\($0.rawValue)" } ?? "")
  }
}
