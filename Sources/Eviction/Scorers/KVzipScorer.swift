import Transformer

/// KVzip (Kim et al. 2025, arXiv 2505.23416): what the model attends to while it repeats the context,
/// whatever will be asked about it.
///
///     s[j] = max over rows i of the repetition of softmax(q_i·k / √d)[j], over sinks, j's part and the
///     repetition
///
/// and the largest over the group. The first `sinks` tokens stay. KVzip+, as kvpress has it, divides each row
/// by the norm of what enters the attention, and multiplies each key by ‖Wo v_j‖₂. The method's own budgets
/// are `/global`, or `/global(within=layer)`. kvpress scores with `1/√d` in any model; here a layer's own
/// scale and soft cap hold.
package struct KVzipScorer: Scorer, Hashable {
  /// Tokens that are repeated together.
  package let partLength: Int
  /// First tokens, always kept; they share the attention of every part.
  package let sinkCount: Int
  /// Whether this is KVzip+.
  package let isNormalised: Bool

  /// Makes the scorer.
  package init(partLength: Int = 2048, sinkCount: Int = 4, isNormalised: Bool = false) {
    self.partLength = partLength
    self.sinkCount = sinkCount
    self.isNormalised = isNormalised
  }

  /// Its rows are not the prompt's own.
  package var observedTokens: Int? { 0 }

  package var needs: Set<Requirement> { [.pass(pass)] }

  private var pass: ContextPass {
    .reconstruction(partLength: partLength, sinks: sinkCount, dividesByInputNorm: isNormalised)
  }

  package var grouping: GroupReduction { .max }

  /// A growing cache is not repeated anew.
  package var following: DecodeFollowing? { nil }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    Array(0..<min(sinkCount, tokenCount))
  }

  package func scores(layer: Int, queryHead: Int, evidence: Evidence) throws -> [Float] {
    let name = isNormalised ? "kvzip+" : "kvzip"
    let weights = Array(try evidence.replayed(pass, for: name).highest(layer: layer, queryHead: queryHead))
    guard isNormalised else { return weights }
    guard let output = evidence.output else { throw EvidenceError.noOutputProjection(policy: name) }
    let norms = evidence.recording.projectedValueNorms(
      layer: layer, queryHead: queryHead, matrix: output(layer: layer), hiddenSize: output.hiddenSize,
      norm: .euclidean)
    return zip(weights, norms).map(*)
  }
}
