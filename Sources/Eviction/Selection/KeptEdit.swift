import Transformer

/// A change that a person makes to what a policy keeps.
///
/// Edits are a list on a policy: they follow its own choice in their order, so that the last one about a
/// token holds. The budget does not bind them: a kept token that is added drives out no other.
public struct KeptEdit: Sendable, Hashable {
  /// What becomes of the tokens.
  public enum Action: String, Sendable, Hashable, CaseIterable, Codable {
    case keep, evict
  }

  /// The heads in which it happens.
  public enum Scope: Sendable, Hashable {
    /// The kept set that one query head reads; heads of its group read it, too, where they share one.
    case head(layer: Int, queryHead: Int)
    /// All heads of a layer.
    case layer(Int)
    /// All heads of all layers.
    case everywhere
  }

  /// What becomes of the tokens.
  public let action: Action
  /// Places in the prompt; those beyond it do nothing.
  public let positions: ClosedRange<Int>
  /// The heads in which it happens; those that the model lacks do nothing.
  public let scope: Scope

  /// Makes an edit.
  public init(_ action: Action, _ positions: ClosedRange<Int>, in scope: Scope) {
    self.action = action
    self.positions = positions
    self.scope = scope
  }
}

extension KeptTokens {
  /// These sets after some edits, the first one first.
  public func applying(_ edits: [KeptEdit]) -> KeptTokens {
    var sets = positions
    for edit in edits {
      let range = edit.positions.clamped(to: 0...max(0, tokenCount - 1))
      guard range.overlaps(edit.positions), tokenCount > 0 else { continue }
      for (layer, head) in heads(of: edit.scope) {
        let kept = sets[layer][head]
        let before = kept.prefix { $0 < range.lowerBound }
        let after = kept.drop { $0 <= range.upperBound }
        sets[layer][head] = before + (edit.action == .keep ? Array(range) : []) + after
      }
    }
    return KeptTokens(shape: shape, granularity: granularity, tokenCount: tokenCount, positions: sets)
  }

  private func heads(of scope: KeptEdit.Scope) -> [(layer: Int, head: Int)] {
    switch scope {
    case .head(let layer, let queryHead):
      guard positions.indices.contains(layer), (0..<shape.queryHeadCount).contains(queryHead) else {
        return []
      }
      return [(layer, granularity.head(forQueryHead: queryHead, in: shape))]
    case .layer(let layer):
      guard positions.indices.contains(layer) else { return [] }
      return positions[layer].indices.map { (layer, $0) }
    case .everywhere:
      return positions.indices.flatMap { layer in positions[layer].indices.map { (layer, $0) } }
    }
  }
}

extension Policy {
  /// The same policy, with a person's changes after its own choice in place of any earlier ones.
  public func edited(_ edits: [KeptEdit]) -> Policy {
    var copy = self
    copy.edits = edits
    return copy
  }

  /// The policy's own choice, without a person's changes.
  public var unedited: Policy { edited([]) }
}
