import Foundation
import Testing
import Transformer

@testable import Eviction

/// No score that orders tokens is NaN or infinite, whatever the vectors are; where one is all the same, the
/// policy says so and chooses nothing.
@Suite struct FiniteScoresTests {
  /// Vectors of finite models that strain a scorer's arithmetic.
  struct Strain: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let query: ClosedRange<Float>
    let key: ClosedRange<Float>
    let value: ClosedRange<Float>
  }

  static let strains = [
    Strain(testDescription: "products far below 0", query: 4...6, key: -6 ... -4, value: -2...2),
    Strain(testDescription: "products far above 0", query: 4...6, key: 4...6, value: -2...2),
    Strain(testDescription: "large numbers", query: -90...90, key: -90...90, value: -300...300),
    Strain(testDescription: "small numbers", query: -1e-6...1e-6, key: -1e-6...1e-6, value: -1e-6...1e-6),
    Strain(testDescription: "equal tokens", query: 1...1, key: 2...2, value: 3...3),
    Strain(testDescription: "zeros", query: 0...0, key: 0...0, value: 0...0),
  ]

  /// Whole chunks, and one that is filled up, of scorers that look at chunks.
  static let names =
    PolicyRegistry.all.map(\.name).filter { $0 != "full" } + [
      "noncausal(chunk=16)", "noncausal(chunk=48)", "lagkv(lag=8)", "expected(covariance=off)",
      "snapkv/ada+critical", "expected/cake",
    ]

  @Test(arguments: strains) func everyScoreIsAFiniteNumber(_ strain: Strain) throws {
    for tokenCount in [1, 60, 96] {
      let evidence = RandomEvidence(
        shape: RegistryTests.shape, tokenCount: tokenCount, seed: 5, query: strain.query, key: strain.key,
        value: strain.value
      ).evidence
      for name in Self.names {
        let policy = try Policy(parsing: name)
        for granularity in Granularity.allCases {
          let scores = try policy.evict(evidence, budget: 16, granularity: granularity).scores
          let odd = scores?.layers.joined().joined().first { !$0.isFinite }
          #expect(odd == nil, "\(name) of \(tokenCount) tokens")
        }
      }
    }
  }

  /// The attention that tokens of a chunk give each other, in plain sums.
  @Test func noncausalScoresOrderTokensWhoseProductsAreFarBelowZero() throws {
    let made = RandomEvidence(
      shape: ModelShape(layerCount: 1, queryHeadCount: 1, kvHeadCount: 1, headDimension: 8), tokenCount: 16,
      seed: 6, query: 4...6, key: -6 ... -4)
    let (queries, keys, values) = (made.queries[0][0], made.keys[0][0], made.values[0][0])
    func product(_ a: [Float], _ i: Int, _ b: [Float], _ j: Int) -> Double {
      var sum = 0.0
      for k in 0..<8 { sum += Double(a[i * 8 + k]) * Double(b[j * 8 + k]) }
      return sum
    }
    var received = [Double](repeating: 0, count: 16)
    for row in 0..<16 {
      let logits = (0..<16).map { product(queries, row, keys, $0) }
      let top = logits.max() ?? 0
      #expect(top < -88, "the case that is meant")
      let weights = logits.map { exp($0 - top) }
      let total = weights.reduce(0, +)
      for key in 0..<16 { received[key] += weights[key] / total }
    }
    var weighed: [Double] = []
    for token in 0..<16 {
      weighed.append(received[token] * product(values, token, values, token).squareRoot())
    }
    let padded: [Double] = [0.0] + weighed + [0.0]
    var pooled: [Double] = []
    for token in 0..<16 { pooled.append(padded[token...token + 2].reduce(0, +)) }
    let expected = pooled.indices.sorted { pooled[$0] > pooled[$1] }.prefix(5).sorted()
    let kept = try Policy(parsing: "noncausal(chunk=16)").evict(
      made.evidence, budget: 5, granularity: .kvHead)
    #expect(kept.kept.positions == [[Array(expected)]])
  }

  /// A NaN of a trace, or of a model's layer that its logits do not hang on.
  @Test func anOddNumberIsNamedAndNothingIsChosen() throws {
    let whole = RegistryTests.evidence.recording
    let layers = whole.layers.enumerated().map { index, layer in
      var keys = layer.keys.floats(0..<layer.keys.count)
      if index == 1 { keys[RegistryTests.tokenCount * 8 + 3 * 8] = .nan }
      return LayerRecording(
        queries: layer.queries, keys: VectorStorage(keys), values: layer.values, logSumExp: layer.logSumExp)
    }
    let evidence = Evidence(
      recording: Recording(
        shape: whole.shape, tokenCount: whole.tokenCount, layers: layers, lastLogits: []))
    for name in ["knorm", "keydiff", "observed"] {
      let error = #expect(throws: EvidenceError.self) {
        _ = try Policy(parsing: name).evict(evidence, budget: 16, granularity: .kvHead)
      }
      guard case .notFinite(name, layer: 2, head: 2, position: _)? = error else {
        Issue.record("\(name): \(String(describing: error))")
        continue
      }
      #expect(error?.description.contains("layer 2, head 2") == true)
    }
  }
}
