import Checkpoint
import Foundation
import Testing
@testable import Transformer

/// Tokens that are told to several caches at once, against the same tokens decoded one by one.
@Suite struct ToldTests {
  /// What a model says when everything is decoded.
  private struct Case {
    let decoder: Decoder
    let recording: Recording
    let tokens: [Int]

    init(_ model: String) throws {
      let (decoder, expected) = try TransformersParityTests.open(model)
      self.decoder = decoder
      recording = try decoder.prefill(expected.prompt)
      tokens = Array((0..<19).map { (expected.prompt[$0 % expected.prompt.count] + 7 * $0) % 50 })
    }

    /// Every third token, and in one layer others, too.
    func kept(_ granularity: Granularity, changing layer: Int? = nil) -> KeptTokens {
      let count = recording.tokenCount
      let shape = decoder.shape
      return KeptTokens(
        shape: shape, granularity: granularity, tokenCount: count,
        positions: (0..<shape.layerCount).map { index in
          (0..<granularity.headCount(in: shape)).map { head in
            (0..<count).filter { ($0 + head) % 3 == 0 || index == layer && $0 % 2 == 0 }
          }
        })
    }

    /// The logits behind each token.
    func decoded(_ kept: KeptTokens) throws -> [[Float]] {
      let cache = KVCache(recording, keeping: kept)
      return try tokens.enumerated().map { index, token in
        try decoder.step([
          LaneInput(cache: cache, token: token, position: recording.tokenCount + index)
        ])[0].logits
      }
    }
  }

  private static func expectSame(_ a: [Float], _ b: [Float], _ comment: String) {
    // Products of one row and of several differ by rounding.
    let difference = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    let scale = b.map(abs).max() ?? 1
    #expect(a.count == b.count && difference <= 1e-4 * scale, "\(comment): \(difference) of \(scale)")
  }

  @Test(arguments: ["gqa-tied", "gemma3", "mistral-window", "qwen3"]) func saysWhatIsDecodedTokenByToken(
    _ model: String
  ) throws {
    let told = try Case(model)
    for granularity in Granularity.allCases {
      let sets = [nil, 0, told.decoder.shape.layerCount - 1].map {
        told.kept(granularity, changing: $0)
      }
      var said = [[Int: [Float]]](repeating: [:], count: sets.count)
      _ = try told.decoder.tell(
        told.tokens, from: told.recording.tokenCount,
        to: sets.map { ToldLane(KVCache(told.recording, keeping: $0)) }, answersFrom: 3
      ) { lane, token, logits in
        said[lane][token] = logits
        return lane != 1 || token < 5
      }
      for (lane, kept) in sets.enumerated() {
        let decoded = try told.decoded(kept)
        let last = lane == 1 ? 5 : told.tokens.count - 1
        #expect(said[lane].keys.sorted() == Array(3...last), "a lane that is not asked on ends")
        for (token, logits) in said[lane] {
          Self.expectSame(logits, decoded[token], "\(model) lane \(lane) token \(token)")
        }
      }
    }
  }

  /// A cache that differs from a layer on begins with the states of the other, and needs no layer below.
  @Test func lowerLayersAreTakenFromAnotherCache() throws {
    let told = try Case("gqa-tied")
    let position = told.recording.tokenCount
    let base = try #require(
      try told.decoder.tell(
        told.tokens, from: position,
        to: [ToldLane(KVCache(told.recording, keeping: told.kept(.kvHead)))],
        answersFrom: told.tokens.count, keepsStates: true
      ) { _, _, _ in true })
    let count = told.decoder.shape.layerCount
    // Lanes in any order.
    let layers = Array((0..<count).reversed())
    var said = [[Float]](repeating: [], count: count)
    _ = try told.decoder.tell(
      told.tokens, from: position,
      to: layers.map { layer in
        ToldLane(
          KVCache(
            told.recording, keeping: told.kept(.kvHead, changing: layer), rotation: nil, isPlain: false,
            fromLayer: layer), from: layer)
      }, base: base, answersFrom: told.tokens.count - 1
    ) { lane, _, logits in
      said[lane] = logits
      return true
    }
    let plain = try told.decoded(told.kept(.kvHead))
    for (lane, layer) in layers.enumerated() {
      let decoded = try told.decoded(told.kept(.kvHead, changing: layer))
      Self.expectSame(said[lane], decoded[told.tokens.count - 1], "layer \(layer)")
      #expect(decoded[told.tokens.count - 1] != plain[told.tokens.count - 1], "the layer matters")
    }
  }
}
