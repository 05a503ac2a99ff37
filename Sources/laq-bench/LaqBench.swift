import ArgumentParser
import Checkpoint
import Foundation
import Transformer

/// Measures the engine on random weights in the sizes of public models, and prints the rates as JSON.
@main
struct LaqBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laq-bench",
    abstract: "Tokens per second of prefill (recording included) and decoding, as JSON.")

  @Option(help: "The model's sizes.") var model: [ModelSizes] = ModelSizes.allCases
  @Option(help: "Prompt lengths.") var prefill: [Int] = [512, 2048, 8192]
  @Option(help: "Prompt lengths over which KVzip and KVCompose pass again.") var passes: [Int] = [2048]
  @Option(help: "Tokens in the cache before decoding.") var depth: [Int] = [0, 4096]
  @Option(help: "Kept tokens of the small cache at the greatest depth.") var budget = 256
  @Option(help: "Tokens decoded per measurement.") var tokens = 32
  @Option(help: "Measurements of each; the fastest counts.") var repeats = 3
  @Option(help: "plain (in the precision of the products) or q8_0.") var weights = WeightFormat.plain
  @Flag(help: "Measure the cost of the policies instead, at the first prompt length.") var policies = false
  @Option(help: "Policies to measure; the standard list unless given.") var policy: [String] = []
  @Option(help: "automatic, float32 or bfloat16.") var precision = Precision.automatic

  @Flag(help: "Measure frames of a long text instead: milliseconds from key to screen, bytes for each key.") var frames = false

  func run() async throws {
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
      var results: [Measurement] = []
      for length in prefill { results.append(try bench.prefill(length)) }
      for length in passes { results += try bench.passes(length) }
      for depth in depth { results += try bench.decode(depth: depth, tokens: tokens, budget: budget) }
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
  let tokensPerSecond: Double
}
