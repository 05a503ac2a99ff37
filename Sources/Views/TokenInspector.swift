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
    if let mass = state.story.trueMass?[state.layer, state.head][state.cursor], let decode = state.story.decodeQueries {
      first.add(Span("   true attention \(decimal(Double(mass), 3))", theme[.text]), rank: 1)
      first.add(Span(" over \(decode.count) decoded tokens", theme[.text]), rank: 2)
      first.add(Span(", rank \(grouped(trueRank))", theme[.text]), rank: 5)
    }
    var lines = [first.fitting(width)]
    if let lane = state.lane { lines.append(line(lane, width: width)) }
    if let lane = state.pinnedLane { lines.append(line(lane, width: width)) }
    return lines
  }

  /// The token's rank by true attention, 1 for the most; of equal ones the first comes first.
  private var trueRank: Int {
    guard let mass = state.story.trueMass?[state.layer, state.head] else { return 0 }
    let own = mass[state.cursor]
    return 1 + mass.enumerated().count { $1 > own || ($1 == own && $0 < state.cursor) }
  }

  private func line(_ lane: Lane, width: Int) -> [Span] {
    let shape = lane.kept.shape
    let head = lane.kept.granularity.head(forQueryHead: state.head, in: shape)
    let isKept = lane.kept.positions[state.layer][head].containsSorted(state.cursor)
    let title = TextWidth.clipped(lane.policy.title, to: 13, ellipsis: glyphs.ellipsis)
    var line = Line()
    line.add(Span("  " + TextWidth.padded(title, to: 14)))
    if let scores = lane.scores {
      if let rank = scores.rank(of: state.cursor, layer: state.layer, head: head) {
        let score = Double(scores.scores(layer: state.layer, head: head)[state.cursor])
        line.add(Span("score \(decimal(score, 4))  rank \(TextWidth.padded(grouped(rank), to: 5, right: true))  "))
      } else {
        line.add(Span(TextWidth.padded("always kept: window or sink", to: 27)))
      }
    }
    line.add(isKept ? Span("kept   ", theme[.good]) : Span("evicted", theme[.error]))
    let keeping = lane.kept.positions.joined().count { $0.containsSorted(state.cursor) }
    let heads = lane.kept.positions.reduce(0) { $0 + $1.count }
    line.add(Span("   kept by \(keeping) of \(heads) heads", theme[.dim]), rank: 2)
    if let votes = state.details.votes(state.votesRequest(lane)), let vote = votes.strongest(for: state.cursor) {
      line.add(Span("   voted by ", theme[.dim]), Span(voter(vote.voter, lane), theme[.accent]), rank: 1)
      line.add(Span(" \(decimal(Double(vote.weight), 3))", theme[.dim]), rank: 3)
      let offset = vote.source - state.cursor
      if offset != 0 { line.add(Span(" for \(offset > 0 ? "+" : "")\(offset), pooled", theme[.dim]), rank: 4) }
    }
    return line.fitting(width)
  }

  /// The row that looks most at the token, by its own token and its place.
  private func voter(_ voter: TokenVotes.Voter, _ lane: Lane) -> String {
    let vocabulary = state.story.vocabulary
    func quoted(_ tokens: [Int]?, _ index: Int) -> String {
      guard let tokens, tokens.indices.contains(index) else { return "" }
      let visible = Sanitizer.visible(bytes: vocabulary.bytes(of: tokens[index]), glyphs: glyphs, spaces: false)
      return "\"\(TextWidth.clipped(visible, to: 12, ellipsis: glyphs.ellipsis))\" "
    }
    switch voter {
    case .prompt(let position):
      let piece = TextWidth.clipped(text.pieces[position].text, to: 12, ellipsis: glyphs.ellipsis)
      return "\"\(piece)\" w-\(state.story.prompt.tokens.count - position)"
    case .lookahead(let index): return quoted(lane.lookahead?.pseudo.tokens, index) + "q\(index)"
    case .decode(let index): return quoted(state.story.full?.answer.tokens, index) + "d\(index)"
    }
  }
}

extension [Int] {
  /// Whether an ascending array contains a number, in a logarithmic number of steps.
  func containsSorted(_ wanted: Int) -> Bool {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == wanted
  }
}
