import Checkpoint
import Foundation
import TestSupport
import Testing
@testable import Transformer

/// A real tiny model from `../shared/data`; where that folder is not beside the project, the test says so and
/// is skipped.
@Suite struct StoriesTests {
  @Test(.enabled(if: Places.hasSharedData, "../shared/data isn't there")) func tellsTheKnownStoryWordForWord()
    throws
  {
    let checkpoint = try Checkpoint(path: #require(Places.sharedData) + "/stories260k")
    let decoder = try Decoder(
      checkpoint.configuration, weights: checkpoint.weights(), precision: .float32)
    let prompt = checkpoint.tokenizer.encode(Array("Once upon a time, there was a little girl".utf8))
    #expect(prompt.map(\.id) == [1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421])
    let recording = try decoder.prefill(prompt.map(\.id))
    let cache = KVCache(
      recording, keeping: .all(shape: decoder.shape, tokenCount: recording.tokenCount))
    let expected = """
       named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted \
      to play with it, but it was too high.\nLily's mom said, "Lily
      """
    var logits = recording.lastLogits
    var tokens: [Int] = []
    while checkpoint.tokenizer.decode(tokens).utf8.count < expected.utf8.count, tokens.count < 100 {
      let token = try #require(logits.indices.max { logits[$0] < logits[$1] })
      let position = prompt.count + tokens.count
      tokens.append(token)
      logits = try decoder.step([LaneInput(cache: cache, token: token, position: position)])[0].logits
    }
    #expect(checkpoint.tokenizer.decode(tokens) == expected)
  }
}
