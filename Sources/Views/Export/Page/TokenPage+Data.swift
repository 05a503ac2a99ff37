import Eviction
import Exploration
import Foundation
import Screen
import Transformer

extension TokenPage {
  /// The most scores that a page lists, over all policies and places: two to three bytes each in the file.
  private static let scoreLimit = 1_800_000

  private struct Contents: Encodable {
    let tokens: [Entry]
    let shape: Shape
    /// The kept sets, `[layer, head]` each.
    let places: [[Int]]
    let policies: [PolicyEntry]
    /// True attention mass per place.
    let truth: PackedScores?
    let figures: [Figure]
    let rows: Rows?
    /// Colours from nothing to all, and those of letters on them.
    let ramp: [String], inks: [String]
    let cursor: Start
    /// The arrays that the numbers above begin in, deflated.
    let packed: String
    /// Their bytes.
    let packedCount: Int
  }

  private struct Entry: Encodable {
    let id: Int
    let bytes: String
  }

  /// Where the page opens: a token, and a query head within the kept set.
  private struct Start: Encodable {
    let token: Int, head: Int
  }

  private struct Shape: Encodable {
    let layers: Int, queryHeads: Int, groupSize: Int
    /// Whether kept sets belong to KV heads, not to query heads.
    let isPerKVHead: Bool
    /// Tokens that count as sinks, and bytes of a position.
    let sinks: Int, positionBytes: Int
  }

  private struct PolicyEntry: Encodable {
    let title: String
    /// Where the kept tokens begin, a bit each, the lowest first, `[place][token]`; nothing where all are kept.
    let kept: Int?
    /// Where those begin that are kept whatever their score; nothing without scores.
    let always: Int?
    let scores: PackedScores?
  }

  /// A figure of every query head.
  private struct Figure: Encodable {
    let name: String, title: String, note: String
    let lowestFirst: Bool
    /// `[policy][layer][query head]`, or one for all policies; nothing for a policy that has none.
    let values: [[[Double]]?]
    /// The number that is shown brightest.
    let top: Double
  }

  /// What the page's script reads, as JSON in which no tag can begin or end.
  /// - Throws: `ExportError`, `CancellationError`.
  func data() throws -> String {
    let run = scene.run
    guard let shape = run.recording?.shape else { throw ExportError.nothingYet }
    var arrays = PackedArrays()
    let width = run.prompt.tokens.count <= 1 << 16 ? 2 : 3
    let tables = results.filter { $0.scores != nil }.count + 1
    let limit = max(64, Self.scoreLimit / max(1, tables * places.count))
    let policies = try results.map { result in
      try Task.checkCancellation()
      let scores = result.scores.map { scores in
        places.map { scores.rankedScores(layer: $0.layer, head: $0.head) }
      }
      return PolicyEntry(
        title: result.policy.title,
        kept: result.policy.keepsEverything
          ? nil : arrays.add(places.flatMap { bits(kept(result, at: $0)) }),
        always: scores.map { scores in
          arrays.add(scores.flatMap { scores in bits(scores.indices.filter { scores[$0].isNaN }) })
        },
        scores: scores.map { PackedScores($0, limit: limit, width: width, into: &arrays) })
    }
    let truth = run.decodeMass.map { mass in
      PackedScores(
        places.map { self.mass(mass, layer: $0.layer, head: $0.head) }, limit: limit, width: width,
        into: &arrays)
    }
    let rows = try rows(shape, width: width, into: &arrays)
    let grounds = (0...PooledAttention.highestLevel).map {
      theme.ramp.ground(Double($0) / Double(PooledAttention.highestLevel))
    }
    let contents = Contents(
      tokens: run.prompt.tokens.indices.map { position in
        Entry(id: run.prompt.tokens[position].id, bytes: Self.hexadecimal(run.prompt.bytes(at: position)))
      },
      shape: Shape(
        layers: shape.layerCount, queryHeads: shape.queryHeadCount, groupSize: shape.groupSize,
        isPerKVHead: run.settings.granularity == .kvHead, sinks: HeadFigures.sinkCount, positionBytes: width),
      places: places.map { [$0.layer, $0.head] }, policies: policies, truth: truth, figures: figures,
      rows: rows, ramp: grounds.map { ($0.background ?? theme.paper).css },
      inks: grounds.map { ($0.foreground ?? theme.ink).css },
      cursor: Start(
        token: scene.cursor.position,
        head: run.settings.granularity == .kvHead ? scene.cursor.head % shape.groupSize : 0),
      packed: try arrays.text(), packedCount: arrays.count)
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

  /// The figures of all heads that do not depend on the cursor, of every policy that has them.
  private var figures: [Figure] {
    HeadFigure.allCases.filter { !$0.isOfToken && $0 != .gain }.compactMap { figure in
      let scenes = figure.isOfPolicy ? results.map(scene(of:)) : [scene]
      let values = scenes.map { $0.flatMap(figure.values) }
      guard values.contains(where: { $0 != nil }) else { return nil }
      func rounded(_ value: Double) -> Double { value.isFinite ? (value * 1000).rounded() / 1000 : 0 }
      return Figure(
        name: figure.rawValue, title: figure.title, note: figure.note, lowestFirst: figure.lowestFirst,
        values: values.map { $0.map { $0.map { $0.map(rounded) } } },
        top: figure == .entropy ? log2(Double(max(2, scene.run.prompt.tokens.count))) : 1)
    }
  }

  /// The scene with another active policy; `nil` for the full cache, which is none of them.
  private func scene(of result: PolicyResult) -> Scene? {
    guard let index = scene.run.results.firstIndex(where: { $0.policy == result.policy }) else { return nil }
    var other = scene
    other.setup.policy = index
    return other
  }

  private func bits(_ positions: [Int]) -> [UInt8] {
    var bits = [UInt8](repeating: 0, count: (scene.run.prompt.tokens.count + 7) / 8)
    for position in positions { bits[position / 8] |= 1 << UInt8(position % 8) }
    return bits
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
