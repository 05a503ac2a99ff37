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
    let story = state.story
    let contents = Contents(
      tokens: story.prompt.tokens.indices.map { position in
        Entry(id: story.prompt.tokens[position].id, bytes: Self.hexadecimal(story.prompt.bytes(at: position)))
      },
      policies: lanes.map { lane in
        PolicyEntry(
          title: lane.policy.title,
          kept: lane.policy.keepsEverything ? nil : places.map { bits(kept(lane, at: $0)) },
          scores: lane.scores.map { scores in
            places.map { Self.floats(scores.rankedScores(layer: $0.layer, head: $0.head)) }
          })
      },
      truth: story.trueMass.map { mass in
        places.map { Self.floats(self.mass(mass, layer: $0.layer, head: $0.head)) }
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(contents), as: UTF8.self)
      .replacingOccurrences(of: "<", with: "\\u003c")
      .replacingOccurrences(of: "&", with: "\\u0026")
  }

  /// What a lane keeps at a place: a file's choice may have other heads than the settings say, and shows its
  /// first.
  private func kept(_ lane: PolicyResult, at place: Place) -> [Int] {
    let shape = lane.kept.shape
    let queryHead = state.story.settings.granularity == .kvHead ? place.head * shape.groupSize : place.head
    return lane.kept.positions(layer: place.layer, queryHead: queryHead)
  }

  /// The mean over the query heads that share a kept set.
  private func mass(_ mass: HeadTable, layer: Int, head: Int) -> [Float] {
    guard let shape = state.story.recording?.shape else { return [] }
    let granularity = state.story.settings.granularity
    let own = (0..<mass.headCount).filter { granularity.head(forQueryHead: $0, in: shape) == head }.map {
      mass[layer, $0]
    }
    return state.story.prompt.tokens.indices.map { position in
      own.reduce(0) { $0 + $1[position] } / Float(max(1, own.count))
    }
  }

  private func bits(_ positions: [Int]) -> Data {
    var data = Data(count: (state.story.prompt.tokens.count + 7) / 8)
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
