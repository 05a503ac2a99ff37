import Eviction
import Transformer

extension Recording {
  /// The attention that the true decode queries give each prompt token, `[layer][queryHead][token]`: what recall and mass
  /// recall are measured against (laq.md, "consistency").
  /// - Throws: `CancellationError` unless told not to look for it.
  func trueMass(_ decode: QueryRows, stopsWhenCancelled: Bool = true) throws -> [[[Float]]] {
    try ScoreTable(
      OracleScorer(), evidence: Evidence(recording: self, decode: decode), budget: tokenCount, granularity: .queryHead,
      stopsWhenCancelled: stopsWhenCancelled
    ).layers
  }
}
