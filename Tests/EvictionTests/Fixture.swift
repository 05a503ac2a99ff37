import Foundation
import TestSupport
import Testing
import Transformer

@testable import Eviction

/// Random tensors and the sets that other people's code keeps of them (`Fixtures/make_fixtures.py`).
struct Fixture: Decodable {
  /// One run of a policy.
  struct Expected: Decodable, CustomTestStringConvertible {
    /// `authors`, `kvpress`, or `plain`: whole matrices in torch.
    let from: String
    let policy: String
    let budget: Int
    let granularity: Granularity
    /// Rows from beyond the prompt that were decoded.
    let rows: Int
    /// Kept positions, `[layer][head][…]`.
    let kept: [[[Int]]]
    /// Scores of the candidates, the lowest positions first, in layer 0 and head 0; empty where none were
    /// computed.
    let scores: [Float]

    var testDescription: String { "\(policy), \(budget) per \(granularity.rawValue) head, from \(from)" }
  }

  let layers: Int
  let queryHeads: Int
  let kvHeads: Int
  let dimension: Int
  let tokens: Int
  /// Base64 of `int8`, sixteen times the value.
  let queries: Data
  let keys: Data
  let beyond: Data
  /// Base64 of little-endian `float32`.
  let logSumExp: Data
  let expected: [Expected]

  static let names = ["mha", "gqa", "mqa"]

  static func read(_ name: String) throws -> Fixture {
    let file = try Places.fixture("\(name).json", in: .module)
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
  }

  var shape: ModelShape {
    ModelShape(
      layerCount: layers, queryHeadCount: queryHeads, kvHeadCount: kvHeads, headDimension: dimension)
  }

  var recording: Recording {
    let queries = Self.sixteenths(queries)
    let keys = Self.sixteenths(keys)
    let logSumExp = logSumExp.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
    return Recording(
      shape: shape, tokenCount: tokens,
      layers: (0..<layers).map { layer in
        let keys = Self.share(layer, of: layers, in: keys)
        return LayerRecording(
          queries: Self.share(layer, of: layers, in: queries), keys: keys,
          values: Array(repeating: 0, count: keys.count),
          logSumExp: Self.share(layer, of: layers, in: logSumExp))
      },
      lastLogits: [])
  }

  /// The evidence of a run that decoded so many rows; they are the lookahead of one policy and the decode
  /// queries of another.
  func evidence(_ recording: Recording, rows count: Int) -> Evidence {
    let values = Self.sixteenths(beyond)
    let stored = values.count / (layers * queryHeads * dimension)
    var rows = QueryRows(shape: shape)
    for row in 0..<count {
      rows.append(
        (0..<layers).map { Self.share($0 * stored + row, of: layers * stored, in: values) },
        position: tokens + row)
    }
    return Evidence(recording: recording, lookahead: rows, decode: rows)
  }

  static func sixteenths(_ bytes: Data) -> [Float] {
    bytes.map { Float(Int8(bitPattern: $0)) / 16 }
  }

  static func share(_ index: Int, of count: Int, in values: [Float]) -> [Float] {
    let size = values.count / count
    return Array(values[index * size..<(index + 1) * size])
  }
}
