import Eviction
import Transformer

/// A lookahead that is still to be made: decoded in a lane of its own beside others, passed at once behind the
/// full cache, or taken from the full cache's answer.
struct LookaheadWork {
  /// How the pseudo tokens come about.
  private enum Way {
    /// By themselves, or from a script, which may be another model's answer.
    case decoded(GreedyDecoding.Lane, script: PseudoTokens?)
    case passed(PseudoTokens)
    case answered
  }

  let settings: LookaheadSettings
  let cheap: KeptTokens
  private let way: Way
  /// Pseudo tokens for which the model's context has room, and the draft's.
  private let limit: Int

  /// - Parameters:
  ///   - prompt: the tokens behind which they stand.
  ///   - source: opens a draft.
  ///   - isTimed: whether what a draft says is to be computed though it may be known.
  ///   - onDraft: hears of a draft's prefill.
  /// - Throws: `DraftError`, `CancellationError`.
  init(
    _ settings: LookaheadSettings, cheap: KeptTokens, prompt: [Int], by greedy: GreedyDecoding,
    source: any RunSource, isTimed: Bool = false, onDraft: (PrefillProgress) -> Void = { _ in }
  ) throws {
    (self.settings, self.cheap) = (settings, cheap)
    var limit = greedy.lookaheadLimit(settings)
    switch settings.source {
    case .greedy: way = .decoded(greedy.lookaheadLane(settings, cheap: cheap), script: nil)
    case .draft:
      let draft = try source.draft(settings.draft ?? "")
      let drafted = try draft.tokens(
        behind: prompt, count: limit, endTokens: greedy.endTokens, firstEnd: settings.endOfText,
        isTimed: isTimed, onProgress: onDraft)
      limit = min(limit, draft.room(behind: prompt))
      way = .decoded(greedy.lookaheadLane(settings, cheap: cheap, script: drafted.tokens), script: drafted)
    case .lookup:
      let script = greedy.lookup(settings, prompt: prompt)
      way = .decoded(greedy.lookaheadLane(settings, cheap: cheap, script: script?.tokens), script: script)
    case .position:
      way = .passed(.filling(settings.content ?? .last, from: prompt, count: limit))
    case .truth: way = .answered
    }
    self.limit = limit
  }

  /// The lane that is to be decoded, if there is one.
  var lane: GreedyDecoding.Lane? { if case .decoded(let lane, _) = way { lane } else { nil } }

  /// The finished lookahead.
  /// - Parameters:
  ///   - lane: what has become of its lane.
  ///   - answer: the full cache's answer with its queries, and the most tokens that it may have.
  func finished(
    _ lane: GreedyDecoding.Lane?, by greedy: GreedyDecoding,
    answer: (tokens: Continuation, queries: QueryRows, limit: Int)?
  ) throws -> Lookahead {
    var lookahead = Lookahead(
      settings: settings, cheap: cheap, queries: QueryRows(shape: greedy.recording.shape))
    switch way {
    case .decoded(let begun, let script):
      let decoded = lane ?? begun
      (lookahead.pseudo, lookahead.queries) = (decoded.continuation, decoded.queries)
      if script?.hasEnded == true { lookahead.pseudo.hasEnded = true }
      lookahead.isFallback = settings.source == .lookup && script == nil
    case .passed(let filling):
      lookahead.pseudo.tokens = filling.tokens
      lookahead.queries = try greedy.decoder.queries(of: filling.tokens, behind: greedy.recording)
    case .answered:
      guard let answer else { return lookahead }
      lookahead = .truth(settings, cheap: cheap, answer.tokens, answer.queries, limit: answer.limit)
    }
    if limit < settings.tokenCount, settings.source != .truth {
      lookahead.mismatch = Lookahead.shortened(to: limit)
    }
    return lookahead
  }
}

extension GreedyDecoding {
  /// Makes some lookaheads, those that are decoded in one pass per token.
  /// - Parameter answer: the full cache's, for those that are part of it.
  func lookaheads(
    _ works: [LookaheadWork], answer: (tokens: Continuation, queries: QueryRows, limit: Int)? = nil
  ) throws -> [Lookahead] {
    var lanes = works.compactMap(\.lane)
    try run(&lanes)
    return try finished(works, lanes, answer: answer)
  }

  /// The lookaheads whose lanes have been decoded, in the order of the works.
  func finished(
    _ works: [LookaheadWork], _ lanes: [Lane],
    answer: (tokens: Continuation, queries: QueryRows, limit: Int)?
  ) throws -> [Lookahead] {
    var rest = lanes[...]
    return try works.map { work in
      try work.finished(work.lane == nil ? nil : rest.popFirst(), by: self, answer: answer)
    }
  }

  /// What a text would go on with by what it has said before.
  fileprivate func lookup(_ settings: LookaheadSettings, prompt: [Int]) -> PseudoTokens? {
    PseudoTokens.lookup(
      prompt, first: NextTokens(logits: recording.lastLogits).choice, count: lookaheadLimit(settings),
      endTokens: endTokens, firstEnd: settings.endOfText)
  }
}
