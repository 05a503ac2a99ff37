import Transformer

/// A trained policy after Attention-Gate (Zeng et al. 2024, arXiv 2410.12876): a small network beside the
/// frozen model (`Gate`) has looked at the whole prompt, and its logit for a token and KV head is the score.
///
/// The paper keeps what lies above a threshold; here the budget decides how many stay, as for every other
/// policy. All query heads of a group have their KV head's logit. It protects nothing: what the end of the
/// prompt is worth is learnt, too. Logits may be negative, and `+critical` multiplies scores: with it the
/// order means little.
///
/// The gate is given the layers' inputs along with the prefill (`Evidence.gate`), as in the paper. Keys,
/// values and queries, which are recorded anyway, would have served recorded traces, too; but they are
/// positions turned and heads apart, and what a whole sentence is about stands in the residual stream.
package struct GateScorer: Scorer, Hashable {
  /// Makes the scorer; it has no settings.
  package init() {}

  /// The gate looks at hidden states, not at recorded queries.
  package var observedTokens: Int? { 0 }

  package var needs: Set<Requirement> { [.gate] }

  /// Decoded tokens have passed no gate.
  package var following: DecodeFollowing? { nil }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func scores(layer: Int, queryHead: Int, evidence: Evidence) throws -> [Float] {
    guard let gate = evidence.gate else { throw EvidenceError.noGate(policy: "gate") }
    return gate.layers[layer][queryHead / evidence.recording.shape.groupSize]
  }
}
