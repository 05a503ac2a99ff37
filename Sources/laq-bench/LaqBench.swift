import ArgumentParser
import Checkpoint
import Exploration
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
      llama.cpp and torch are measured beside it, on the same files. LAQ_CPU=avx2 measures as on an older CPU.
      """)

  @Option(help: "The model's sizes.") var model: [ModelSizes] = ModelSizes.allCases
  @Option(help: "A GGUF file to measure in place of random weights, in the formats that it has.")
  var file: String?
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

  @Flag(help: "Measure how long stopping takes at every stage of a prompt of the first length instead.")
  var cancel = false
  @Flag(help: "Measure frames of a long text instead: milliseconds from key to screen, bytes for each key.")
  var frames = false

  @Flag(help: "Measure waits instead: for a new policy, and for a key's screen while the model decodes.")
  var responses = false
  @Option(
    help:
      "Press so many random keys on texts that passed through the embedded model instead; fails above 100 ms a key."
  )
  var keys: Int?

  func validate() throws {
    do { try InstructionSet.checkSetting() } catch { throw ValidationError(String(describing: error)) }
    for (name, values) in [
      ("--prefill", prefill), ("--passes", passes), ("--tokens", [tokens]), ("--budget", [budget]),
      ("--repeats", [repeats]),
      ("--keys", keys.map { [$0] } ?? []),
    ] {
      if let value = values.first(where: { $0 < 1 }) {
        throw ValidationError("\(name) is \(value); give a number from 1 on.")
      }
    }
    if file != nil, keys != nil || responses || frames || cancel || policies {
      throw ValidationError("--file is measured by --prefill, --passes and --depth; leave the other one out.")
    }
    if let value = depth.first(where: { $0 < 0 }) {
      throw ValidationError("--depth is \(value); give a number from 0 on.")
    }
  }

  func run() async throws {
    if let keys { return try await KeyBench(keys: keys).run() }
    if responses { return try await ResponseBench().run() }
    if frames { return try await FrameBench().run() }
    // One document, however many models there are.
    if cancel {
      try show(
        try await reports {
          try await CancelBench(sizes: $0, weights: weights, tokenCount: prefill.first ?? 8192).reports()
        })
    } else if policies {
      try show(try await reports { try costs($0) })
    } else if let file {
      let subject = try Subject(file: file)
      try show([subject.name: try rates(subject)])
    } else {
      try show(try await reports { try rates(Subject($0, weights, precision)) })
    }
  }

  private func reports<Value>(_ measure: (ModelSizes) async throws -> Value) async throws -> [String: Value] {
    var reports: [String: Value] = [:]
    for sizes in model { reports[sizes.rawValue] = try await measure(sizes) }
    return reports
  }

  private func show(_ report: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }

  private func costs(_ sizes: ModelSizes) throws -> PolicyBench.Costs {
    let decoder = try Subject(sizes, weights, precision).decoder(precision)
    return try PolicyBench(decoder: decoder, repeats: repeats).costs(
      policy.isEmpty ? PolicyBench.standard : policy, tokenCount: prefill.first ?? 2048, budget: budget)
  }

  private func rates(_ subject: Subject) throws -> Report {
    let read = Measurement(
      name: "memory read", gigabytesPerSecond: MemoryRead.gigabytesPerSecond(repeats: repeats))
    // What was read is no part of what the model takes, nor is an earlier model.
    _ = ResidentMemory.forgetPeak()
    let bench = Bench(decoder: try subject.decoder(precision), repeats: repeats)
    let isAll = prefill.isEmpty && passes.isEmpty && depth.isEmpty
    var results = [read]
    for length in isAll ? [512, 2048, 8192] : prefill { results.append(try bench.prefill(length)) }
    for length in isAll ? [2048] : passes { results += try bench.passes(length) }
    for depth in isAll ? [0, 4096] : depth {
      results += try bench.decode(
        depth: depth, tokens: tokens, budget: budget, weightBytes: subject.weightBytes)
    }
    return Report(
      precision: precision.usesBFloat16 ? "bf16" : "f32", instructions: InstructionSet.used.name,
      weights: subject.weights,
      peakResidentMiB: Double(ResidentMemory.peak ?? 0) / 1_048_576, results: results)
  }
}

extension Precision: ExpressibleByArgument {}

/// What is printed for a model.
struct Report: Encodable {
  let precision: String
  /// The instruction set: the CPU's, or what `LAQ_CPU` lowers it to.
  let instructions: String
  let weights: String
  /// The most memory that was resident during the measurements of this model.
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
