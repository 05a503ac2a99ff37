import Exploration
import Screen

/// The heatmap's held row beside the chosen one: how alike they are, and what each looks at more.
struct RowComparison {
  private let held: [Float], chosen: [Float]
  private let names: (held: String, chosen: String)

  /// `nil` where no row is held, where it is the chosen one, and while the rows are computed.
  init?(_ rows: HeatmapRows) {
    guard let held = rows.held, let chosen = rows.chosen, held != chosen,
      let a = rows.weights(rows.entries[held]), let b = rows.weights(rows.entries[chosen]),
      a.count == b.count
    else { return nil }
    (self.held, self.chosen) = (a, b)
    names = (rows.entries[held].label, rows.entries[chosen].label)
  }

  /// What the lane of differences is called.
  var title: String { "\(names.chosen) - \(names.held)" }

  /// The largest difference in each cell, more in the chosen row above 0; sinks are left out.
  func differences(_ columns: HeatmapColumns) -> [Float] {
    (0..<columns.count).map { cell in
      columns.keys(cell).reduce(Float(0)) { largest, key in
        guard key >= HeadFigures.sinkCount else { return largest }
        let difference = chosen[key] - held[key]
        return abs(difference) > abs(largest) ? difference : largest
      }
    }
  }

  /// The keys that one row looks at more than the other, the most first.
  private func keys(more first: [Float], than second: [Float], limit: Int) -> [Int] {
    var found: [Int] = []
    for key in first.indices.dropFirst(HeadFigures.sinkCount) where first[key] > second[key] {
      func difference(_ key: Int) -> Float { first[key] - second[key] }
      if found.count == limit, difference(found[limit - 1]) >= difference(key) { continue }
      let place = found.firstIndex { difference($0) < difference(key) } ?? found.count
      found.insert(key, at: place)
      if found.count > limit { found.removeLast() }
    }
    return found
  }

  /// The longest wording that fits.
  func line(_ text: TokenText, theme: Theme, width: Int) -> [Span] {
    let cosine = AttentionRows.agreement(of: held, with: chosen)
    func more(_ name: String, _ first: [Float], _ second: [Float], _ limit: Int) -> [Span] {
      [Span("  \(name) more:", theme[.dim])]
        + keys(more: first, than: second, limit: limit).flatMap { key in
          [
            Span(" \"\(text.pieces[key].text)\"", theme[.accent]),
            Span(" \(decimal(Double(first[key] - second[key]), 2))"),
          ]
        }
    }
    let beginning = [
      Span("\(names.held) and \(names.chosen): cosine ", theme[.dim]),
      Span(decimal(cosine.withoutSinks, 2), theme[.accent]),
    ]
    return Line.first(
      of: [4, 3, 2, 1, 0].map { limit in
        limit == 0
          ? beginning
          : beginning + more(names.chosen, chosen, held, limit) + more(names.held, held, chosen, limit)
      }, width: width)
  }
}
