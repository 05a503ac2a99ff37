import Eviction
import Foundation
import Transformer

/// Where an eviction loses the true attention: the evicted tokens that the full cache's answer looked at, in
/// every query head, the most wanted first.
///
/// A token of a head stands there once, at the step at which it is looked at most. Only those with more
/// attention than an even share, 1 of the prompt's tokens, are counted, and only the first of them are listed:
/// large models have hundreds of thousands. Tokens that were added before the text are passed over, as every
/// head looks at them.
public struct LossList: Sendable {
  /// Places that are listed at most.
  public static let limit = 1000

  /// Which places are wanted.
  public struct Filter: Sendable, Hashable {
    /// One token of the full cache's answer, from 0; all of them, if there is none.
    public var step: Int?
    /// One head; all of them, if there is none.
    public var head: Head?
    /// Some tokens of the prompt; all of them, if there are none.
    public var span: ClosedRange<Int>?

    /// Everything.
    public init() {}
  }

  /// A query head of a layer.
  public struct Head: Sendable, Hashable {
    /// The layer.
    public let layer: Int
    /// The query head.
    public let queryHead: Int

    /// Names a head.
    public init(layer: Int, queryHead: Int) { (self.layer, self.queryHead) = (layer, queryHead) }
  }

  /// What was asked for; two requests are equal when their lists are.
  public struct Request: Sendable, Hashable {
    /// The policy whose losses are asked for.
    public let policy: Policy
    /// Which of them.
    public let filter: Filter
    let settings: ExplorationSettings
    let stepCount: Int

    /// Asks for the losses of a result; `nil` before the full cache has answered.
    public init?(_ run: Run, result: PolicyResult?, filter: Filter) {
      guard let result, run.isFinished, run.recording != nil, let decode = run.decodeQueries,
        let answer = run.full?.answer.tokens, !answer.isEmpty
      else { return nil }
      policy = result.policy
      self.filter = filter
      settings = run.settings
      stepCount = min(answer.count, decode.count + 1)
    }

    /// The steps whose attention is looked at.
    var steps: Range<Int> {
      filter.step.map { $0..<$0 + 1 }.map { $0.clamped(to: 0..<stepCount) } ?? 0..<stepCount
    }

    /// About how many multiplications it takes.
    public func work(_ run: Run) -> Int {
      guard let recording = run.recording else { return 0 }
      let shape = recording.shape
      let heads = filter.head == nil ? shape.layerCount * shape.queryHeadCount : 1
      return steps.count * heads * recording.tokenCount * shape.headDimension
    }
  }

  /// One loss.
  public struct Entry: Sendable, Hashable {
    /// The evicted token and its share of the head's attention.
    public let token: LostToken
    /// The token of the full cache's answer that was chosen with it, from 0.
    public let step: Int
  }

  /// What was asked for.
  public let request: Request
  /// The first `limit` losses; equal ones by layer, head and position.
  public let entries: [Entry]
  /// How many there are.
  public let count: Int

  /// Looks at every head, the heads of a layer in parallel; `nil` where there is nothing to look at.
  public init?(_ request: Request, _ run: Run) {
    guard let recording = run.recording,
      let kept = run.results.first(where: { $0.policy == request.policy })?.kept
    else { return nil }
    self.request = request
    let shape = recording.shape
    var found: [Entry] = []
    var count = 0
    for layer in 0..<shape.layerCount where request.filter.head.map({ $0.layer == layer }) ?? true {
      let kvHeads = (0..<shape.kvHeadCount).filter { kvHead in
        request.filter.head.map { $0.queryHead / shape.groupSize == kvHead } ?? true
      }
      var parts = [[Entry]](repeating: [], count: kvHeads.count)
      parts.withUnsafeMutableBufferPointer { parts in
        inParallel(count: parts.count, bytesEach: Self.pieceLength * recording.tokenCount * 4) { index in
          parts[index] = Self.losses(request, run, recording, kept, layer: layer, kvHead: kvHeads[index])
        }
      }
      count += parts.reduce(0) { $0 + $1.count }
      found = Array((found + parts.joined()).sorted(by: Self.comesFirst).prefix(Self.limit))
    }
    (entries, self.count) = (found, count)
  }

  /// Rows that are looked at together: those of a long answer take little memory.
  private static let pieceLength = 64

  private static func comesFirst(_ a: Entry, _ b: Entry) -> Bool {
    a.token.share != b.token.share
      ? a.token.share > b.token.share : a.token.place.lexicographicallyPrecedes(b.token.place)
  }

  /// The losses of the query heads that read one KV head.
  private static func losses(
    _ request: Request, _ run: Run, _ recording: Recording, _ kept: KeptTokens, layer: Int, kvHead: Int
  ) -> [Entry] {
    let group = recording.shape.queryHeads(of: kvHead)
    let heads = request.filter.head.map { $0.queryHead..<$0.queryHead + 1 } ?? group
    let span = Array(
      (request.filter.span ?? 0...max(0, recording.tokenCount - 1)).clamped(
        to: 0...max(0, recording.tokenCount - 1)))
    // [query head][token of the span]
    var largest = heads.map { _ in [Float](repeating: 0, count: span.count) }
    var steps = heads.map { _ in [Int32](repeating: 0, count: span.count) }
    func look(_ rows: [ObservedRow], _ beyond: QueryRows?, first: Int) {
      _ = recording.observe(
        layer: layer, kvHead: kvHead, only: heads.count == 1 ? heads.lowerBound : nil, rows, beyond: beyond
      ) { head, weights in
        let place = head - heads.lowerBound
        for row in rows.indices {
          let weights = weights[row]
          for (index, position) in span.enumerated() where weights[position] > largest[place][index] {
            largest[place][index] = weights[position]
            steps[place][index] = Int32(first + row)
          }
        }
      }
    }
    // The first token was chosen by the last query before it, each later one by the query before it.
    if request.steps.contains(0) {
      let asked = run.questionQueries?.count ?? 0
      look(
        asked > 0 ? recording.rows(beyond: asked - 1..<asked) : recording.newestRows(1),
        asked > 0 ? run.questionQueries : nil, first: 0)
    }
    let later = max(1, request.steps.lowerBound)..<max(1, request.steps.upperBound)
    for start in stride(from: later.lowerBound, to: later.upperBound, by: pieceLength) {
      let rows = recording.rows(beyond: start - 1..<min(start + pieceLength, later.upperBound) - 1)
      look(rows, run.decodeQueries, first: start)
    }
    let least = 1 / Float(max(1, recording.tokenCount))
    var entries: [Entry] = []
    for (place, head) in heads.enumerated() {
      var isKept = [Bool](repeating: false, count: recording.tokenCount)
      for position in kept.positions(layer: layer, queryHead: head) { isKept[position] = true }
      for (index, position) in span.enumerated()
      where largest[place][index] > least && !isKept[position]
        && !run.prompt.tokens[position].byteRange.isEmpty
      {
        let token = LostToken(
          layer: layer, queryHead: head, position: position, share: largest[place][index])
        entries.append(Entry(token: token, step: Int(steps[place][index])))
      }
    }
    return entries
  }
}

extension LossList {
  /// A table for spreadsheets and scripts: layers, heads and steps from 0, as in the other exports.
  package func table(of run: Run) -> Data {
    var table = CSVTable(["policy", "layer", "query_head", "position", "token_id", "step", "share", "text"])
    for entry in entries {
      let token = entry.token
      table.add([
        .text(request.policy.name), .count(token.layer), .count(token.queryHead), .count(token.position),
        .count(run.prompt.tokens[token.position].id), .count(entry.step), .single(token.share),
        .text(run.text(at: token.position)),
      ])
    }
    return table.data
  }
}
