import Eviction
import Exploration
import Transformer

extension ViewState {
  /// Goes to the layer, head and token where the pinned policy loses most of what its answer needed and
  /// the active one keeps; without a pinned policy, where the active one loses most.
  ///
  /// What the answer needed is the true attention at the step where the losing policy's answer leaves
  /// the full cache's. A head that looks there at the very token which the full cache says next copies
  /// it, so such tokens come first. Where the answers agree, the attention of the whole answer decides.
  /// The sink tokens that were added before the text are passed over: every head looks at them.
  /// - Returns: whether there is such a place.
  /// - Complexity: one attention row per layer and head.
  @discardableResult
  package mutating func goToLargestLoss() -> Bool {
    guard let result = scene.result else { return false }
    let loser = scene.pinnedResult ?? result
    let keeper = scene.pinnedResult == nil ? nil : result
    let place =
      run.need(of: loser).flatMap { need in
        run.largestLoss(of: loser, keptBy: keeper, mass: need.mass, token: need.token)
          ?? run.largestLoss(of: loser, keptBy: keeper, mass: need.mass)
      } ?? run.decodeMass.flatMap { run.largestLoss(of: loser, keptBy: keeper, mass: $0) }
    guard let place else { return false }
    (cursor.layer, cursor.head, cursor.position) = (place.layer, place.head, place.position)
    return true
  }
}

extension Run {
  /// A token in one layer's query head.
  struct Place: Hashable {
    let layer: Int
    let head: Int
    let position: Int
  }

  /// The true attention at the step where a result's answer leaves the full cache's,
  /// `[layer][queryHead][token]`, and the token that the full cache says there; `nil` while the answers
  /// agree.
  func need(of result: PolicyResult) -> (mass: HeadTable, token: Int)? {
    guard let recording, decodeQueries != nil, let full, hasModel else { return nil }
    let reference = full.answer.tokens
    let told = result.answer.tokens
    guard let step = reference.indices.first(where: { $0 >= told.count || told[$0] != reference[$0] }),
      step < told.count || result.answer.hasEnded
    else { return nil }
    let mass = (0..<recording.shape.layerCount).compactMap { decodeAttention(step: step, layer: $0) }
    return (HeadTable(mass), reference[step])
  }

  /// Where most of a mass falls on a token that one result evicts and another, if given, keeps.
  /// - Parameter token: only tokens with this id count, if given.
  func largestLoss(
    of loser: PolicyResult, keptBy keeper: PolicyResult?, mass: HeadTable, token: Int? = nil
  ) -> Place? {
    var largest: (mass: Float, place: Place)?
    for layer in 0..<mass.layerCount {
      for head in 0..<mass.headCount {
        let masses = mass[layer, head]
        let lost = Set(loser.kept.positions(layer: layer, queryHead: head))
        let kept = keeper.map { Set($0.kept.positions(layer: layer, queryHead: head)) }
        for (position, value) in masses.enumerated() where value > largest?.mass ?? 0 {
          let candidate = prompt.tokens[position]
          guard !candidate.byteRange.isEmpty, token ?? candidate.id == candidate.id,
            !lost.contains(position), kept?.contains(position) ?? true
          else { continue }
          largest = (value, Place(layer: layer, head: head, position: position))
        }
      }
    }
    return largest?.place
  }
}
