import Eviction
import Exploration
import Screen
import Transformer

/// What is known of the token under the cursor, in the chosen layer and head.
struct TokenInspector {
  private let state: ViewState
  private let glyphs: GlyphSet
  private let text: TokenText
  private var theme: Theme { state.theme }

  init(_ state: ViewState, glyphs: GlyphSet, text: TokenText) {
    self.state = state
    self.glyphs = glyphs
    self.text = text
  }

  /// The token, the active policy and the pinned one.
  func lines(width: Int) -> [[Span]] {
    let prompt = state.story.prompt
    let token = prompt.tokens[state.cursor]
    let bytes = prompt.bytes(at: state.cursor).prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    var first = Line()
    first.add(Span("cursor  token \(state.cursor) "), Span("\"\(text.pieces[state.cursor].text)\"", theme[.accent]))
    first.add(Span("  id \(grouped(token.id))", theme[.dim]), rank: 3)
    first.add(Span("  bytes \(bytes.joined(separator: " "))", theme[.dim]), rank: 4)
    if let mass = state.story.trueMass?[state.layer][state.head][state.cursor], let decode = state.story.decodeQueries {
      first.add(Span("   true attention \(decimal(Double(mass), 3))", theme[.text]), rank: 1)
      first.add(Span(" over \(decode.count) decoded tokens", theme[.text]), rank: 2)
    }
    var lines = [first.fitting(width)]
    if let lane = state.lane { lines.append(line(lane)) }
    if let lane = state.pinnedLane { lines.append(line(lane)) }
    return lines
  }

  private func line(_ lane: Lane) -> [Span] {
    let shape = lane.kept.shape
    let head = lane.kept.granularity.head(forQueryHead: state.head, in: shape)
    let isKept = lane.kept.positions[state.layer][head].contains(state.cursor)
    var spans = [Span("  " + TextWidth.padded(TextWidth.clipped(lane.policy.title, to: 13, ellipsis: glyphs.ellipsis), to: 14))]
    if let scores = lane.scores {
      if let rank = scores.rank(of: state.cursor, layer: state.layer, head: head) {
        let score = Double(scores.layers[state.layer][head][state.cursor])
        spans.append(Span("score \(decimal(score, 4))  rank \(TextWidth.padded(grouped(rank), to: 5, right: true))  "))
      } else {
        spans.append(Span("always kept: window or sink    "))
      }
    }
    spans.append(isKept ? Span("kept   ", theme[.good]) : Span("evicted", theme[.error]))
    let keeping = lane.kept.positions.joined().count { $0.contains(state.cursor) }
    let heads = lane.kept.positions.reduce(0) { $0 + $1.count }
    spans.append(Span("   kept by \(keeping) of \(heads) heads", theme[.dim]))
    return spans
  }
}
