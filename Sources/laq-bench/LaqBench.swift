import ArgumentParser
import Checkpoint
import Foundation
import Transformer

/// Measures the engine on random weights in the sizes of public models, and prints the rates as JSON.
@main
struct LaqBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laq-bench",
    abstract: "Tokens per second of prefill (recording included) and decoding, as JSON.",
    discussion: """
      Without --prefill, --passes and --depth: all that the README's figures are made of. Peers/README.md says how \
      llama.cpp and torch are measured beside it.
      """)

  @Option(help: "The model's sizes.") var model: [ModelSizes] = ModelSizes.allCases
  @Option(help: "Prompt lengths.") var prefill: [Int] = []
  @Option(help: "Prompt lengths over which KVzip and KVCompose pass again.") var passes: [Int] = []
  @Option(help: "Tokens in the cache before decoding.") var depth: [Int] = []
  @Option(help: "Kept tokens of the small caches.") var budget = 256
  @Option(help: "Tokens decoded per measurement.") var tokens = 32
  @Option(help: "Measurements of each; the fastest counts.") var repeats = 3
  @Option(help: "plain (in the precision of the products) or q8_0.") var weights = WeightFormat.plain
  @Flag(help: "Measure the cost of the policies instead, at the first prompt length.") var policies = false
  @Option(help: "Policies to measure; the standard list unless given.") var policy: [String] = []
  @Option(help: "automatic, float32 or bfloat16.") var precision = Precision.automatic

  @Flag(help: "Measure frames of a long text instead: milliseconds from key to screen, bytes for each key.") var frames = false

  @Option(help: "Press so many random keys on texts that passed through the embedded model instead; fails above 100 ms a key.")
  var keys: Int?

  func run() async throws {
    if let keys { return try await KeyBench(keys: max(1, keys)).run() }
    if frames { return try await FrameBench().run() }
    for sizes in model {
      let decoder = try Decoder(sizes.configuration(), weights: RandomWeights(format: weights), precision: precision)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      if policies {
        let costs = try PolicyBench(decoder: decoder, repeats: max(1, repeats)).costs(
          policy.isEmpty ? PolicyBench.standard : policy, tokenCount: prefill.first ?? 2048, budget: budget)
        print(String(decoding: try encoder.encode([sizes.rawValue: costs]), as: UTF8.self))
        continue
      }
      let bench = Bench(decoder: decoder, repeats: max(1, repeats))
      let isAll = prefill.isEmpty && passes.isEmpty && depth.isEmpty
      var results = [Measurement(name: "memory read", gigabytesPerSecond: MemoryRead.gigabytesPerSecond(repeats: repeats))]
      let weightBytes = sizes.weightCount(try sizes.configuration()) * weights.bytesPer32(precision) / 32
      for length in isAll ? [512, 2048, 8192] : prefill { results.append(try bench.prefill(length)) }
      for length in isAll ? [2048] : passes { results += try bench.passes(length) }
      for depth in isAll ? [0, 4096] : depth {
        results += try bench.decode(depth: depth, tokens: tokens, budget: budget, weightBytes: weightBytes)
      }
      let report = Report(
        model: sizes.rawValue, precision: precision.usesBFloat16 ? "bf16" : "f32", weights: weights.rawValue,
        peakResidentMiB: Bench.peakResidentMiB, results: results)
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
  }
}

extension Precision: ExpressibleByArgument {}

/// What is printed for a model.
struct Report: Encodable {
  let model: String
  let precision: String
  let weights: String
  /// The most memory that was resident so far, all measurements of this model included.
  let peakResidentMiB: Double
  let results: [Measurement]
}

/// One measured rate.
struct Measurement: Encodable {
  let name: String
  var tokensPerSecond: Double?
  /// What was read from memory; of decoding on small caches: the weights, which bound it.
  var gigabytesPerSecond: Double?
}
