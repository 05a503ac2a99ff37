import Eviction
import Transformer

/// The course of an answer under one policy: what its cache says at each token of the full cache's answer,
/// and how much of the attention that chose the token it keeps.
public struct AnswerCourse: Sendable {
  /// One step, the choice of one token.
  public struct Step: Sendable, Hashable {
    /// KL(full ‖ policy) in nats.
    public let divergence: Double?
    /// The entropy of the policy's next tokens in nats.
    public let entropy: Double?
    /// The token that the policy's cache would say.
    public let choice: Int?
    /// Whether that is the full cache's.
    public let agrees: Bool?
    /// What is kept of the attention of the row that chooses the token; nothing for the first one, which the
    /// prompt's own last row chooses.
    public let coverage: Agreement?
  }

  /// The policies' caches count as parted from the full one where the divergence is above this, in nats: the
  /// likeliest tokens' shares have moved by some tenths, whatever token is chosen.
  public static let partingDivergence = 0.1

  /// The policy.
  public let policy: Policy
  /// The steps of the full cache's answer, its end being one.
  public let steps: [Step]
  /// The first token of the policy's own answer that is another.
  public let firstDifference: Int?
  /// The first step whose divergence is above `partingDivergence`.
  public let firstDivergence: Int?

  /// Gathers what a run knows of a result.
  /// - Parameter coverage: what is kept step by step, once it is known.
  public init(_ result: PolicyResult, of run: Run, coverage: StepCoverage?) {
    policy = result.policy
    let reference = run.full?.answer.steps ?? []
    let own = (result.followed ?? result.answer).steps
    let rows = coverage?.rows[result.policy] ?? []
    let isFull = result.policy.keepsEverything
    steps = reference.indices.map { index in
      // Behind the place where an answer parts it says nothing about the full cache's tokens.
      let step = own.indices.contains(index) ? own[index] : nil
      let isCompared = isFull || step?.divergence != nil
      return Step(
        divergence: isFull ? 0 : step?.divergence.map(Double.init),
        entropy: isCompared ? step?.entropy.map(Double.init) : nil,
        choice: isCompared ? step?.choice : nil,
        agrees: isCompared ? step.map { $0.choice == reference[index].choice } : nil,
        coverage: rows.indices.contains(index - 1) ? rows[index - 1] : nil)
    }
    firstDifference =
      isFull || !result.hasAnswer
      ? nil
      : run.full.flatMap {
        result.answer.firstDifference(from: $0.answer)
      }
    firstDivergence = steps.firstIndex { $0.divergence.map { $0 > Self.partingDivergence } ?? false }
  }
}
