import Exploration

/// What each cache says comes next at the shown step.
struct StepDistributions {
  /// One cache's.
  struct Row {
    let title: String
    /// The policy's place in the settings' list; `nil` for the full cache.
    let index: Int?
    /// `nil` where the step is not recorded.
    let next: NextTokens?
    /// Whether the cache was told the full cache's answer, its own being another one by now.
    let isTold: Bool
  }

  let rows: [Row]

  init(_ scene: Scene) {
    let run = scene.run
    let step = scene.shownStep
    let index =
      switch step {
      case .prefill, .evict, .question: 0
      case .lookahead(let index), .decode(let index): index
      }
    func at(_ continuation: Continuation?) -> NextTokens? {
      guard let steps = continuation?.steps, steps.indices.contains(index) else { return nil }
      return steps[index]
    }
    let full = Row(title: "full", index: nil, next: at(run.full?.answer), isTold: false)
    let order =
      [scene.setup.policy] + [scene.setup.pinned].compactMap { $0 }.filter { $0 != scene.setup.policy }
    let others = scene.setup.settings.policies.indices.filter { !order.contains($0) }
    rows =
      [full]
      + (order + others).filter(scene.setup.settings.policies.indices.contains).map { place in
        let result = run.result(place)
        var next: NextTokens?
        var isTold = false
        switch step {
        // Nothing is evicted yet: every policy says what the full cache says.
        case .prefill: next = full.next
        case .lookahead: next = at(result?.lookahead?.pseudo)
        case .evict, .question: next = at(result?.answer)
        case .decode:
          let difference = run.difference(of: result)
          isTold = (difference.map { $0 < index } ?? false) && at(result?.followed) != nil
          next = at(isTold ? result?.followed : result?.answer)
        }
        return Row(
          title: scene.setup.settings.policies[place].title, index: place, next: next, isTold: isTold)
      }
  }
}
