import Checkpoint
import Foundation
import Testing
@testable import Transformer

/// A prompt's beginning that has passed before need not pass again: the recording is that of a prefill of the
/// whole.
@Suite struct PrefixTests {
  /// Families with a sliding window, layers without positions, soft caps, and rotations that depend on the
  /// length.
  static let families = [
    "gqa-tied", "mistral-window", "qwen2-window", "smollm3", "gemma2", "gemma3", "phi3", "llama-yarn",
    "llama-dynamic",
    "phi3-longrope",
  ]

  /// The largest difference of anything that two recordings hold.
  static func difference(_ one: Recording, _ other: Recording) -> Float {
    func largest(_ a: [Float], _ b: [Float]) -> Float {
      a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
    }
    return zip(one.layers, other.layers).reduce(largest(one.lastLogits, other.lastLogits)) { most, pair in
      let vectors = [\LayerRecording.queries, \.keys, \.values].map {
        largest(
          pair.0[keyPath: $0].floats(0..<pair.0[keyPath: $0].count),
          pair.1[keyPath: $0].floats(0..<pair.1[keyPath: $0].count))
      }
      return max(
        most, vectors.max() ?? 0,
        largest(
          pair.0.logSumExp.floats(0..<pair.0.logSumExp.count),
          pair.1.logSumExp.floats(0..<pair.1.logSumExp.count)))
    }
  }

  /// The prompt of a family's comparison, made longer.
  static func open(_ name: String, precision: Precision = .float32) throws -> (Decoder, [Int]) {
    let (decoder, expected) = try TransformersParityTests.open(name, precision: precision)
    return (decoder, expected.prompt + expected.prompt.prefix(90))
  }

  @Test(arguments: families) func goingOnEqualsAPrefillOfTheWhole(_ name: String) throws {
    let (decoder, tokens) = try Self.open(name)
    let whole = try decoder.prefill(tokens)
    for count in [1, 100, 128, 200, tokens.count] {
      let prefix = try decoder.prefill(Array(tokens.prefix(count)))
      let continued = try decoder.prefill(tokens, after: RecordedPrefix(prefix, count: count))
      #expect(Self.difference(continued, whole) == 0, "after \(count)")
    }
  }

  /// Another question: the earlier prompt has another end.
  @Test(arguments: families) func anotherEndLeavesNoTrace(_ name: String) throws {
    try Self.checkAnotherEnd(name, .float32)
  }

  @Test(.needsBFloat16, arguments: families) func anotherEndLeavesNoTraceInBFloat16(_ name: String) throws {
    try Self.checkAnotherEnd(name, .bfloat16)
  }

  private static func checkAnotherEnd(_ name: String, _ precision: Precision) throws {
    let (decoder, tokens) = try Self.open(name, precision: precision)
    let earlier = try decoder.prefill(tokens)
    let other = Array(tokens.prefix(140) + tokens.prefix(85))
    let continued = try decoder.prefill(other, after: RecordedPrefix(earlier, count: 140))
    #expect(difference(continued, try decoder.prefill(other)) == 0)
  }

  /// What is known does not pass again: foreign keys in the prefix are still there.
  @Test func thePrefixDoesNotPassAgain() throws {
    let (decoder, tokens) = try Self.open("gqa-tied")
    let other = try decoder.prefill(tokens.reversed())
    var passed = 0
    let mixed = try decoder.prefill(tokens, after: RecordedPrefix(other, count: 170)) {
      passed = $0.tokenCount
    }
    #expect(passed == tokens.count - 128)
    let dimension = decoder.shape.headDimension
    #expect(
      mixed.layers[1].keys.floats(0..<128 * dimension) == other.layers[1].keys.floats(0..<128 * dimension))
  }

  /// Dynamic scaling and LongRoPE rotate by the length, a recording may lack queries: then the whole prompt
  /// passes.
  @Test func aPrefixOfNoUseIsComputedAnew() throws {
    for (name, count, rest) in [
      ("llama-dynamic", 200, 240), ("phi3-longrope", 50, 240), ("phi3-longrope", 200, 112),
    ] {
      let (decoder, tokens) = try Self.open(name)
      let prefix = try decoder.prefill(Array(tokens.prefix(count)))
      var passed = 0
      _ = try decoder.prefill(tokens, after: RecordedPrefix(prefix, count: count)) { passed = $0.tokenCount }
      #expect(passed == rest, "\(name) after \(count)")
    }
    let (decoder, tokens) = try Self.open("gqa-tied")
    let windowed = try decoder.prefill(tokens, firstQueryPosition: 120)
    for (first, rest) in [(0, 240), (119, 240), (120, 112), (130, 112)] {
      var passed = 0
      let found = try decoder.prefill(
        tokens, after: RecordedPrefix(windowed, count: 200), firstQueryPosition: first
      ) {
        passed = $0.tokenCount
      }
      #expect(passed == rest)
      #expect(Self.difference(found, try decoder.prefill(tokens, firstQueryPosition: first)) == 0)
    }
  }
}
