import Eviction
import Exploration
import Transformer

extension TokenPage {
  /// About the most cells of heatmaps, half a byte each before they are packed.
  private static let cellLimit = 3_600_000

  /// The heatmap's rows and cells, of every query head that the page has places of.
  struct Rows: Encodable {
    /// Whose window and lookahead they are.
    let policy: String
    let labels: [String], sections: [String], words: [String]
    /// `[layer, query head]` each.
    let heads: [[Int]]
    let cells: Int, keysPerCell: Int
    /// Where the levels begin, two to a byte, the lower half first, `[head][row][cell]`.
    let levels: Int
    /// Where the keys begin that each row reads most, and their levels, `[head][row][3]`.
    let keys: Int, keyLevels: Int, keyCount: Int
  }

  /// The heatmaps, their arrays among the page's; `nil` where there is nothing to draw.
  /// - Throws: `CancellationError`.
  func rows(_ shape: ModelShape, width: Int, into arrays: inout PackedArrays) throws -> Rows? {
    // Kept sets of query heads share their KV head's rows.
    var kvHeads: [(layer: Int, kvHead: Int)] = []
    for place in places {
      let own = scene.run.settings.granularity == .kvHead ? place.head : place.head / shape.groupSize
      guard kvHeads.last?.layer != place.layer || kvHeads.last?.kvHead != own else { continue }
      kvHeads.append((place.layer, own))
    }
    guard
      let pooled = try PooledAttention(
        scene.run, result: scene.result, kvHeads: kvHeads, cellLimit: Self.cellLimit),
      let first = pooled.levels.first, !pooled.rows.isEmpty
    else { return nil }
    // Short prompts have fewer keys than are told of.
    let keys = pooled.strongest.joined().flatMap { keys in
      (0..<PooledAttention.keyCount).map { keys.indices.contains($0) ? keys[$0] : nil }
    }
    return Rows(
      policy: scene.setup.policyTitle, labels: pooled.rows.map { label($0, pooled) },
      sections: pooled.rows.map(\.section.rawValue), words: pooled.rows.map { word($0, pooled) },
      heads: kvHeads.flatMap { kvHead in
        shape.queryHeads(of: kvHead.kvHead).map { [kvHead.layer, $0] }
      },
      cells: first.count / pooled.rows.count, keysPerCell: pooled.keysPerCell,
      levels: arrays.add(pooled.levels.joined().pairs),
      keys: arrays.add(keys.map { $0?.position ?? 0 }, width: width),
      keyLevels: arrays.add(keys.map { UInt8($0?.level ?? 0) }), keyCount: PooledAttention.keyCount)
  }

  private func label(_ row: PooledAttention.Row, _ pooled: PooledAttention) -> String {
    switch row.section {
    case .window: "w-\(pooled.rows.filter { $0.section == .window }.count - row.index)"
    case .lookahead: "q\(row.index)"
    case .decode: "d\(row.index)"
    }
  }

  /// The row's own token as it is written.
  private func word(_ row: PooledAttention.Row, _ pooled: PooledAttention) -> String {
    let run = scene.run
    let tokens: [Int]
    switch row.section {
    case .window:
      let window = pooled.rows.filter { $0.section == .window }.count
      let position = run.prompt.tokens.count - window + row.index
      let pieces = scene.display.texts.text(run.prompt, glyphs: .unicode, showsSpaces: true).pieces
      return pieces.indices.contains(position) ? pieces[position].text : ""
    case .lookahead: tokens = scene.result?.lookahead?.pseudo.tokens ?? []
    case .decode: tokens = run.full?.answer.tokens ?? []
    }
    return tokens.indices.contains(row.index) ? run.vocabulary.written(tokens[row.index], .unicode) : ""
  }
}

extension Sequence<UInt8> {
  /// Numbers below 16, two to a byte, the first of each in its lower half.
  fileprivate var pairs: [UInt8] {
    var pairs: [UInt8] = []
    var low: UInt8?
    for number in self {
      if let first = low {
        pairs.append(first | number << 4)
        low = nil
      } else {
        low = number
      }
    }
    return pairs + (low.map { [$0] } ?? [])
  }
}
