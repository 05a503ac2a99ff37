import Eviction

/// Pseudo tokens that are known before anything is decoded.
struct PseudoTokens: Equatable {
  /// The tokens, the first at position n.
  var tokens: [Int]
  /// Whether an end token came next, which is never fed.
  var hasEnded = false

  /// The first of them, as if no more had been wanted.
  func prefix(_ count: Int) -> PseudoTokens {
    PseudoTokens(tokens: Array(tokens.prefix(count)), hasEnded: hasEnded && tokens.count < count)
  }

  /// The most last tokens whose earlier occurrence is looked for.
  static let longestMatch = 3

  /// What prompt-lookup decoding would propose: the first token, and what followed on the latest earlier
  /// occurrence of the last three tokens, or of the last two, or of the last one. Where the text ends first,
  /// copying goes on with what was copied.
  /// - Parameters:
  ///   - prompt: its tokens.
  ///   - first: the token that the prefill's own logits say.
  ///   - count: tokens at most.
  /// - Returns: `nil` where the first token never occurs before.
  static func lookup(
    _ prompt: [Int], first: Int, count: Int, endTokens: Set<Int>, firstEnd: LookaheadSettings.FirstEndToken
  ) -> PseudoTokens? {
    var text = prompt + [first]
    guard let start = continuation(of: text) else { return nil }
    for place in start..<start + max(0, count - 1) { text.append(text[place]) }
    let proposed = text[prompt.count...].prefix(count)
    // An end token is fed as the first one only.
    if firstEnd == .stop, endTokens.contains(first) { return PseudoTokens(tokens: [first]) }
    let kept = proposed.prefix(1) + proposed.dropFirst().prefix { !endTokens.contains($0) }
    return PseudoTokens(tokens: Array(kept), hasEnded: kept.count < proposed.count)
  }

  /// Where a text goes on behind the latest earlier occurrence of its longest tail that has one.
  private static func continuation(of text: [Int]) -> Int? {
    for length in (1...longestMatch).reversed() where length < text.count {
      let tail = text.suffix(length)
      let end = (length..<text.count).last { text[$0 - length..<$0].elementsEqual(tail) }
      if let end { return end }
    }
    return nil
  }

  /// Content that says nothing of the answer, as many tokens of it as there are positions.
  static func filling(_ content: LookaheadSettings.Content, from prompt: [Int], count: Int) -> PseudoTokens {
    guard !prompt.isEmpty else { return PseudoTokens(tokens: []) }
    var generator = SplitMix64(seed: 0)
    return PseudoTokens(
      tokens: (0..<count).map { index in
        switch content {
        case .last: prompt[prompt.count - 1]
        case .first: prompt[index % prompt.count]
        case .random: prompt[Int.random(in: 0..<prompt.count, using: &generator)]
        }
      })
  }
}
