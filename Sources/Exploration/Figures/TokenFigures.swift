import Eviction
import Transformer

/// What one policy makes of some tokens of the prompt in every layer and query head, `[layer][queryHead]`: how
/// much the full cache's answer looks at them, how the policy scores and ranks them.
///
/// Computed off the screen's thread where the model is large: a rank is a look at every token of a head.
public struct TokenFigures: Sendable {
  /// How the numbers of several tokens become one.
  public enum Joining: String, Sendable, Hashable, CaseIterable {
    /// The largest.
    case max
    /// All of them together.
    case sum
  }

  /// What was asked for; two requests are equal when their figures are.
  public struct Request: Sendable, Hashable {
    /// The tokens, positions in the prompt.
    public let span: ClosedRange<Int>
    /// How they become one number.
    public let joining: Joining
    let policy: Policy?
    let settings: ExplorationSettings
    let decodeCount: Int

    /// Asks for the figures of some tokens under a result's policy; `nil` before the prompt has passed the
    /// model, and beyond the prompt.
    public init?(_ run: Run, result: PolicyResult?, span: ClosedRange<Int>, joining: Joining) {
      guard let recording = run.recording, span.lowerBound >= 0, span.upperBound < recording.tokenCount
      else { return nil }
      self.span = span
      self.joining = span.count == 1 ? .max : joining
      policy = result?.policy
      settings = run.settings
      decodeCount = run.decodeMass == nil ? 0 : run.decodeQueries?.count ?? 0
    }

    /// About as much work as so many multiplications: every token of every head is compared with one.
    public func work(_ run: Run) -> Int {
      guard let shape = run.recording?.shape else { return 0 }
      return 4 * shape.layerCount * (shape.queryHeadCount + shape.kvHeadCount)
        * (run.recording?.tokenCount ?? 0)
    }
  }

  /// What was asked for.
  public let request: Request
  /// The attention of the true answer's rows, their sum; `nil` before there is an answer.
  public let attention: [[Double]]?
  /// The policy's score of the tokens that it orders by score; infinite where all are kept whatever their
  /// scores; `nil` without a policy that scores.
  public let scores: [[Double]]?
  /// The rank of the best of them among the tokens that the policy orders by score, 1 for the best; 0 where
  /// all are kept whatever their scores.
  public let ranks: [[Int]]?

  /// Looks at every head; `nil` where the run has no recording.
  public init?(_ request: Request, _ run: Run) {
    guard let shape = run.recording?.shape else { return nil }
    self.request = request
    attention = run.decodeMass.map { mass in
      (0..<mass.layerCount).map { layer in
        (0..<mass.headCount).map { head in
          Self.joined(mass[layer, head][request.span].map(Double.init), request.joining)
        }
      }
    }
    guard let result = run.results.first(where: { $0.policy == request.policy }), let table = result.scores
    else {
      (scores, ranks) = (nil, nil)
      return
    }
    let granularity = result.kept.granularity
    let found = (0..<shape.layerCount).map { layer in
      (0..<granularity.headCount(in: shape)).map { Self.place(request, in: table, layer: layer, head: $0) }
    }
    func byQueryHead<Value>(_ value: ((score: Double, rank: Int)) -> Value) -> [[Value]] {
      found.map { heads in
        (0..<shape.queryHeadCount).map { value(heads[granularity.head(forQueryHead: $0, in: shape)]) }
      }
    }
    scores = byQueryHead(\.score)
    ranks = byQueryHead(\.rank)
  }

  private static func joined(_ values: [Double], _ joining: Joining) -> Double {
    joining == .sum ? values.reduce(0, +) : values.max() ?? 0
  }

  /// The joined score of the tokens that are ordered by score, and the best one's rank among all of those.
  private static func place(
    _ request: Request, in table: ScoreTable, layer: Int, head: Int
  ) -> (score: Double, rank: Int) {
    let scores = table.scores(layer: layer, head: head)
    var isProtected = [Bool](repeating: false, count: scores.count)
    for position in table.protected(layer: layer, head: head) where isProtected.indices.contains(position) {
      isProtected[position] = true
    }
    let ordered = request.span.filter { !isProtected[$0] }
    // Of equal scores the first comes first.
    guard let best = ordered.max(by: { scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1) })
    else { return (.infinity, 0) }
    var rank = 1
    for other in scores.indices where !isProtected[other] {
      if scores[other] > scores[best] || (scores[other] == scores[best] && other < best) { rank += 1 }
    }
    return (joined(ordered.map { Double(scores[$0]) }, request.joining), rank)
  }
}
