import Checkpoint
import Foundation
import Testing
@testable import Transformer

/// What replays measure equals what the rows of a prefill of prompt and replay attend to.
@Suite struct ReplayTests {
  static let families = [
    "mha-untied", "gqa-tied", "mistral-window", "smollm3", "gemma2", "gemma3", "phi3", "qwen3",
  ]

  /// The highest weights of some positions of a whole text, for its first `tokenCount` keys.
  static func highest(_ whole: Recording, from tokenCount: Int, layer: Int, queryHead: Int) -> [Float] {
    var highest = [Float](repeating: 0, count: tokenCount)
    for position in tokenCount..<whole.tokenCount {
      let row = whole.attention(layer: layer, queryHead: queryHead, row: .prompt(position: position))
      for key in 0..<tokenCount { highest[key] = max(highest[key], row[key]) }
    }
    return highest
  }

  static func compare(
    _ found: ReplayedAttention, _ shape: ModelShape, tolerance: Float = 2e-5,
    _ expected: (Int, Int) -> [Float]
  ) {
    for layer in 0..<shape.layerCount {
      for head in 0..<shape.queryHeadCount {
        let difference = zip(found.highest(layer: layer, queryHead: head), expected(layer, head)).map {
          abs($0 - $1)
        }.max()
        #expect(difference ?? 1 < tolerance, "layer \(layer), head \(head)")
      }
    }
  }

  @Test(arguments: families, [5, 64, 512])
  func theModelsOwnAttentionIsThatOfAPrefill(_ name: String, _ chunkSize: Int) throws {
    let (decoder, expected) = try TransformersParityTests.open(name)
    let (prompt, more) = (Array(expected.prompt[..<70]), Array(expected.prompt[70...]))
    let whole = try decoder.prefill(expected.prompt)
    let found = try decoder.replay(
      [Replay(tokens: more, measured: prompt.indices)], over: decoder.prefill(prompt), chunkSize: chunkSize)
    Self.compare(found, decoder.shape) { Self.highest(whole, from: 70, layer: $0, queryHead: $1) }
  }

  /// The definition, in double precision on recorded queries and keys.
  @Test(arguments: ["gqa-tied", "gemma2"])
  func aSoftmaxOverChosenKeysLeavesTheOthersOut(_ name: String) throws {
    let (decoder, expected) = try TransformersParityTests.open(name)
    let whole = try decoder.prefill(expected.prompt)
    let (count, chosen) = (100, [0..<4, 37..<81])
    let replay = Replay(
      tokens: Array(expected.prompt[count...]), measured: 37..<81, softmax: .chosen(chosen))
    let found = try decoder.replay(
      [replay], over: decoder.prefill(Array(expected.prompt[..<count])), chunkSize: 33)
    Self.compare(found, decoder.shape) { layer, head in
      var highest = [Float](repeating: 0, count: count)
      for position in count..<whole.tokenCount {
        let keys = chosen.joined() + Array(count...position)
        let scores = keys.map { Self.score(whole, layer: layer, queryHead: head, position, key: $0) }
        let sum = scores.reduce(0) { $0 + exp($1) }
        for (key, score) in zip(keys, scores) where (37..<81).contains(key) {
          highest[key] = max(highest[key], Float(exp(score) / sum))
        }
      }
      return highest
    }
  }

  private static func score(_ recording: Recording, layer: Int, queryHead: Int, _ position: Int, key: Int)
    -> Double
  {
    let dimension = recording.shape.headDimension
    let (layer, rule) = (recording.layers[layer], recording.rules[layer])
    let query = layer.queries.floats(
      recording.queryIndex(queryHead, at: position)..<recording.queryIndex(queryHead, at: position)
        + dimension)
    let start = (queryHead / recording.shape.groupSize * recording.tokenCount + key) * dimension
    let dot = zip(query, layer.keys.floats(start..<start + dimension)).reduce(0.0) {
      $0 + Double($1.0) * Double($1.1)
    }
    let scaled = dot * Double(rule.scale)
    return rule.softCap.map { Double($0) * tanh(scaled / Double($0)) } ?? scaled
  }

  @Test func replaysDoNotSeeEachOther() throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    let recording = try decoder.prefill(Array(expected.prompt[..<90]))
    let replays = [
      Replay(tokens: Array(expected.prompt[90...]), measured: 0..<50, softmax: .chosen([0..<50])),
      Replay(tokens: [5, 6, 7], measured: 50..<90, softmax: .chosen([0..<4, 50..<90])),
    ]
    let together = try decoder.replay(replays, over: recording)
    for replay in replays {
      let alone = try decoder.replay([replay], over: recording)
      for layer in 0..<decoder.shape.layerCount {
        for head in 0..<decoder.shape.queryHeadCount {
          let (one, all) = (
            alone.highest(layer: layer, queryHead: head), together.highest(layer: layer, queryHead: head)
          )
          let shift = one.startIndex
          for position in 0..<90 {
            let isMeasured = replay.measured.contains(position)
            #expect(one[shift + position] == (isMeasured ? all[shift + position] : 0))
          }
        }
      }
    }
  }

  /// Norms divide rows before the highest is taken.
  @Test func aRowsWeightsAreDividedByItsInputNorm() throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    let recording = try decoder.prefill(expected.prompt)
    func weights(_ dividesByInputNorm: Bool) throws -> [Float] {
      let replay = Replay(tokens: [9], measured: 0..<150, dividesByInputNorm: dividesByInputNorm)
      return Array(try decoder.replay([replay], over: recording).highest(layer: 1, queryHead: 2))
    }
    let ratios = zip(try weights(false), try weights(true)).map { $0 / $1 }
    // With one row the norm is the same for all keys: about the root of the hidden size, times the norm's
    // weights.
    #expect(ratios.allSatisfy { abs($0 / ratios[0] - 1) < 1e-4 })
    #expect((3..<12).contains(ratios[0]))
  }

  @Test(.needsBFloat16) func bf16KernelsMeasureWhatTheRecordingSays() throws {
    for name in ["gqa-tied", "gemma2"] {
      let (decoder, expected) = try TransformersParityTests.open(name, precision: .bfloat16)
      let whole = try decoder.prefill(expected.prompt)
      let prompt = try decoder.prefill(Array(expected.prompt[..<64]))
      let more = Array(expected.prompt[64...])
      let found = try decoder.replay([Replay(tokens: more, measured: 0..<64)], over: prompt)
      Self.compare(found, decoder.shape, tolerance: 1e-4) {
        Self.highest(whole, from: 64, layer: $0, queryHead: $1)
      }
      // All keys, named one part after the other, are the model's own softmax where there is no window.
      guard name == "gqa-tied" else { continue }
      let parts = try [[0..<64], [0..<10, 10..<63]].map { parts in
        try decoder.replay([Replay(tokens: more, measured: 0..<63, softmax: .chosen(parts))], over: prompt)
      }
      for head in 0..<decoder.shape.queryHeadCount {
        let rows = parts.map { Array($0.highest(layer: 0, queryHead: head)) }
        // Without the last key every weight is a little larger.
        #expect(zip(rows[0], rows[1]).prefix(63).allSatisfy { $0 <= $1 + 1e-6 && $1 < $0 * 2 + 1e-6 })
      }
    }
  }

  @Test func foreignRecordingsAndEmptyReplaysAreRefused() throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    let (other, _) = try TransformersParityTests.open("mha-untied")
    let foreign = try other.prefill(expected.prompt)
    #expect(throws: TransformerError.otherShape(foreign.shape, expected: decoder.shape)) {
      try decoder.replay([Replay(tokens: [1], measured: 0..<1)], over: foreign)
    }
    #expect(throws: TransformerError.emptyPrompt) {
      try decoder.replay([Replay(tokens: [], measured: 0..<1)], over: foreign)
    }
  }

  @Test func stopsWhenItsTaskIsCancelled() async throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    let recording = try decoder.prefill(expected.prompt)
    let task = Task.detached {
      withUnsafeCurrentTask { $0?.cancel() }
      return try decoder.replay([Replay(tokens: [3, 4], measured: 0..<150)], over: recording)
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }
}
