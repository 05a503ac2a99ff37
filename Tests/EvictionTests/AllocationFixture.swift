import Foundation
import Testing
import Transformer

@testable import Eviction

/// Random tensors with values and an output projection, and the sets that other people's allocations and wrappers keep of
/// them (`Fixtures/make_allocations.py`).
struct AllocationFixture: Decodable {
  /// One run of a policy.
  struct Expected: Decodable, CustomTestStringConvertible {
    /// `kvpress`, `authors` or `plain`.
    let from: String
    /// A policy's scorer, or one of kvpress' that stands in `KVPressScorer`.
    let scorer: String
    /// What stands behind the scorer in a policy's name.
    let rest: String
    /// kvpress' compression ratio, where there is no budget.
    let ratio: Double
    let budget: Int
    let granularity: Granularity
    /// Bitmaps of kept positions, `[layer][head]`.
    let kept: [[String]]

    var testDescription: String {
      "\(scorer)\(rest), \(budget > 0 ? "\(budget)" : "ratio \(ratio)") per \(granularity.rawValue) head, from \(from)"
    }

    var positions: [[[Int]]] {
      kept.map { $0.map(Bitmap.positions) }
    }
  }

  let layers: Int
  let queryHeads: Int
  let kvHeads: Int
  let dimension: Int
  let tokens: Int
  let hiddenSize: Int
  let queries: Data
  let keys: Data
  let values: Data
  let outputProjection: Data
  let logSumExp: Data
  let expected: [Expected]

  static func read() throws -> AllocationFixture {
    let folder = try #require(Bundle.module.resourceURL)
    return try JSONDecoder().decode(
      AllocationFixture.self, from: Data(contentsOf: folder.appendingPathComponent("Fixtures/allocations.json")))
  }

  var evidence: Evidence {
    let shape = ModelShape(
      layerCount: layers, queryHeadCount: queryHeads, kvHeadCount: kvHeads, headDimension: dimension)
    let (queries, keys, values) = (
      Fixture.sixteenths(queries), Fixture.sixteenths(keys), Fixture.sixteenths(values)
    )
    let matrices = Fixture.sixteenths(outputProjection)
    let normalisers = logSumExp.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
    let layers = layers
    let recording = Recording(
      shape: shape, tokenCount: tokens,
      layers: (0..<layers).map { layer in
        LayerRecording(
          queries: Fixture.share(layer, of: layers, in: queries), keys: Fixture.share(layer, of: layers, in: keys),
          values: Fixture.share(layer, of: layers, in: values),
          logSumExp: Fixture.share(layer, of: layers, in: normalisers))
      },
      lastLogits: [])
    let output = OutputProjection(hiddenSize: hiddenSize) { Fixture.share($0, of: layers, in: matrices) }
    return Evidence(recording: recording, output: output)
  }
}

/// Scorers of kvpress as plain as they are defined, to put behind allocations and wrappers.
enum KVPressScorer: String, Scorer {
  case snapkv, knorm, keydiff

  static let window = 8

  var observedTokens: Int? { self == .snapkv ? Self.window : 0 }

  func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    self == .snapkv ? newest(Self.window, of: tokenCount) : []
  }

  func scores(layer: Int, queryHead: Int, evidence: Evidence) throws -> [Float] {
    let recording = evidence.recording
    if self == .snapkv {
      return SnapKVScorer(window: Self.window, kernel: 5, pooling: .avg)
        .scores(layer: layer, queryHead: queryHead, evidence: evidence).map { $0 / Float(Self.window) }
    }
    let dimension = recording.shape.headDimension
    let width = recording.tokenCount * dimension
    let start = queryHead / recording.shape.groupSize * width
    let keys = recording.layers[layer].keys.floats(start..<start + width)
    let rows = (0..<recording.tokenCount).map { Array(keys[$0 * dimension..<($0 + 1) * dimension]) }
    func norm(_ row: [Float]) -> Float { row.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    if self == .knorm { return rows.map { -norm($0) } }
    var anchor = [Float](repeating: 0, count: dimension)
    for row in rows {
      let length = max(norm(row), 1e-12)
      for index in anchor.indices { anchor[index] += row[index] / length / Float(rows.count) }
    }
    return rows.map { row in
      -zip(row, anchor).reduce(0) { $0 + $1.0 * $1.1 } / (max(norm(row), 1e-8) * max(norm(anchor), 1e-8))
    }
  }
}
