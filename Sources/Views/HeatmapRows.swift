import Exploration
import Transformer

/// The rows of the heatmap at the shown step: queries of the window, the lookahead, and true decoding.
struct HeatmapRows {
  enum Section: String, CaseIterable {
    case window = "WINDOW"
    case lookahead = "LOOKAHEAD"
    case decode = "DECODE"
  }

  struct Entry {
    let section: Section
    /// The row's name, `w-8`, `q0`, `d0`.
    let label: String
    let row: Recording.Row
    /// The token whose query it is: a prompt position, or an index into the decoded tokens.
    let token: Int
  }

  let entries: [Entry]
  private let state: ViewState

  static let windowSize = 8

  init(_ state: ViewState) {
    self.state = state
    guard let recording = state.story.recording else {
      entries = []
      return
    }
    let first = max(0, recording.tokenCount - Self.windowSize)
    var entries = (first..<recording.tokenCount).map {
      Entry(section: .window, label: "w-\(recording.tokenCount - $0)", row: .prompt(position: $0), token: $0)
    }
    let step = state.shownStep
    var lookahead = state.lane?.lookahead?.queries.count ?? 0
    var decode = state.story.decodeQueries?.count ?? 0
    switch step {
    case .prefill: (lookahead, decode) = (0, 0)
    case .lookahead(let index): (lookahead, decode) = (min(lookahead, index + 1), 0)
    case .evict: decode = state.step == nil ? decode : 0
    case .decode(let index): decode = state.step == nil ? decode : min(decode, index + 1)
    }
    entries += (0..<lookahead).map {
      Entry(section: .lookahead, label: "q\($0)", row: .beyond(row: $0), token: $0)
    }
    entries += (0..<decode).map {
      Entry(section: .decode, label: "d\($0)", row: .beyond(row: $0), token: $0)
    }
    self.entries = entries
  }

  /// One row's attention over the prompt keys, `[tokenCount]`, for the chosen head or all of them.
  func weights(_ entry: Entry) -> [Float] {
    guard let recording = state.story.recording else { return [] }
    let beyond = entry.section == .lookahead ? state.lane?.lookahead?.queries : state.story.decodeQueries
    func single(_ head: Int) -> [Float] {
      recording.attention(layer: state.layer, queryHead: head, row: entry.row, beyond: beyond)
    }
    guard state.headMode != .single else { return single(state.head) }
    let heads = recording.shape.queryHeadCount
    var result = single(0)
    for head in 1..<max(1, heads) {
      let other = single(head)
      for index in result.indices {
        result[index] = state.headMode == .max ? max(result[index], other[index]) : result[index] + other[index]
      }
    }
    return state.headMode == .mean ? result.map { $0 / Float(heads) } : result
  }

  /// The mean cosine between the sum of a section's rows and each true decode row; `nil` without both.
  func agreement(_ rows: [(Entry, [Float])], of sections: [Section]) -> Double? {
    let observed = rows.filter { sections.contains($0.0.section) }.map(\.1)
    let truth = rows.filter { $0.0.section == .decode }.map(\.1)
    guard let first = observed.first, !truth.isEmpty else { return nil }
    var sum = [Float](repeating: 0, count: first.count)
    for row in observed { for index in sum.indices { sum[index] += row[index] } }
    return truth.reduce(0) { $0 + Self.cosine(sum, $1) } / Double(truth.count)
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var (dot, aa, bb): (Double, Double, Double) = (0, 0, 0)
    for (x, y) in zip(a, b) {
      dot += Double(x) * Double(y)
      aa += Double(x) * Double(x)
      bb += Double(y) * Double(y)
    }
    return aa > 0 && bb > 0 ? dot / (aa * bb).squareRoot() : 0
  }
}
