import Checkpoint
import Foundation
import TestSupport
import Testing
@testable import Transformer

/// The likeliest next token in bfloat16, as transformers finds it in bfloat16 (`Fixtures/make_bf16.py`).
@Suite(.needsBFloat16)
struct BFloat16ParityTests {
  struct Expected: Decodable {
    let tokens: [Int]
    /// Per token those that are likeliest to follow it; more than one where they are equal.
    let likeliest: [[Int]]
    /// The same in f32.
    let exact: [[Int]]

    /// Places at which rounding does not change the reference's own choice.
    var stableCount: Int { zip(likeliest, exact).count { !Set($0).isDisjoint(with: $1) } }
  }

  private static func expected() throws -> [String: Expected] {
    try JSONDecoder().decode(
      [String: Expected].self,
      from: Data(contentsOf: URL(fileURLWithPath: Places.fixture("bf16.json", in: .module))))
  }

  private static func folder(_ name: String) throws -> String {
    name == "embedded" ? Places.embeddedModel : try Places.fixture(name, in: .module)
  }

  /// Places at which the decoder's likeliest token is one of the reference's.
  private static func agreement(_ name: String, _ expected: Expected) throws -> Int {
    let folder = try folder(name)
    let decoder = try Decoder(
      ModelConfiguration(path: folder + "/config.json"),
      weights: Safetensors(path: folder + "/model.safetensors"),
      precision: .bfloat16)
    let first = try decoder.prefill(Array(expected.tokens[..<1]))
    let cache = KVCache(first, keeping: .all(shape: decoder.shape, tokenCount: 1))
    var logits = first.lastLogits
    var agreeing = 0
    for (position, likeliest) in expected.likeliest.enumerated() {
      let found = try #require(logits.indices.max { logits[$0] < logits[$1] })
      agreeing += likeliest.contains(found) ? 1 : 0
      guard position + 1 < expected.tokens.count else { break }
      logits = try decoder.step([
        LaneInput(cache: cache, token: expected.tokens[position + 1], position: position + 1)
      ])[0].logits
    }
    return agreeing
  }

  @Test func aTrainedModelChoosesAsTransformersInBFloat16() throws {
    let expected = try #require(try Self.expected()["embedded"])
    let agreeing = try Self.agreement("embedded", expected)
    #expect(expected.likeliest.count == 400)
    #expect(Double(agreeing) >= 0.99 * Double(expected.likeliest.count), "\(agreeing)")
  }

  /// Random models have their likeliest tokens close together: rounding changes the reference's own choice at
  /// about one place of 25. The decoder, which rounds at other places, must not differ more often from it
  /// than f32 does, but for one place in a hundred.
  @Test func randomModelsDifferNoMoreThanRoundingExplains() throws {
    let all = try Self.expected().filter { $0.key != "embedded" }
    #expect(all.count == TransformersParityTests.models.count - 2)
    var (agreeing, stable, count) = (0, 0, 0)
    for (name, expected) in all {
      agreeing += try Self.agreement(name, expected)
      stable += expected.stableCount
      count += expected.likeliest.count
    }
    #expect(Double(agreeing) >= Double(stable) - 0.01 * Double(count), "\(agreeing), \(stable) of \(count)")
  }
}
