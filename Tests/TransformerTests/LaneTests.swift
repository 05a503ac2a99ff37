import Checkpoint
import Foundation
import Testing
@testable import Transformer

/// Decode steps over caches of which tokens were evicted, unequally per layer and head.
@Suite struct LaneTests {
  let decoder: Decoder
  let recording: Recording

  init() throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    self.decoder = decoder
    recording = try decoder.prefill(expected.prompt)
  }

  /// Kept positions that differ in number and place from head to head.
  private func unequalSets(_ granularity: Granularity) -> KeptTokens {
    let shape = decoder.shape
    return KeptTokens(
      shape: shape, granularity: granularity, tokenCount: recording.tokenCount,
      positions: (0..<shape.layerCount).map { layer in
        (0..<granularity.headCount(in: shape)).map { head in
          (0..<recording.tokenCount).filter { ($0 * 7 + layer * 3 + head) % (2 + head + layer) == 0 }
        }
      })
  }

  @Test(arguments: Granularity.allCases) func attendsToExactlyTheKeptTokens(_ granularity: Granularity) throws
  {
    let kept = unequalSets(granularity)
    let cache = KVCache(recording, keeping: kept)
    let shape = decoder.shape
    for layer in 0..<shape.layerCount {
      for head in 0..<granularity.headCount(in: shape) {
        #expect(cache.count(layer: layer, head: head) == kept.positions[layer][head].count)
      }
    }
    // The first layer's queries do not depend on the cache, so its attention can be computed by hand.
    let position = recording.tokenCount
    let output = try decoder.step([LaneInput(cache: cache, token: 5, position: position)])[0]
    let head = 1
    let set = granularity.head(forQueryHead: head, in: shape)
    #expect(cache.count(layer: 0, head: set) == kept.positions[0][set].count + 1)
    let full = try decoder.step([
      LaneInput(
        cache: KVCache(recording, keeping: .all(shape: shape, tokenCount: position)), token: 5,
        position: position)
    ])[0]
    #expect(output.queries[0] == full.queries[0])
    #expect(output.queries[1] != full.queries[1])
  }

  @Test func lanesSideBySideEqualLanesAlone() throws {
    let sets = [
      unequalSets(.kvHead), unequalSets(.queryHead),
      .all(shape: decoder.shape, tokenCount: recording.tokenCount),
    ]
    let alone = try sets.map { kept in
      try decoder.step([
        LaneInput(cache: KVCache(recording, keeping: kept), token: 9, position: recording.tokenCount)
      ])[0].logits
    }
    let together = try decoder.step(
      sets.map {
        LaneInput(cache: KVCache(recording, keeping: $0), token: 9, position: recording.tokenCount)
      })
    for (one, many) in zip(alone, together) {
      let difference = zip(one, many.logits).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference < 1e-5)
    }
  }

  @Test func queryHeadCachesOfEverythingEqualKVHeadCachesOfEverything() throws {
    let outputs = try Granularity.allCases.map { granularity in
      try decoder.step([
        LaneInput(
          cache: KVCache(
            recording,
            keeping: .all(shape: decoder.shape, granularity: granularity, tokenCount: recording.tokenCount)),
          token: 9, position: recording.tokenCount)
      ])[0].logits
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test func sameInputGivesSameBytes() throws {
    let again = try decoder.prefill((0..<recording.tokenCount).map { $0 % 90 })
    let once = try decoder.prefill((0..<recording.tokenCount).map { $0 % 90 })
    #expect(again.lastLogits == once.lastLogits)
    func sums(_ recording: Recording) -> [[Float]] {
      recording.layers.map { $0.logSumExp.floats(0..<$0.logSumExp.count) }
    }
    #expect(sums(again) == sums(once))
  }

  @Test func refusesTokensWithoutEmbedding() {
    #expect(throws: TransformerError.tokenOutOfRange(id: 96, vocabularySize: 96)) {
      try decoder.prefill([1, 96])
    }
    #expect(throws: TransformerError.emptyPrompt) { try decoder.prefill([]) }
    #expect(throws: TransformerError.textTooLong(tokenCount: 300, contextLength: 256)) {
      try decoder.prefill(Array(repeating: 3, count: 300))
    }
  }

  @Test func stopsWhenItsTaskIsCancelled() async {
    let decoder = decoder
    let task = Task.detached {
      withUnsafeCurrentTask { $0?.cancel() }
      return try decoder.prefill(Array(repeating: 3, count: 200))
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }
}
