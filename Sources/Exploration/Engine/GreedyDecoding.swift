import Eviction
import Transformer

/// Greedy decoding of several lanes side by side: one pass over the weights per step.
final class GreedyDecoding {
  /// A cache, and what has been decoded on it.
  struct Lane {
    var cache: KVCache
    let limit: Int
    /// What becomes of a first token that ends the text: a lookahead feeds it, and has at least one query;
    /// `nil`: it ends the lane as any other.
    let firstEnd: LookaheadSettings.FirstEndToken?
    /// The tokens that are fed whatever the lane would choose; `nil`: its own choices.
    let script: [Int]?
    /// The tokens that the lane should choose by itself; it ends at the first other one. `nil`: it goes on
    /// whatever it chooses.
    let expected: [Int]?
    /// The tokens of a question that is put to the cache before anything is chosen; empty without one, and
    /// once it has been asked.
    var question: [Int] = []
    /// How many tokens of a question the cache holds behind the prompt's.
    var questionCount = 0
    /// The question's queries, where queries are wanted.
    var questionQueries: QueryRows
    var continuation = Continuation()
    /// What the cache says at each token of the full cache's answer, where its own is another and somebody
    /// asked for it; `nil` until it is complete.
    var followed: Continuation?
    var queries: QueryRows
    /// Whether the queries of fed tokens are wanted; for many lanes of a large model they are most of the
    /// memory.
    var keepsQueries = true
    /// Whether the likeliest token that does not end the text comes first.
    var needsAnswer = false
    var logits: [Float]
    var isOpen = true
    /// How the cache is reduced while it grows.
    var reduction: CacheReduction?

    /// A lane that starts from the prefill's own logits on the kept tokens.
    init(
      _ recording: Recording, kept: KeptTokens, limit: Int,
      firstEnd: LookaheadSettings.FirstEndToken? = nil, rotation: KeyRotation? = nil,
      reduction: CacheReduction? = nil, script: [Int]? = nil, expected: [Int]? = nil
    ) {
      cache = KVCache(recording, keeping: kept, rotation: rotation, isPlain: reduction != nil)
      self.reduction = reduction
      self.limit = limit
      self.firstEnd = firstEnd
      self.script = script
      self.expected = expected
      queries = QueryRows(shape: recording.shape)
      questionQueries = queries
      logits = recording.lastLogits
    }

    /// Where the next token stands.
    var nextPosition: Int { answerPosition + continuation.tokens.count }

    /// Takes what a token at a position has left behind.
    mutating func take(_ output: LaneOutput, at position: Int) throws {
      logits = output.logits
      if keepsQueries { queries.append(output.queries, position: position) }
      try reduction?.follow(cache, queries: queries)
    }
  }

  let decoder: Decoder
  let recording: Recording
  let endTokens: Set<Int>
  /// What answers are about, where the prompt does not end with it.
  let question: [Int]
  /// The full cache's logits and choices, once they are recorded: what later runs are compared with.
  private(set) var referenceLogits: [[Float]]
  private(set) var referenceTokens: [Int]
  /// The log-sum-exp of the full cache's logits at each step that something was compared at: the same for
  /// every cache.
  private var referenceSums: [Int: Double] = [:]
  /// Tokens that all lanes were fed: what decoding has cost.
  private(set) var fedTokenCount = 0

  /// - Parameters:
  ///   - question: the tokens that are fed to every answer's cache before it; none for lookaheads.
  ///   - referenceLogits: the full cache's logits per step, if they are known from an earlier run.
  ///   - referenceTokens: the tokens that it chose.
  init(
    decoder: Decoder, recording: Recording, endTokens: Set<Int>, question: [Int] = [],
    referenceLogits: [[Float]] = [],
    referenceTokens: [Int] = []
  ) {
    self.decoder = decoder
    self.recording = recording
    self.endTokens = endTokens
    self.question = question
    self.referenceLogits = referenceLogits
    self.referenceTokens = referenceTokens
  }

  /// Decodes until every lane has ended or reached its limit.
  ///
  /// Each fed token leaves one query in its lane; an end token is chosen, but never fed (laq.md, step 3).
  /// Questions are asked first.
  /// - Parameters:
  ///   - recordsReference: whether the first lane is the full cache's, which later runs are compared with.
  ///   - following: which lanes, where they leave the full cache's answer, are compared with it to its end in
  ///     the passes that decode their own answers; see `Follower`. None, if there are no entries.
  ///   - onFollow: called in place of `onStep` once every lane has ended and some are still compared.
  func run(
    _ lanes: inout [Lane], recordsReference: Bool = false, following: [Bool] = [],
    onQuestion: (Int) -> Void = { _ in }, onStep: (Int, [Lane]) -> Void = { _, _ in },
    onFollow: (Int) -> Void = { _ in }
  ) throws {
    try ask(&lanes, onToken: onQuestion)
    var step = 0
    var followers: [Follower] = []
    while lanes.contains(where: \.isOpen) || !followers.isEmpty {
      let isDecoding = lanes.contains(where: \.isOpen)
      try Task.checkCancellation()
      if recordsReference, let first = lanes.first, first.isOpen { referenceLogits.append(first.logits) }
      var fed: [Int] = []
      for index in lanes.indices where lanes[index].isOpen {
        let following = next(lanes[index], isReference: recordsReference && index == 0)
        lanes[index].continuation.steps.append(following)
        lanes[index].continuation.heldTokens.append(lanes[index].cache.meanCount)
        let choice: Int
        if let script = lanes[index].script {
          guard step < script.count else {
            // The step after the script's last token: what is said there was wanted, nothing is fed.
            lanes[index].isOpen = false
            continue
          }
          choice = script[step]
        } else {
          let begins = step == 0 && lanes[index].needsAnswer
          choice =
            (begins ? following.candidates.first { !endTokens.contains($0.token) }?.token : nil)
            ?? following.choice
          let isForced = step == 0 && lanes[index].firstEnd != nil
          if endTokens.contains(choice), !isForced {
            lanes[index].continuation.hasEnded = true
            lanes[index].isOpen = false
            continue
          }
        }
        lanes[index].continuation.tokens.append(choice)
        if recordsReference, index == 0 { referenceTokens.append(choice) }
        if let expected = lanes[index].expected, step >= expected.count || expected[step] != choice {
          lanes[index].isOpen = false
          continue
        }
        fed.append(index)
      }
      branch(lanes, following, at: step, fed: fed.count, into: &followers)
      finish(&followers, in: &lanes)
      if isDecoding { onStep(step, lanes) } else { onFollow(step) }
      fedTokenCount += fed.count + followers.count
      let outputs = try decoder.step(
        fed.map { index in
          LaneInput(
            cache: lanes[index].cache, token: lanes[index].continuation.tokens[step],
            position: lanes[index].answerPosition + step)
        } + inputs(&followers))
      try take(outputs.dropFirst(fed.count), &followers)
      for (index, output) in zip(fed, outputs) {
        try lanes[index].take(output, at: lanes[index].answerPosition + step)
        let tokens = lanes[index].continuation.tokens
        let goesOn = tokens.count == 1 && lanes[index].firstEnd == .feed
        let isOver = !goesOn && tokens.last.map(endTokens.contains) ?? false
        if tokens.count >= lanes[index].limit || isOver { lanes[index].isOpen = false }
      }
      step += 1
    }
    onStep(step, lanes)
  }

  /// The next tokens of a lane; compared with the full cache's while both decoded the same tokens.
  func next(_ lane: Lane, isReference: Bool = false) -> NextTokens {
    let step = lane.continuation.tokens.count
    guard !isReference, step < referenceLogits.count,
      lane.continuation.tokens.elementsEqual(referenceTokens.prefix(step))
    else { return NextTokens(logits: lane.logits) }
    let reference = referenceLogits[step]
    let sum = referenceSums[step] ?? NextTokens.logSumExp(reference)
    referenceSums[step] = sum
    return NextTokens(logits: lane.logits, reference: (reference, sum))
  }
}
