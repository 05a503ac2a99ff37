/// Every policy, in the order in which screens and help list them. A new one is a scorer's file and an
/// entry in the part of its kind.
public enum PolicyRegistry {
  /// All descriptors.
  public static let all: [PolicyDescriptor] =
    ends + lookahead + observation + matrix + statistics + geometry + passes + trained

  /// What policies are measured against from above and from below, and by the answer itself.
  private static let ends: [PolicyDescriptor] = [
    PolicyDescriptor(
      "full", aliases: ["fullkv"], title: "full", looksAt: "nothing: every token stays",
      source: "the ceiling",
      cost: "none"
    ) { _ in nil },
    PolicyDescriptor(
      "oracle", title: "oracle", looksAt: "the true decode queries of the full cache's answer",
      source: "the truth that policies are measured against", cost: "the full cache's answer"
    ) { _ in OracleScorer() },
  ]
}
