import Eviction
import Transformer

/// What sliding-window layers hold and read: of a prompt only its last tokens, whatever a policy keeps.
extension Recording {
  /// The first prompt token that the answer's tokens see in a layer: 0, but in layers with a sliding window
  /// that the prompt is longer than.
  public func firstSeen(layer: Int) -> Int {
    rules.indices.contains(layer) ? min(tokenCount, rules[layer].firstVisible(at: tokenCount)) : 0
  }

  /// Whether a layer's window hides some of the prompt from every token of the answer.
  public var hidesTokens: Bool { rules.indices.contains { firstSeen(layer: $0) > 0 } }

  /// The kept tokens, over all layers and heads, that an answer's token can see: what a window hides it hides
  /// for good.
  func seenCount(of kept: KeptTokens) -> Int {
    kept.positions.enumerated().reduce(0) { sum, layer in
      sum + layer.element.reduce(0) { $0 + $1.count - hiddenCount(of: $1, layer: layer.offset) }
    }
  }

  /// Of some positions, ascending, those that a layer's window hides from every token of the answer.
  public func hiddenCount(of positions: [Int], layer: Int) -> Int {
    let first = firstSeen(layer: layer)
    return positions.prefix { $0 < first }.count
  }
}

extension Run {
  /// Bytes of the kept keys and values, counted in f32, without those that a layer with a sliding window drops
  /// by itself: there the full cache, too, holds the window alone.
  public func bytes(of kept: KeptTokens) -> Int {
    guard let recording, recording.hidesTokens, kept.totalCount > 0 else { return kept.byteCount() }
    return kept.byteCount() / kept.totalCount * recording.seenCount(of: kept)
  }

  /// The share of the kept tokens that no token of the answer sees, as they are out of their layer's window;
  /// `nil` where no layer has one, or nothing is kept.
  public func uselessShare(of kept: KeptTokens) -> Double? {
    guard let recording, recording.hidesTokens, kept.totalCount > 0 else { return nil }
    return Double(kept.totalCount - recording.seenCount(of: kept)) / Double(kept.totalCount)
  }
}
