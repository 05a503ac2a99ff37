import Transformer

/// The oracle: the attention of the true decode queries of the full cache's answer, summed, without
/// pooling or window. No policy can know it; every policy is measured against it. Where the answer is
/// empty there are no decode queries: all scores are equal, and the first positions stay.
package struct OracleScorer: GroupScorer, Hashable {
  /// Makes the scorer; it has no settings.
  package init() {}

  package var observedTokens: Int? { 0 }

  package var needs: Set<Requirement> { [.decode] }

  /// Its rows come from beyond the prompt, and are not decoded anew.
  package var following: DecodeFollowing? { nil }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func observation(_ evidence: Evidence) throws -> Observation? { try decodeObservation(evidence) }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    try decodeObservation(evidence).scores(
      evidence.recording, layer: layer, kvHead: kvHead, pooling: .none, kernel: 1)
  }

  private func decodeObservation(_ evidence: Evidence) throws -> Observation {
    guard let decode = evidence.decode else { throw EvidenceError.noDecode(policy: "oracle") }
    let tokenCount = evidence.recording.tokenCount
    return Observation(
      rows: evidence.recording.rows(beyond: 0..<decode.count),
      beyond: decode, candidateCount: tokenCount)
  }
}
