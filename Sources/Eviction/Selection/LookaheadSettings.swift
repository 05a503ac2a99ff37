/// LAQ's stages 2 and 3: pseudo tokens, and the cache on which their queries are made.
public struct LookaheadSettings: Sendable, Hashable {
  /// m: pseudo tokens at most; fewer when the answer ends.
  public let tokenCount: Int
  /// Where the pseudo tokens come from.
  public let source: Source
  /// What stands at the answer's positions where content is none of the source's business; `nil` elsewhere.
  public let content: Content?
  /// The policy of the cache that they see; the full one for sources that need none but it.
  public let cheap: Policy
  /// What becomes of an end token that is the first pseudo token.
  public let endOfText: FirstEndToken
  /// The model that drafts the pseudo tokens, a path or a name; `nil` for other sources.
  public let draft: String?

  /// Where pseudo tokens come from.
  public enum Source: String, Sendable, Hashable, CaseIterable {
    /// The model's own choices on the cheap cache, one after the other: LAQ's.
    case greedy
    /// Behind the first token, which the prefill's own logits say, what followed on the latest earlier
    /// occurrence of the text's last tokens, as in prompt-lookup decoding, on the cheap cache; where there is
    /// none, greedy.
    case lookup
    /// Any content at the positions where the answer will stand, all in one pass behind the full cache: after
    /// DapQ (arXiv 2603.11564), which says that the position matters more than the content.
    case position
    /// The full cache's own answer, whose queries no policy can know: the bound of all the others.
    case truth
    /// The answer of another model, a smaller one with the same tokenizer, on its own full cache, fed to the
    /// cheap cache: draft-based eviction.
    case draft

    /// The sources that a word names; a draft has a model besides.
    public static let words = allCases.filter { $0 != .draft }
  }

  /// What is fed at the answer's positions under `Source.position`. The paper leaves it open.
  public enum Content: String, Sendable, Hashable, CaseIterable {
    /// The prompt's last token, again and again.
    case last
    /// The prompt's first tokens, in their order.
    case first
    /// Tokens of the prompt, drawn at random, the same in every run.
    case random
  }

  /// What becomes of an end token that is the first pseudo token. One that comes later is never fed.
  public enum FirstEndToken: String, Sendable, Hashable, CaseIterable {
    /// It is fed, and pseudo tokens follow it, as in the authors' code.
    case feed
    /// It is fed, for its one query, and nothing follows.
    case stop
  }

  /// Whether the pseudo tokens depend on a budget.
  public var hasCheapCache: Bool { !cheap.keepsEverything }

  /// Whether these pseudo tokens are the first of others, token by token and bit by bit: each is decoded
  /// without regard to those behind it.
  public func isBeginning(of other: LookaheadSettings) -> Bool {
    source.isDecoded && tokenCount <= other.tokenCount && source == other.source && draft == other.draft
      && cheap == other.cheap && endOfText == other.endOfText
  }
}

extension LookaheadSettings.Source {
  /// Whether the pseudo tokens are fed to the cheap cache one by one.
  var isDecoded: Bool {
    switch self {
    case .greedy, .lookup, .draft: true
    case .position, .truth: false
    }
  }
}

extension PolicySettings {
  private static let draftPrefix = LookaheadSettings.Source.draft.rawValue + ":"

  /// Where pseudo tokens come from.
  var pseudoSource: LookaheadSettings.Source {
    draft == nil ? word("source", default: .greedy) : .draft
  }

  /// The model that drafts them; `nil` where none does.
  var draft: String? {
    guard let value = values["source"], value.hasPrefix(Self.draftPrefix) else { return nil }
    return String(value.dropFirst(Self.draftPrefix.count))
  }
}

extension Policy {
  /// The lookahead stage that must run first, if there is one; equal for policies that can share it.
  public var lookahead: LookaheadSettings? {
    guard needs.contains(.lookahead) else { return nil }
    let settings = scorerPart.settings
    let source = settings.pseudoSource
    let isDecoded = source.isDecoded
    return LookaheadSettings(
      tokenCount: settings.integer("m"), source: source,
      content: source == .position ? settings.word("content", default: .last) : nil,
      cheap: cheapPolicy(isDecoded ? settings.values["cheap"] ?? "snapkv" : "full"),
      endOfText: isDecoded ? settings.word("eos", default: .feed) : .feed,
      draft: source == .draft ? settings.draft : nil)
  }

  /// The model that drafts the policy's pseudo tokens; `nil` where none does.
  public var draft: String? { lookahead?.draft }

  /// The policy of a cheap cache, with its defaults; SnapKV has some of this policy's settings.
  private func cheapPolicy(_ name: String) -> Policy {
    var values = PolicyRegistry.all.named(name)?.standardSettings.values ?? [:]
    if name == "snapkv" {
      for (key, from) in [("w", "w1"), ("kernel", "kernel"), ("pool", "pool")] {
        values[key] = scorerPart.settings.values[from]
      }
    }
    return Policy(
      scorer: PolicyPart(name: name, settings: PolicySettings(values: values)),
      allocation: PolicyRegistry.uniform, wrappers: [:])
  }
}
