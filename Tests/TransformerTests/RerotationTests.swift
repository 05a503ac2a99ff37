import Testing

@testable import Transformer

/// Keys that move to other positions.
@Suite struct RerotationTests {
  /// Models whose frequencies are plain, scaled, and dependent on the text's length.
  static let models = ["gqa-tied", "llama-linear", "llama-llama3", "llama-yarn", "llama-dynamic"]

  /// The first layer's keys depend on a token and its position alone: moved together, those of a part of a
  /// prompt are those of a prompt that consists of the part.
  @Test(arguments: models) func movedKeysEqualThoseOfAShorterPrompt(_ name: String) throws {
    let (decoder, expected) = try TransformersParityTests.open(name)
    let prompt = expected.prompt
    let recording = try decoder.prefill(prompt)
    let chosen = Array(stride(from: 3, to: prompt.count, by: 2))
    let short = try decoder.prefill(chosen.map { prompt[$0] })
    let shape = decoder.shape
    let kept = KeptTokens(
      shape: shape, granularity: .kvHead, tokenCount: prompt.count,
      positions: Array(repeating: Array(repeating: chosen, count: shape.kvHeadCount), count: shape.layerCount)
    )
    let rotation = decoder.keyRotation(tokenCount: prompt.count, length: chosen.count)
    let cache = KVCache(recording, keeping: kept, rotation: rotation, isPlain: true)
    #expect(cache.nextPosition == chosen.count)
    for head in 0..<shape.kvHeadCount {
      let width = chosen.count * shape.headDimension
      let wanted = short.layers[0].keys.floats(head * width..<(head + 1) * width)
      let moved = cache.heads[0][head]
      #expect(moved.positions == Array(chosen.indices))
      let difference = zip(moved.keys, wanted).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference < 2e-5 * (wanted.map(abs).max() ?? 1) + 1e-5, "\(name)")
    }
  }

  @Test func aPrefixStaysWhereItIs() throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    let recording = try decoder.prefill(expected.prompt)
    let shape = decoder.shape
    let kept = KeptTokens(
      shape: shape, granularity: .kvHead, tokenCount: recording.tokenCount,
      positions: Array(
        repeating: Array(repeating: Array(0..<5), count: shape.kvHeadCount), count: shape.layerCount))
    let plain = KVCache(recording, keeping: kept)
    let moved = KVCache(
      recording, keeping: kept, rotation: decoder.keyRotation(tokenCount: recording.tokenCount, length: 5))
    #expect(plain.heads[0][0].keys == moved.heads[0][0].keys)
    let logits = try [plain, moved].map {
      try decoder.step([LaneInput(cache: $0, token: 7, position: 5)])[0].logits
    }
    #expect(logits[0] == logits[1])
  }

  @Test func headsOfUnequalLengthEndTogether() throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    let recording = try decoder.prefill(expected.prompt)
    let shape = decoder.shape
    let kept = KeptTokens(
      shape: shape, granularity: .queryHead, tokenCount: recording.tokenCount,
      positions: (0..<shape.layerCount).map { layer in
        (0..<shape.queryHeadCount).map { head in Array(0..<(1 + (layer + head) % 5)) }
      })
    let cache = KVCache(
      recording, keeping: kept,
      rotation: decoder.keyRotation(tokenCount: recording.tokenCount, length: kept.longestCount))
    #expect(cache.nextPosition == 5)
    for head in cache.heads.joined() {
      #expect(head.positions == Array(5 - head.positions.count..<5))
    }
  }
}
