import Eviction
import Exploration
import Transformer

/// What the policies cost beside a prefill: scoring and selection over all layers and heads.
struct PolicyBench {
  let decoder: Decoder
  let repeats: Int

  /// One policy's cost.
  struct Cost: Encodable {
    let policy: String
    let seconds: Double
    /// The seconds' share of the prefill's.
    let shareOfPrefill: Double
  }

  /// All costs on a prompt of some length.
  struct Costs: Encodable {
    let tokens: Int
    let budget: Int
    let prefillSeconds: Double
    let policies: [Cost]
  }

  /// Every scorer with its defaults but for those that pass the prompt again (`--passes`) and for the trained
  /// one, which has no gate for random weights; and SnapKV under every allocation.
  static let standard: [String] =
    PolicyRegistry.all.filter { descriptor in
      guard let policy = Policy(descriptor.name) else { return false }
      return !policy.keepsEverything && policy.pass == nil && !policy.needs.contains(.gate)
    }.map(\.name)
    + ["snapkv(style=kvpress)"]
    + PolicyRegistry.allocations.dropFirst().map { "snapkv/\($0.name)" }
    // A profile of heads is a file of a person's own.
    .filter { Policy($0)?.profilePath == nil } + ["snapkv+critical"]

  /// Measures policies by name; lookahead and decode queries are stood in for by queries of the prompt's end,
  /// whose decoding is not measured.
  func costs(_ names: [String], tokenCount: Int, budget: Int) throws -> Costs {
    let tokens = Bench(decoder: decoder, repeats: repeats).prompt(tokenCount)
    let bench = Bench(decoder: decoder, repeats: repeats)
    let prefill = try bench.fastest { _ = try decoder.prefill(tokens) }
    let recording = try decoder.prefill(tokens)
    let rows = recording.newestQueries(8)
    let evidence = Evidence(
      recording: recording, lookahead: rows, decode: rows, output: decoder.outputProjection)
    let costs = try names.map { name in
      let policy = try Policy(parsing: name)
      let seconds = try bench.fastest { _ = try policy.evict(evidence, budget: budget, granularity: .kvHead) }
      return Cost(policy: name, seconds: seconds, shareOfPrefill: seconds / prefill)
    }
    return Costs(tokens: tokenCount, budget: budget, prefillSeconds: prefill, policies: costs)
  }
}
