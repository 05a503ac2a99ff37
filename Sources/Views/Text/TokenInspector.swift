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

  /// The token, and what becomes of it under the active policy and the pinned one.
  /// - Parameter isLong: whether who voted for it has lines of their own.
  func lines(width: Int, isLong: Bool = false) -> [[Span]] {
    let prompt = state.run.prompt
    let token = prompt.tokens[state.cursor]
    let bytes = prompt.bytes(at: state.cursor).prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    var first = Line()
    first.add(
      Span("cursor  token \(state.cursor) "), Span("\"\(text.pieces[state.cursor].text)\"", theme[.accent]))
    first.add(Span("  id \(grouped(token.id))", theme[.dim]), rank: 3)
    first.add(Span("  bytes \(bytes.joined(separator: " "))", theme[.dim]), rank: 4)
    if let mass = state.run.decodeMass?[state.layer, state.head][state.cursor],
      let decode = state.run.decodeQueries
    {
      first.add(Span("   true attention \(decimal(Double(mass), 3))", theme[.text]), rank: 1)
      first.add(Span(", sum over \(decode.count) decode rows", theme[.text]), rank: 2)
      first.add(Span(", rank \(grouped(decodeRank))", theme[.text]), rank: 5)
    }
    var lines = [first.fitting(width)]
    for result in [state.result, state.pinnedResult].compactMap({ $0 }) {
      lines.append(fate(result, width: width))
      if isLong { lines.append(readers(result, width: width)) }
    }
    return lines
  }

  /// The token's rank by true attention, 1 for the most; of equal ones the first comes first.
  private var decodeRank: Int {
    guard let mass = state.run.decodeMass?[state.layer, state.head] else { return 0 }
    let own = mass[state.cursor]
    return 1 + mass.enumerated().count { $1 > own || ($1 == own && $0 < state.cursor) }
  }

  /// Whether the policy keeps it, and by which rule.
  private func fate(_ result: PolicyResult, width: Int) -> [Span] {
    let head = result.kept.granularity.head(forQueryHead: state.head, in: result.kept.shape)
    let kept = result.kept.positions[state.layer][head]
    let title = TextWidth.padded(
      TextWidth.clipped(result.policy.title, to: 13, ellipsis: glyphs.ellipsis), to: 14)
    let isKept = kept.containsSorted(state.cursor)
    var beginning = [
      Span("  " + title), isKept ? Span("kept   ", theme[.good]) : Span("evicted", theme[.error]),
    ]
    guard let scores = result.scores else { return beginning }
    let rank = scores.rank(of: state.cursor, layer: state.layer, head: head)
    let isEdited = rank == nil && !isKept
    let place = rank.map { rank in
      let number = grouped(rank)
      return "  rank \(number)\(String(repeating: " ", count: max(0, 3 - number.count)))"
    }
    beginning.append(Span(place ?? (isEdited ? "  by hand " : "  always  ")))
    let always = Set(scores.protected(layer: state.layer, head: head)).intersection(kept).count
    let byScore = kept.count - always
    // The cut is told where the order alone decides, as it does for this token.
    let isByRank = rank.map { ($0 <= byScore) == isKept } ?? true
    let cut =
      byScore == 0 ? "none by rank" : isByRank ? "cut at rank \(grouped(byScore))" : "not by rank alone"
    let rule = "\(grouped(always)) always + \(grouped(byScore)) by score"
    let score = Double(scores.scores(layer: state.layer, head: head)[state.cursor])
    let long = rank == nil ? "" : "   score \(decimal(score, 4))"
    let wordings = [
      "   keeps \(rule); \(cut)\(long)", "   keeps \(rule); \(cut)", "  \(rule); \(cut)", "  \(cut)", "",
    ]
    return Line.first(of: wordings.map { beginning + [Span($0, theme[.text])] }, width: width)
  }

  /// The row that looks most at it, and in how many heads it is kept.
  private func readers(_ result: PolicyResult, width: Int) -> [Span] {
    var line = Line()
    line.add(Span(String(repeating: " ", count: 16)))
    if let votes = state.details.votes(state.votesRequest(result)),
      let vote = votes.strongest(for: state.cursor)
    {
      line.add(Span("most read by ", theme[.dim]), Span(voter(vote.voter, result), theme[.accent]))
      let offset = vote.source - state.cursor
      let place = offset == 0 ? "" : " on token \(vote.source), pooled"
      line.add(Span(", attention \(decimal(Double(vote.weight), 3))\(place)", theme[.dim]), rank: 2)
      line.add(Span("   "))
    }
    let keeping = result.kept.positions.joined().count { $0.containsSorted(state.cursor) }
    let heads = result.kept.positions.reduce(0) { $0 + $1.count }
    let kind = result.kept.granularity == .kvHead ? "KV" : "query"
    line.add(Span("kept in \(keeping) of \(heads) \(kind) heads of all layers", theme[.dim]), rank: 3)
    return line.fitting(width)
  }

  /// The row that looks most at the token, by its own token and its place.
  private func voter(_ voter: TokenVotes.Voter, _ result: PolicyResult) -> String {
    let vocabulary = state.run.vocabulary
    func quoted(_ tokens: [Int]?, _ index: Int) -> String {
      guard let tokens, tokens.indices.contains(index) else { return "" }
      let visible = Sanitizer.visible(
        bytes: vocabulary.bytes(of: tokens[index]), glyphs: glyphs, spaces: false)
      return " \"\(TextWidth.clipped(visible, to: 12, ellipsis: glyphs.ellipsis))\""
    }
    switch voter {
    case .prompt(let position):
      let piece = TextWidth.clipped(text.pieces[position].text, to: 12, ellipsis: glyphs.ellipsis)
      let row = state.run.prompt.tokens.count - position
      return row <= result.policy.observedTokens ?? 0
        ? "window row w-\(row) \"\(piece)\"" : "token \(position) \"\(piece)\""
    case .lookahead(let index):
      return "lookahead row q\(index)" + quoted(result.lookahead?.pseudo.tokens, index)
    case .decode(let index): return "decode row d\(index)" + quoted(state.run.full?.answer.tokens, index)
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
