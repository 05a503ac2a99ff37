import Eviction
import Transformer

/// A cache that is reduced while it grows: a rule, and what it carries from one reduction to the next.
struct CacheReduction {
  private let rule: DecodeEviction
  private let rules: [AttentionRule]
  /// The attention that each token of a head has received, `[layer][head][token]`; empty where the rule does
  /// not add up.
  private var received: [[[Float]]]
  /// Decoded tokens since the last reduction.
  private var pending = 0
  /// Tokens of a question since the last reduction, which are looked back at and bring none about.
  private var asked = 0

  /// - Parameters:
  ///   - scores: those of the prompt, which the sums begin with.
  ///   - kept: what the cache holds of the prompt.
  init(_ rule: DecodeEviction, recording: Recording, kept: KeptTokens, scores: ScoreTable?) {
    self.rule = rule
    rules = recording.rules
    received = kept.positions.enumerated().map { layer, heads in
      heads.enumerated().map { head, positions in
        guard rule.addsUp, let scores else { return [] }
        let row = scores.scores(layer: layer, head: head)
        return positions.map { row[$0] }
      }
    }
  }

  /// Takes note of a token of a question.
  mutating func hold() { asked += 1 }

  /// Takes note of a decoded token, and reduces the cache if it is time to.
  /// - Parameter queries: those of all tokens that were decoded on the cache.
  /// - Throws: `EvidenceError`.
  mutating func follow(_ cache: KVCache, queries: QueryRows) throws {
    pending += 1
    guard pending >= rule.every else { return }
    for layer in received.indices {
      for head in received[layer].indices {
        let held = cache.recording(
          layer: layer, head: head, newest: asked + pending, of: queries, rule: rules[layer])
        let choice = try rule.choose(held, received: received[layer][head])
        received[layer][head] = choice.received
        if choice.kept.count < held.tokenCount { cache.keep(choice.kept, layer: layer, head: head) }
      }
    }
    (pending, asked) = (0, 0)
  }
}
