import Transformer

extension GreedyDecoding {
  /// A lane's cache as it was when the lane first chose another token than the full cache: what it would have
  /// said at each further token of the full cache's answer is decoded beside the lane's own.
  ///
  /// Up to there the two are the same, so that nothing is decoded twice.
  struct Follower {
    /// The lane's index.
    let lane: Int
    fileprivate var branch: Lane
  }

  /// Lanes and followers of one pass over the weights; whoever leaves the full cache's answer when there are
  /// as many has no follower.
  private static let mostInAPass = Decoder.lanesOfAPass

  /// Begins to follow the full cache for the lanes that have just left its answer.
  /// - Parameters:
  ///   - following: which of them are to be followed on.
  ///   - fed: how many lanes go on.
  func branch(
    _ lanes: [Lane], _ following: [Bool], at step: Int, fed: Int, into followers: inout [Follower]
  ) {
    for (index, (lane, isFollowed)) in zip(lanes, following).enumerated()
    where isFollowed && lane.continuation.steps.count == step + 1 {
      guard hasLeftReference(lane, at: step), fed + followers.count < Self.mostInAPass else { continue }
      var branch = lane
      branch.cache = KVCache(copying: lane.cache)
      branch.continuation.tokens = Array(referenceTokens.prefix(step))
      branch.continuation.hasEnded = false
      followers.append(Follower(lane: index, branch: branch))
    }
  }

  /// Whether a lane says the same as the full cache before a step, and something else there; ending where
  /// that one goes on is something else, too.
  private func hasLeftReference(_ lane: Lane, at step: Int) -> Bool {
    let tokens = lane.continuation.tokens
    guard step < referenceLogits.count, tokens.prefix(step).elementsEqual(referenceTokens.prefix(step)) else {
      return false
    }
    return tokens.dropFirst(step).first != referenceTokens.dropFirst(step).first
  }

  /// Takes the followers that have come to the end of the full cache's answer to their lanes. What is said at
  /// its last token is known by then: that one need not be fed.
  func finish(_ followers: inout [Follower], in lanes: inout [Lane]) {
    for follower in followers where follower.branch.continuation.steps.count == referenceLogits.count {
      lanes[follower.lane].followed = follower.branch.continuation
      lanes[follower.lane].followed?.tokens = referenceTokens
    }
    followers.removeAll { $0.branch.continuation.steps.count == referenceLogits.count }
  }

  /// The next token of the full cache's answer for each follower.
  func inputs(_ followers: inout [Follower]) -> [LaneInput] {
    followers.indices.map { index in
      let branch = followers[index].branch
      let token = referenceTokens[branch.continuation.tokens.count]
      defer { followers[index].branch.continuation.tokens.append(token) }
      return LaneInput(cache: branch.cache, token: token, position: branch.nextPosition)
    }
  }

  /// Takes what their tokens have left behind.
  func take(_ outputs: some Sequence<LaneOutput>, _ followers: inout [Follower]) throws {
    for (index, output) in zip(followers.indices, outputs) {
      try followers[index].branch.take(output, at: followers[index].branch.nextPosition - 1)
      let branch = followers[index].branch
      followers[index].branch.continuation.steps.append(next(branch))
      followers[index].branch.continuation.heldTokens.append(branch.cache.meanCount)
    }
  }
}
