import Eviction
import Transformer

/// Attention that the last tokens give, times the length of the value that it would fetch.
struct ValueAwareScorer: Scorer {
  let window = 16

  var observedTokens: Int? { window }

  func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    Array(max(0, tokenCount - window)..<tokenCount)
  }

  func scores(layer: Int, queryHead: Int, evidence: Evidence) -> [Float] {
    let prompt = evidence.recording
    let values = prompt.values(layer: layer, kvHead: queryHead / prompt.shape.groupSize)
    var scores = [Float](repeating: 0, count: prompt.tokenCount)
    for position in protectedPositions(tokenCount: prompt.tokenCount, budget: 0) {
      let row = prompt.attention(layer: layer, queryHead: queryHead, row: .prompt(position: position))
      for token in scores.indices { scores[token] += row[token] }
    }
    let width = prompt.shape.headDimension
    return scores.indices.map { token in
      scores[token] * values[token * width..<(token + 1) * width].reduce(0) { $0 + abs($1) }
    }
  }
}
