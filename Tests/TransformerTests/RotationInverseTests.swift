import Checkpoint
import Foundation
import Testing

@testable import Transformer

/// Queries and keys before their rotation, from what was recorded after it.
@Suite struct RotationInverseTests {
  /// Plain and scaled rotations, partly rotated heads, layers without positions, normalised queries.
  static let models = [
    "mha-untied", "gqa-tied", "llama-linear", "llama-dynamic", "llama-llama3", "llama-yarn", "qwen3",
    "smollm3",
    "phi3-longrope", "gemma3",
  ]

  /// In the first layer a token's vectors depend on nothing but itself and its position: without the position
  /// they are the same wherever it stands.
  @Test(arguments: models) func equalTokensHaveEqualVectorsInTheFirstLayer(_ name: String) throws {
    let (decoder, _) = try TransformersParityTests.open(name)
    let recording = try decoder.prefill((0..<120).map { $0 % 6 + 3 })
    let width = recording.shape.headDimension
    func spread(_ vectors: [Float]) -> Float {
      (6..<120).flatMap { position in
        (0..<width).map { abs(vectors[position * width + $0] - vectors[position % 6 * width + $0]) }
      }.max() ?? .infinity
    }
    for head in 0..<recording.shape.queryHeadCount {
      #expect(spread(try #require(recording.queriesBeforeRotation(layer: 0, queryHead: head))) < 2e-5)
      #expect(spread(recording.queries(layer: 0, queryHead: head)) > 1e-3)
    }
    for head in 0..<recording.shape.kvHeadCount {
      #expect(spread(try #require(recording.keysBeforeRotation(layer: 0, kvHead: head))) < 2e-5)
    }
  }

  @Test(arguments: models) func rotatingAgainGivesWhatWasRecorded(_ name: String) throws {
    let (decoder, expected) = try TransformersParityTests.open(name)
    let recording = try decoder.prefill(expected.prompt, firstQueryPosition: 20)
    let width = recording.shape.headDimension
    for layer in 0..<recording.shape.layerCount {
      let rotation = try #require(recording.rotations)[layer]
      var vectors = try #require(recording.queriesBeforeRotation(layer: layer, queryHead: 1))
      let recorded = recording.queries(layer: layer, queryHead: 1)
      guard let rotation else {
        #expect(vectors == recorded)
        continue
      }
      let table = RotaryTable(20..<recording.tokenCount) { _ in rotation }
      vectors.withUnsafeMutableBufferPointer { vectors in
        guard let start = vectors.baseAddress else { return }
        for row in 0..<recording.tokenCount - 20 {
          table.rotate(start + row * width, count: 1, stride: 0, row: row)
        }
      }
      #expect(zip(vectors, recorded).allSatisfy { abs($0 - $1) < 2e-5 })
    }
    if name == "smollm3" { #expect(recording.rotations?.contains { $0 == nil } == true) }
  }

  /// A part of the tokens knows where it stood.
  @Test func gatheredTokensAreTurnedBackFromTheirOldPlaces() throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    let recording = try decoder.prefill(expected.prompt)
    let positions = [3, 50, 51, 149]
    let part = recording.gathering(
      Array(
        repeating: Array(repeating: positions, count: recording.shape.kvHeadCount),
        count: recording.shape.layerCount))
    let nested = part.gathering(
      Array(
        repeating: Array(repeating: [1, 3], count: recording.shape.kvHeadCount),
        count: recording.shape.layerCount))
    let width = recording.shape.headDimension
    let whole = try #require(recording.keysBeforeRotation(layer: 1, kvHead: 1))
    for (gathered, positions) in [(part, positions), (nested, [50, 149])] {
      let keys = try #require(gathered.keysBeforeRotation(layer: 1, kvHead: 1))
      #expect(keys == positions.flatMap { whole[$0 * width..<($0 + 1) * width] })
    }
  }

  /// A trace may have the lengths of values in place of values.
  @Test func gatheredTokensKeepTheLengthsOfTheirValues() throws {
    let (decoder, expected) = try TransformersParityTests.open("gqa-tied")
    let whole = try decoder.prefill(expected.prompt)
    let count = whole.tokenCount
    let recording = Recording(
      shape: whole.shape, tokenCount: count, firstQueryPosition: 0,
      layers: whole.layers.map { layer in
        LayerRecording(
          queries: layer.queries, keys: layer.keys, values: VectorStorage([]),
          valueNorms: VectorStorage((0..<whole.shape.kvHeadCount * count).map { Float($0) }),
          logSumExp: layer.logSumExp)
      }, rules: whole.rules, rotations: whole.rotations, lastLogits: whole.lastLogits)
    for heads in [whole.shape.kvHeadCount, whole.shape.queryHeadCount] {
      let part = recording.gathering(
        Array(repeating: Array(repeating: [3, 50], count: heads), count: whole.shape.layerCount))
      let norms = try #require(part.layers[0].valueNorms)
      let group = heads / whole.shape.kvHeadCount
      let wanted = (0..<heads).flatMap { head -> [Float] in
        let first = head / group * count
        return [Float(first + 3), Float(first + 50)]
      }
      #expect(norms.floats(0..<norms.count) == wanted)
    }
  }

  @Test func theMeanRotationIsThatOfTheNextPositions() throws {
    let (decoder, expected) = try TransformersParityTests.open("llama-yarn")
    let recording = try decoder.prefill(Array(expected.prompt[..<40]))
    let mean = try #require(recording.meanRotation(layer: 0, ahead: 2))
    let rotation = try #require(recording.rotations?[0])
    var rows = [[Float]](repeating: Array(repeating: 0, count: rotation.dimension), count: 2)
    for row in 0..<2 {
      rows[row].withUnsafeMutableBufferPointer { rotation.fill($0.baseAddress!, position: 40 + row) }
    }
    let expectedRow = zip(rows[0], rows[1]).map { ($0 + $1) / 2 }
    #expect(zip(mean.cosines + mean.sines, expectedRow).allSatisfy { abs($0 - $1) < 1e-6 })
    let unknown = Recording(
      shape: recording.shape, tokenCount: 40, layers: recording.layers, rules: recording.rules, lastLogits: []
    )
    #expect(unknown.meanRotation(layer: 0, ahead: 2) == nil)
    #expect(unknown.queriesBeforeRotation(layer: 0, queryHead: 0) == nil)
  }
}
