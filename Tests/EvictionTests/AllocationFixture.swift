import Foundation
import TestSupport
import Testing
import Transformer

@testable import Eviction

/// Random tensors with values and an output projection, and the sets that other people's allocations and
/// wrappers keep of them (`Fixtures/make_allocations.py`).
struct AllocationFixture: Decodable {
  /// One run of a policy.
  struct Expected: Decodable, CustomTestStringConvertible {
    /// `kvpress`, `authors` or `plain`.
    let from: String
    /// A policy's scorer.
    let scorer: String
    /// What stands behind the scorer in a policy's name.
    let rest: String
    /// kvpress' compression ratio, where there is no budget.
    let ratio: Double
    let budget: Int
    let granularity: Granularity
    /// Bitmaps of kept positions, `[layer][head]`.
    let kept: [[String]]

    /// The policy's name; kvpress' SnapKV looked at the last 8 tokens.
    var policy: String {
      (from == "kvpress" && scorer == "snapkv" ? "snapkv(w=8,style=kvpress)" : scorer) + rest
    }

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
    let file = try Places.fixture("allocations.json", in: .module)
    return try JSONDecoder().decode(
      AllocationFixture.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
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
          queries: Fixture.share(layer, of: layers, in: queries),
          keys: Fixture.share(layer, of: layers, in: keys),
          values: Fixture.share(layer, of: layers, in: values),
          logSumExp: Fixture.share(layer, of: layers, in: normalisers))
      },
      lastLogits: [])
    let output = OutputProjection(hiddenSize: hiddenSize) { Fixture.share($0, of: layers, in: matrices) }
    return Evidence(recording: recording, output: output)
  }
}
