import Eviction
import Transformer

/// LAQ's stages 2 and 3: the cheap cache, and the pseudo tokens that were decoded on it.
public struct Lookahead: Sendable {
  /// How it was made.
  public let settings: LookaheadSettings
  /// What the cheap cache held of the prompt; `nil` where a trace does not tell.
  public let cheap: KeptTokens?
  /// The pseudo tokens; exactly one query was stored for each.
  public internal(set) var pseudo = Continuation()
  /// The Q-cache.
  public internal(set) var queries: QueryRows
  /// In what a lookahead that a trace has recorded, or for which the model's context has too little room,
  /// differs from the one that was asked for, in a few words; `nil` where it is that one.
  public internal(set) var mismatch: String?
  /// Whether its source had nothing to say, so that the pseudo tokens are LAQ's own.
  var isFallback = false
}

extension Lookahead {
  /// The beginning of the full cache's answer as pseudo tokens.
  /// - Parameter limit: tokens that the answer may have at most.
  static func truth(
    _ settings: LookaheadSettings, cheap: KeptTokens?, _ answer: Continuation, _ queries: QueryRows,
    limit: Int
  ) -> Lookahead {
    // A trace may have fewer queries than tokens.
    let limit = min(limit, settings.tokenCount)
    let pseudo = answer.prefix(queries.count < answer.tokens.count ? min(limit, queries.count) : limit)
    var lookahead = Lookahead(
      settings: settings, cheap: cheap, pseudo: pseudo, queries: queries.prefix(settings.tokenCount))
    if limit < settings.tokenCount, !answer.hasEnded { lookahead.mismatch = shortened(to: limit) }
    return lookahead
  }

  /// The same with fewer pseudo tokens, as if they alone had been decoded.
  func beginning(_ settings: LookaheadSettings) -> Lookahead {
    let isWhole = queries.count < settings.tokenCount
    var lookahead = Lookahead(
      settings: settings, cheap: cheap, pseudo: pseudo.prefix(settings.tokenCount),
      queries: queries.prefix(settings.tokenCount), mismatch: isWhole ? mismatch : nil)
    lookahead.isFallback = isFallback
    return lookahead
  }

  /// Bytes that it holds beside the prompt's until the final eviction: the keys and values of its cheap cache,
  /// where that is one of its own, and of its pseudo tokens; none for those of the answer.
  func heldBytes(_ recording: Recording) -> Int {
    guard settings.source != .truth, let cheap else { return 0 }
    let size = recording.bytesPerElement
    // Decoding takes a copy of the full cache, where one pass behind it needs none.
    let isCopied = settings.source != .position
    let pseudo =
      queries.count * recording.shape.layerCount * cheap.granularity.headCount(in: recording.shape)
      * recording.shape.headDimension * 2 * size
    return pseudo + (isCopied ? cheap.byteCount(bytesPerElement: size) : 0)
  }

  /// What is said of a lookahead of fewer pseudo tokens than were asked for.
  static func shortened(to count: Int) -> String { "shortened to m=\(count)" }
}

/// A policy at a budget.
struct BudgetedPolicy {
  let policy: Policy
  let budget: Budget

  /// What the budget is of a prompt.
  /// - Throws: `BudgetError` when it holds no token.
  func tokens(_ recording: Recording, _ granularity: Granularity) throws -> TokenBudget {
    try budget.resolved(shape: recording.shape, granularity: granularity, tokenCount: recording.tokenCount)
  }

  /// The lookahead that must run first, if there is one.
  func lookahead(_ recording: Recording, _ granularity: Granularity) -> LookaheadKey? {
    guard let settings = policy.lookahead, let tokens = try? tokens(recording, granularity) else {
      return nil
    }
    return LookaheadKey(settings: settings, budget: tokens, tokenCount: recording.tokenCount)
  }
}

/// A lookahead at a budget, which policies with equal settings share.
struct LookaheadKey: Hashable {
  let settings: LookaheadSettings
  /// That of the cheap cache; all of the prompt's tokens where it is the full one, whatever the policy's.
  let budget: TokenBudget

  init(settings: LookaheadSettings, budget: TokenBudget, tokenCount: Int) {
    self.settings = settings
    self.budget =
      settings.hasCheapCache ? budget : TokenBudget(tokens: tokenCount, tokenCount: tokenCount)
  }

  /// Whether its pseudo tokens are the first of another one's.
  func isBeginning(of other: LookaheadKey) -> Bool {
    budget == other.budget && settings.isBeginning(of: other.settings)
  }
}
