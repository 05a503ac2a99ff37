import Exploration

/// How many tokens a head's cache holds at each step of a result, in the mean over layers and heads.
///
/// During LAQ's lookahead this is the cheap cache, on which the pseudo tokens are decoded; the whole prompt's
/// keys and values are held beside it until the final eviction.
struct CacheSizes {
  /// One number per step of the timeline.
  let sizes: [Double]

  init(_ scene: Scene) {
    let result = scene.result ?? scene.run.full
    let prompt = Double(scene.run.prompt.tokens.count)
    let kept = result?.kept.meanCount ?? prompt
    sizes = scene.timeline.steps.map { step in
      switch step {
      case .prefill: prompt
      case .evict: kept
      case .lookahead(let index): Self.held(result?.lookahead?.pseudo, index) ?? prompt
      case .question(let index): kept + Double(index)
      case .decode(let index):
        Self.held(result?.answer, index) ?? kept + Double(scene.questionCount + index)
      }
    }
  }

  private static func held(_ continuation: Continuation?, _ index: Int) -> Double? {
    guard let held = continuation?.heldTokens, held.indices.contains(index) else { return nil }
    return held[index]
  }
}
