import Transformer

/// How often each head looks at what the answer copies, after the retrieval heads of Wu et al. 2024 (arXiv
/// 2404.15574).
///
/// A step of the full cache's answer copies if its token is one of the needle's tokens. A head retrieves
/// there if, of all tokens of the prompt, the one with the most attention of the query that chose the token
/// (the earliest, if several have as much) is a token of the needle and is that token. The score is the share
/// of the copying steps at which the head retrieves, from 0 to 1.
///
/// Wu et al. divide by the needle's tokens instead, so that their scores also say how much of the needle was
/// copied; and their heads look at the answer's own earlier tokens, too, which are no columns here.
public struct RetrievalScores: Sendable, Hashable {
  /// The steps of the answer that copy.
  public let copiedCount: Int
  /// The steps at which each head retrieves, `[layer][queryHead]`.
  public let hits: [[Int]]

  /// The shares, `[layer][queryHead]`.
  public var scores: [[Double]] {
    hits.map { $0.map { copiedCount > 0 ? Double($0) / Double(copiedCount) : 0 } }
  }

  /// Looks at every head, the KV heads of a layer in parallel.
  /// - Parameter needle: positions of the prompt; `nil`: all tokens of the text.
  /// - Returns: `nil` where the full cache has not answered, or no step copies.
  /// - Throws: `CancellationError`, looked for before each layer.
  init?(_ run: Run, needle: [Int]?) throws {
    guard let recording = run.recording, let decode = run.decodeQueries, let answer = run.full?.answer.tokens
    else { return nil }
    let tokens = run.prompt.tokens
    let places = needle ?? tokens.indices.filter { !tokens[$0].byteRange.isEmpty }
    let needleIDs = Set(places.map { tokens[$0].id })
    let isNeedle = Set(places)
    let steps = answer.indices.filter { needleIDs.contains(answer[$0]) && $0 <= decode.count }
    guard !steps.isEmpty else { return nil }
    copiedCount = steps.count
    let shape = recording.shape
    // The first token was chosen by the last query before it, each later one by the query before it.
    let asked = run.questionQueries?.count ?? 0
    let first = steps.first == 0
    let firstRows =
      asked > 0 ? recording.rows(beyond: asked - 1..<asked) : recording.newestRows(1)
    let later = steps.filter { $0 > 0 }
    let laterRows = later.flatMap { recording.rows(beyond: $0 - 1..<$0) }
    hits = try (0..<shape.layerCount).map { layer in
      try Task.checkCancellation()
      var counts = [Int](repeating: 0, count: shape.queryHeadCount)
      counts.withUnsafeMutableBufferPointer { counts in
        inParallel(
          count: shape.kvHeadCount, bytesEach: steps.count * recording.tokenCount * 4
        ) { kvHead in
          func look(_ rows: [ObservedRow], _ beyond: QueryRows?, _ steps: [Int]) {
            _ = recording.observe(layer: layer, kvHead: kvHead, rows, beyond: beyond) { head, weights in
              for (row, step) in zip(0..<weights.rowCount, steps) {
                let top = Self.highest(weights[row])
                if isNeedle.contains(top), tokens[top].id == answer[step] { counts[head] += 1 }
              }
            }
          }
          if first { look(firstRows, asked > 0 ? run.questionQueries : nil, [0]) }
          if !later.isEmpty { look(laterRows, decode, later) }
        }
      }
      return Array(counts)
    }
  }

  /// The place of the largest weight, the first of equal ones.
  private static func highest(_ weights: UnsafeBufferPointer<Float>) -> Int {
    var best = 0
    for index in weights.indices where weights[index] > weights[best] { best = index }
    return best
  }
}
