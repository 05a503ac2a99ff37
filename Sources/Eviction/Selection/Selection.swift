import Transformer

/// The last step of every policy: from scores and budgets to kept positions.
public enum Selection {
  /// Keeps the protected positions and the best others of each head, ascending.
  ///
  /// Ties go to the lower position (torch leaves them open). Where a head's budget is smaller than the
  /// protected set, its sinks are kept, then the newest of it: a budget is never exceeded. With a budget of at least
  /// the prompt's length everything is kept (the reference says `n < B`; at `n = B` both keep all).
  /// - Parameter count: tokens of a layer and head.
  static func keep(_ scores: ScoreTable, count: (_ layer: Int, _ head: Int) -> Int) -> [[[Int]]] {
    let heads = (0..<scores.layerCount).flatMap { layer in
      (0..<scores.headCount).map { (layer: layer, head: $0, count: count(layer, $0)) }
    }
    var kept = [[Int]](repeating: [], count: heads.count)
    kept.withUnsafeMutableBufferPointer { kept in
      inParallel(count: heads.count, work: heads.count * scores.tokenCount * 64) { index in
        let (layer, head, count) = heads[index]
        kept[index] = select(
          from: scores.scores(layer: layer, head: head),
          protected: scores.protected(layer: layer, head: head), budget: count)
      }
    }
    return (0..<scores.layerCount).map { Array(kept[$0 * scores.headCount..<($0 + 1) * scores.headCount]) }
  }

  /// What stays of protected positions that are more than the budget: the sinks, oldest first, then the
  /// newest of the others. All of a prompt is a window, not sinks.
  private static func least(of protected: [Int], _ budget: Int, tokenCount: Int) -> [Int] {
    let sinks = protected.count == tokenCount ? 0 : zip(protected, 0...).prefix { $0.0 == $0.1 }.count
    let oldest = min(sinks, max(0, budget))
    return Array(protected[..<oldest] + protected[oldest...].suffix(max(0, budget - oldest)))
  }

  /// One head's kept positions.
  static func select(from scores: [Float], protected: [Int], budget: Int) -> [Int] {
    guard budget < scores.count else { return Array(scores.indices) }
    guard budget > protected.count else { return least(of: protected, budget, tokenCount: scores.count) }
    return (protected + best(budget - protected.count, of: scores, without: protected)).sorted()
  }

  /// The positions of a head's largest scores, ascending, without some of them; a score that is no number is
  /// the least.
  ///
  /// Of those that equal the last one, the lowest positions stay. Cost: a few passes over the scores.
  static func best(_ count: Int, of scores: [Float], without excluded: [Int]) -> [Int] {
    var isFree = [Bool](repeating: true, count: scores.count)
    for position in excluded { isFree[position] = false }
    let free = scores.indices.filter { isFree[$0] }
    guard count < free.count else { return free }
    guard count > 0 else { return [] }
    let orders = scores.map(order)
    let last = largest(count, of: free.map { orders[$0] })
    var ties = count - free.count { orders[$0] > last }
    return free.filter { position in
      guard orders[position] == last else { return orders[position] > last }
      ties -= 1
      return ties >= 0
    }
  }

  /// A whole number for a score: larger for larger scores, the same for 0 and -0, the least for what is no
  /// number.
  static func order(_ score: Float) -> UInt32 {
    guard !score.isNaN else { return 0 }
    let bits = (score + 0).bitPattern
    return bits >> 31 == 0 ? bits | 1 << 31 : ~bits
  }

  /// The `count`-th largest of some numbers, of which there are more: byte by byte from the highest on.
  static func largest(_ count: Int, of numbers: [UInt32]) -> UInt32 {
    var (left, prefix, mask) = (count, UInt32(0), UInt32(0))
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      var histogram = [Int](repeating: 0, count: 256)
      for number in numbers where number & mask == prefix { histogram[Int(number >> shift & 255)] += 1 }
      var byte = 255
      while byte > 0, histogram[byte] < left {
        left -= histogram[byte]
        byte -= 1
      }
      prefix |= UInt32(byte) << shift
      mask |= 255 << shift
    }
    return prefix
  }
}
