import Eviction
import Transformer

/// A token that one kept set lacks, and how much the truth looked at it when it chose one token of its answer.
public struct LostToken: Sendable, Hashable {
  /// The layer of the kept set.
  public let layer: Int
  /// Of the query heads that read the kept set, the one that looks at the token most.
  public let queryHead: Int
  /// The token's place in the prompt.
  public let position: Int
  /// The share of that head's true attention which falls on it, 0...1.
  public let share: Float

  /// The edit that brings it back to its kept set.
  public var restoring: KeptEdit {
    KeptEdit(.keep, position...position, in: .head(layer: layer, queryHead: queryHead))
  }

  /// All evicted tokens that get more attention than an even share, 1 of the prompt's tokens; the most wanted first, equal
  /// ones by layer, head and position.
  ///
  /// Those with less are left out: there are hundreds of thousands of them in large models.
  /// - Parameter step: the token of the full cache's answer that is asked for.
  /// - Throws: `CancellationError`, looked for before each layer.
  static func ranked(_ story: Story, kept: KeptTokens, step: Int) throws -> [LostToken] {
    let shape = kept.shape
    let least = 1 / Float(max(1, kept.tokenCount))
    var lost: [LostToken] = []
    for layer in 0..<shape.layerCount {
      try Task.checkCancellation()
      guard let rows = story.trueAttention(step: step, layer: layer) else { return [] }
      for (head, positions) in kept.positions[layer].enumerated() {
        let readers = rows.indices.filter { kept.granularity.head(forQueryHead: $0, in: shape) == head }
        var isKept = [Bool](repeating: false, count: kept.tokenCount)
        for position in positions { isKept[position] = true }
        for position in isKept.indices where !isKept[position] {
          guard let reader = readers.max(by: { rows[$0][position] < rows[$1][position] }) else { continue }
          let share = rows[reader][position]
          if share > least {
            lost.append(LostToken(layer: layer, queryHead: reader, position: position, share: share))
          }
        }
      }
    }
    return lost.sorted { a, b in
      a.share != b.share
        ? a.share > b.share : (a.layer, a.queryHead, a.position) < (b.layer, b.queryHead, b.position)
    }
  }
}
