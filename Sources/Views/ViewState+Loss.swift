import Eviction
import Exploration

extension ViewState {
  /// Goes to the layer, head and token where the pinned policy loses the most true attention that the
  /// active one keeps; without a pinned policy, where the active one loses most.
  ///
  /// The sink tokens that were added before the text are passed over: every head looks at them.
  /// - Returns: whether there is such a place.
  @discardableResult
  public mutating func goToLargestLoss() -> Bool {
    guard let mass = story.trueMass, let lane else { return false }
    let loser = pinnedLane ?? lane
    let keeper = pinnedLane == nil ? nil : lane
    var largest: (mass: Float, layer: Int, head: Int, position: Int)?
    for (layer, heads) in mass.enumerated() {
      for (head, masses) in heads.enumerated() {
        let lost = Self.flags(loser, layer: layer, head: head, count: masses.count)
        let kept = keeper.map { Self.flags($0, layer: layer, head: head, count: masses.count) }
        for (position, value) in masses.enumerated()
        where value > largest?.mass ?? 0 && !lost[position] && kept?[position] ?? true
          && !story.prompt.tokens[position].byteRange.isEmpty
        {
          largest = (value, layer, head, position)
        }
      }
    }
    guard let largest else { return false }
    (layer, head, cursor) = (largest.layer, largest.head, largest.position)
    return true
  }

  private static func flags(_ lane: Lane, layer: Int, head: Int, count: Int) -> [Bool] {
    var flags = [Bool](repeating: false, count: count)
    for position in lane.kept.positions(layer: layer, queryHead: head) { flags[position] = true }
    return flags
  }
}
