import Eviction
import Transformer

/// What a try restores: one evicted token of a kept set, or all that a kept set lacks.
public enum WhyPiece: Sendable, Hashable {
  /// One token.
  case eviction(LostToken)
  /// A head, as if nothing had been evicted there.
  case head(LostHead)

  /// The layer.
  public var layer: Int {
    switch self {
    case .eviction(let token): token.layer
    case .head(let head): head.layer
    }
  }

  /// Of the query heads that read the kept set, the one that looks most at what it lacks.
  public var queryHead: Int {
    switch self {
    case .eviction(let token): token.queryHead
    case .head(let head): head.queryHead
    }
  }

  /// What says which piece it is, whatever its share at some step.
  package var place: [Int] { token?.place ?? [layer, queryHead] }

  /// How many evicted tokens it restores.
  package var count: Int { if case .head(let head) = self { head.count } else { 1 } }

  /// The evicted token; `nil` for a head.
  public var token: LostToken? { if case .eviction(let token) = self { token } else { nil } }

  /// The edit that brings it back.
  public var restoring: KeptEdit {
    switch self {
    case .eviction(let token): token.restoring
    case .head(let head): head.restoring
    }
  }
}

/// A kept set that lacks some of the prompt's tokens.
public struct LostHead: Sendable, Hashable {
  /// The layer of the kept set.
  public let layer: Int
  /// Of the query heads that read it, the one that looks most at what it lacks.
  public let queryHead: Int
  /// How many tokens it lacks.
  public let count: Int
  /// The prompt's tokens.
  let tokenCount: Int

  /// The edit that brings all of them back.
  var restoring: KeptEdit {
    KeptEdit(.keep, 0...max(0, tokenCount - 1), in: .head(layer: layer, queryHead: queryHead))
  }

  /// All kept sets that lack something, by how much of the attention falls on it, the most first; equal ones
  /// by layer and head.
  /// - Parameter lost: the evicted tokens that are looked at, the most wanted first.
  static func ranked(_ kept: KeptTokens, lost: [LostToken]) -> [LostHead] {
    var sums: [[Int]: (share: Double, queryHead: Int)] = [:]
    for token in lost {
      let head = kept.granularity.head(forQueryHead: token.queryHead, in: kept.shape)
      sums[[token.layer, head], default: (0, token.queryHead)].share += Double(token.share)
    }
    let size = kept.granularity == .kvHead ? kept.shape.groupSize : 1
    var heads: [(head: LostHead, share: Double)] = []
    for (layer, sets) in kept.positions.enumerated() {
      for (head, positions) in sets.enumerated() where positions.count < kept.tokenCount {
        let sum = sums[[layer, head]]
        heads.append(
          (
            LostHead(
              layer: layer, queryHead: sum?.queryHead ?? head * size,
              count: kept.tokenCount - positions.count, tokenCount: kept.tokenCount), sum?.share ?? 0
          ))
      }
    }
    return heads.sorted { a, b in
      a.share != b.share
        ? a.share > b.share : (a.head.layer, a.head.queryHead) < (b.head.layer, b.head.queryHead)
    }.map(\.head)
  }
}
