import Eviction
import Exploration
import Foundation
import Transformer

extension TokenPage {
  private struct Contents: Encodable {
    let tokens: [Entry]
    let policies: [PolicyEntry]
    /// True attention mass per place, f32 little-endian in base 64, `[token]`.
    let truth: [Data]?
  }

  private struct Entry: Encodable {
    let id: Int
    let bytes: String
  }

  private struct PolicyEntry: Encodable {
    let title: String
    /// Kept tokens per place, a bit each, the lowest first; nothing where all are kept.
    let kept: [Data]?
    /// Scores per place, f32 little-endian, NaN where a token is kept whatever its score; nothing without
    /// scores.
    let scores: [Data]?
  }

  /// What the page's script reads, as JSON in which no tag can begin or end.
  func data() throws -> String {
    let run = scene.run
    let contents = Contents(
      tokens: run.prompt.tokens.indices.map { position in
        Entry(id: run.prompt.tokens[position].id, bytes: Self.hexadecimal(run.prompt.bytes(at: position)))
      },
      policies: results.map { result in
        PolicyEntry(
          title: result.policy.title,
          kept: result.policy.keepsEverything ? nil : places.map { bits(kept(result, at: $0)) },
          scores: result.scores.map { scores in
            places.map { Self.floats(scores.rankedScores(layer: $0.layer, head: $0.head)) }
          })
      },
      truth: run.decodeMass.map { mass in
        places.map { Self.floats(self.mass(mass, layer: $0.layer, head: $0.head)) }
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(contents), as: UTF8.self)
      .replacingOccurrences(of: "<", with: "\\u003c")
      .replacingOccurrences(of: "&", with: "\\u0026")
  }

  /// What a result keeps at a place: a file's choice may have other heads than the settings say, and shows
  /// its first.
  private func kept(_ result: PolicyResult, at place: Place) -> [Int] {
    let shape = result.kept.shape
    let queryHead = scene.run.settings.granularity == .kvHead ? place.head * shape.groupSize : place.head
    return result.kept.positions(layer: place.layer, queryHead: queryHead)
  }

  /// The mean over the query heads that share a kept set.
  private func mass(_ mass: HeadTable, layer: Int, head: Int) -> [Float] {
    guard let shape = scene.run.recording?.shape else { return [] }
    let granularity = scene.run.settings.granularity
    let own = (0..<mass.headCount).filter { granularity.head(forQueryHead: $0, in: shape) == head }.map {
      mass[layer, $0]
    }
    return scene.run.prompt.tokens.indices.map { position in
      own.reduce(0) { $0 + $1[position] } / Float(max(1, own.count))
    }
  }

  private func bits(_ positions: [Int]) -> Data {
    var data = Data(count: (scene.run.prompt.tokens.count + 7) / 8)
    for position in positions { data[position / 8] |= 1 << UInt8(position % 8) }
    return data
  }

  private static func floats(_ values: [Float]) -> Data {
    var data = Data(capacity: values.count * 4)
    for value in values { data.append(bits: value.bitPattern) }
    return data
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
