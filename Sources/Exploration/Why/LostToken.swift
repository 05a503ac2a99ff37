import Eviction
import Transformer

/// A token that one kept set lacks, and how much the full cache's answer looked at it when it chose one token
/// of its answer.
public struct LostToken: Sendable, Hashable {
  /// The layer of the kept set.
  public let layer: Int
  /// Of the query heads that read the kept set, the one that looks at the token most.
  public let queryHead: Int
  /// The token's place in the prompt.
  public let position: Int
  /// The share of that head's true attention which falls on it, 0...1.
  public let share: Float

  /// What says which token of which head it is, whatever its share at some step.
  public var place: [Int] { [layer, queryHead, position] }

  /// The edit that brings it back to its kept set.
  public var restoring: KeptEdit {
    KeptEdit(.keep, position...position, in: .head(layer: layer, queryHead: queryHead))
  }

  /// All evicted tokens that get more attention than an even share, 1 of the prompt's tokens; the most wanted
  /// first, equal ones by layer, head and position.
  ///
  /// Those with less are left out: there are hundreds of thousands of them in large models.
  /// - Parameter steps: the tokens of the full cache's answer that are asked for; the one that looks most
  ///   counts.
  /// - Parameter asksQuestion: whether the tokens of a question that came after the eviction look, too.
  /// - Throws: `CancellationError`, looked for before each layer of each step.
  static func ranked(
    _ run: Run, kept: KeptTokens, steps: Range<Int>, asksQuestion: Bool = false
  ) throws -> [LostToken] {
    let asked = 0..<(asksQuestion ? run.questionQueries?.count ?? 0 : 0)
    var lost: [LostToken] = []
    for layer in 0..<kept.shape.layerCount {
      guard let rows = try largest(run, layer: layer, steps: steps, asked: asked) else { return [] }
      for head in kept.positions[layer].indices {
        lost += evicted(kept, layer: layer, head: head, rows: rows)
      }
    }
    return lost.sorted { a, b in
      a.share != b.share
        ? a.share > b.share : (a.layer, a.queryHead, a.position) < (b.layer, b.queryHead, b.position)
    }
  }

  /// The largest attention over some steps and tokens of a question, `[queryHead][token]`.
  private static func largest(
    _ run: Run, layer: Int, steps: Range<Int>, asked: Range<Int>
  ) throws -> [[Float]]? {
    var largest: [[Float]]?
    func take(_ rows: [[Float]]) {
      largest = largest.map { zip($0, rows).map { zip($0, $1).map(max) } } ?? rows
    }
    for step in steps {
      try Task.checkCancellation()
      guard let rows = run.decodeAttention(step: step, layer: layer) else { return nil }
      take(rows)
    }
    for token in asked {
      try Task.checkCancellation()
      if let rows = run.questionAttention(token: token, layer: layer) { take(rows) }
    }
    return largest
  }

  private static func evicted(_ kept: KeptTokens, layer: Int, head: Int, rows: [[Float]]) -> [LostToken] {
    let least = 1 / Float(max(1, kept.tokenCount))
    let readers = rows.indices.filter { kept.granularity.head(forQueryHead: $0, in: kept.shape) == head }
    var isKept = [Bool](repeating: false, count: kept.tokenCount)
    for position in kept.positions[layer][head] { isKept[position] = true }
    return isKept.indices.compactMap { position in
      guard !isKept[position], let reader = readers.max(by: { rows[$0][position] < rows[$1][position] }),
        rows[reader][position] > least
      else { return nil }
      return LostToken(layer: layer, queryHead: reader, position: position, share: rows[reader][position])
    }
  }
}
