import Eviction
import Exploration
import Screen
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
    guard let place = scene.largestLoss else { return false }
    (cursor.layer, cursor.head, cursor.position) = (place.layer, place.head, place.position)
    return true
  }

  /// Goes to the place where the pinned or the active policy loses most, whichever of them loses more at the
  /// step where its answer leaves the full cache's; while both agree with it, where `goToLargestLoss` goes.
  /// - Returns: what is lost there, in a sentence; `nil` where nothing is.
  package mutating func openAtLargestLoss() -> String? {
    var largest: (share: Float, place: Run.Place, loser: PolicyResult)?
    for loser in [scene.pinnedResult, scene.result].compactMap({ $0 }) {
      guard let need = run.need(of: loser),
        let place = run.largestLoss(of: loser, keptBy: nil, mass: need.mass, token: need.token)
          ?? run.largestLoss(of: loser, keptBy: nil, mass: need.mass)
      else { continue }
      let share = need.mass[place.layer, place.head][place.position]
      if share > largest?.share ?? 0 { largest = (share, place, loser) }
    }
    guard let (_, place, loser) = largest else {
      return goToLargestLoss() ? (scene.pinnedResult ?? scene.result).flatMap { lossInWords(of: $0) } : nil
    }
    (cursor.layer, cursor.head, cursor.position) = (place.layer, place.head, place.position)
    return lossInWords(of: loser)
  }

  /// What a policy loses at the cursor, in a sentence: which token, which head looks at it, how much, and for
  /// which token of the answer; `nil` where the policy keeps it.
  /// - Complexity: one attention row of one head per step of the answer.
  func lossInWords(of loser: PolicyResult) -> String? {
    var filter = LossList.Filter()
    filter.head = LossList.Head(layer: cursor.layer, queryHead: cursor.head)
    filter.span = cursor.position...cursor.position
    // Where the answers part, that step is the one that matters.
    filter.step = run.need(of: loser)?.step
    guard let request = LossList.Request(run, result: loser, filter: filter),
      let loss = LossList(request, run)?.entries.first, let answer = run.full?.answer.tokens
    else { return nil }
    func visible(_ text: String) -> String { "\"\(Sanitizer.visible(text, spaces: false))\"" }
    let head = "\(cursor.layer + 1).\(cursor.head + 1)"
    let word = String(decoding: run.prompt.bytes(at: cursor.position), as: UTF8.self)
    let other = loser.policy == scene.result?.policy ? scene.pinnedResult : scene.result
    let isKept = other?.kept.positions(layer: cursor.layer, queryHead: cursor.head).contains(cursor.position)
    let keeps = isKept == true ? other.map { ", which \($0.policy.title) keeps" } ?? "" : ""
    let said = loss.step < answer.count ? "says \(visible(run.vocabulary.text([answer[loss.step]])))" : "ends"
    let share = decimal(Double(loss.token.share), 2)
    return [
      "\(loser.policy.title) evicts \(visible(word))\(keeps): head \(head) gives it \(share) of its attention",
      " at step \(loss.step + 1), where the answer \(said); \(display.keys.shown(.loss)) goes to the next loss",
    ].joined()
  }
}

extension Scene {
  /// The place where most is lost (`goToLargestLoss`).
  fileprivate var largestLoss: Run.Place? {
    guard let result else { return nil }
    let loser = pinnedResult ?? result
    let keeper = pinnedResult == nil ? nil : result
    return run.need(of: loser).flatMap { need in
      run.largestLoss(of: loser, keptBy: keeper, mass: need.mass, token: need.token)
        ?? run.largestLoss(of: loser, keptBy: keeper, mass: need.mass)
    } ?? run.decodeMass.flatMap { run.largestLoss(of: loser, keptBy: keeper, mass: $0) }
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
  /// `[layer][queryHead][token]`, the step, and the token that the full cache says there; `nil` while the
  /// answers agree.
  func need(of result: PolicyResult) -> (mass: HeadTable, step: Int, token: Int)? {
    guard let recording, decodeQueries != nil, let full, hasModel else { return nil }
    let reference = full.answer.tokens
    let told = result.answer.tokens
    guard let step = reference.indices.first(where: { $0 >= told.count || told[$0] != reference[$0] }),
      step < told.count || result.answer.hasEnded
    else { return nil }
    let mass = (0..<recording.shape.layerCount).compactMap { decodeAttention(step: step, layer: $0) }
    return (HeadTable(mass), step, reference[step])
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
