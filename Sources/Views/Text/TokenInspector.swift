import Eviction
import Exploration
import Screen
import Transformer

/// What is known of the token under the cursor, in the chosen layer and head.
struct TokenInspector {
  private let scene: Scene
  private let glyphs: GlyphSet
  private let text: TokenText
  private var theme: Theme { scene.display.theme }

  init(_ scene: Scene, glyphs: GlyphSet, text: TokenText) {
    self.scene = scene
    self.glyphs = glyphs
    self.text = text
  }

  /// The token, and what becomes of it under the active policy and the pinned one.
  /// - Parameter isLong: whether who voted for it has lines of their own.
  func lines(width: Int, isLong: Bool = false) -> [[Span]] {
    let prompt = scene.run.prompt
    let token = prompt.tokens[scene.cursor.position]
    let bytes = prompt.bytes(at: scene.cursor.position).prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    var first = Line()
    first.add(
      Span("cursor  token \(scene.cursor.position) "),
      Span("\"\(text.pieces[scene.cursor.position].text)\"", theme[.accent]))
    first.add(Span("  id \(grouped(token.id))", theme[.dim]), rank: 3)
    first.add(Span("  bytes \(bytes.joined(separator: " "))", theme[.dim]), rank: 4)
    if let mass = scene.run.decodeMass?[scene.cursor.layer, scene.cursor.head][scene.cursor.position],
      let decode = scene.run.decodeQueries
    {
      first.add(Span("   true attention \(decimal(Double(mass), 3))", theme[.text]), rank: 1)
      first.add(Span(", sum over \(decode.count) decode rows", theme[.text]), rank: 2)
      first.add(Span(", rank \(grouped(decodeRank))", theme[.text]), rank: 5)
    }
    var lines = [first.fitting(width)]
    for result in [scene.result, scene.pinnedResult].compactMap({ $0 }) {
      lines.append(fate(result, width: width))
      if isLong { lines.append(readers(result, width: width)) }
    }
    return lines
  }

  /// The token's rank by true attention, 1 for the most; of equal ones the first comes first.
  private var decodeRank: Int {
    guard let mass = scene.run.decodeMass?[scene.cursor.layer, scene.cursor.head] else { return 0 }
    let own = mass[scene.cursor.position]
    return 1 + mass.enumerated().count { $1 > own || ($1 == own && $0 < scene.cursor.position) }
  }

  /// Whether the policy keeps it, and by which rule.
  private func fate(_ result: PolicyResult, width: Int) -> [Span] {
    let head = result.kept.granularity.head(forQueryHead: scene.cursor.head, in: result.kept.shape)
    let kept = result.kept.positions[scene.cursor.layer][head]
    let title = TextWidth.padded(
      TextWidth.clipped(result.policy.title, to: 13, ellipsis: glyphs.ellipsis), to: 14)
    let isKept = kept.containsSorted(scene.cursor.position)
    var beginning = [
      Span("  " + title), isKept ? Span("kept   ", theme[.good]) : Span("evicted", theme[.error]),
    ]
    guard let scores = result.scores else { return beginning }
    let rank = scores.rank(of: scene.cursor.position, layer: scene.cursor.layer, head: head)
    // A token of the window or a sink goes by hand, or where the budget has no room for all of them.
    let withoutRank = isKept ? "  always  " : result.policy.edits.isEmpty ? "  no room " : "  by hand "
    let place = rank.map { rank in
      let number = grouped(rank)
      return "  rank \(number)\(String(repeating: " ", count: max(0, 3 - number.count)))"
    }
    beginning.append(Span(place ?? withoutRank))
    let always = Set(scores.protected(layer: scene.cursor.layer, head: head)).intersection(kept).count
    let byScore = kept.count - always
    // The cut is told where the order alone decides, as it does for this token.
    let isByRank = rank.map { ($0 <= byScore) == isKept } ?? true
    let cut =
      byScore == 0 ? "none by rank" : isByRank ? "cut at rank \(grouped(byScore))" : "not by rank alone"
    let rule = "\(grouped(always)) always + \(grouped(byScore)) by score"
    let score = Double(scores.scores(layer: scene.cursor.layer, head: head)[scene.cursor.position])
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
    if let votes = scene.details.votes(scene.votesRequest(result)),
      let vote = votes.strongest(for: scene.cursor.position)
    {
      line.add(Span("most read by ", theme[.dim]), Span(voter(vote.voter, result), theme[.accent]))
      let offset = vote.source - scene.cursor.position
      let place = offset == 0 ? "" : " on token \(vote.source), pooled"
      line.add(Span(", attention \(decimal(Double(vote.weight), 3))\(place)", theme[.dim]), rank: 2)
      line.add(Span("   "))
    }
    let keeping = result.kept.positions.joined().count { $0.containsSorted(scene.cursor.position) }
    let heads = result.kept.positions.reduce(0) { $0 + $1.count }
    let kind = result.kept.granularity == .kvHead ? "KV" : "query"
    line.add(Span("kept in \(keeping) of \(heads) \(kind) heads of all layers", theme[.dim]), rank: 3)
    return line.fitting(width)
  }

  /// The row that looks most at the token, by its own token and its place.
  private func voter(_ voter: TokenVotes.Voter, _ result: PolicyResult) -> String {
    let vocabulary = scene.run.vocabulary
    func quoted(_ tokens: [Int]?, _ index: Int) -> String {
      guard let tokens, tokens.indices.contains(index) else { return "" }
      let visible = Sanitizer.visible(
        bytes: vocabulary.bytes(of: tokens[index]), glyphs: glyphs, spaces: false)
      return " \"\(TextWidth.clipped(visible, to: 12, ellipsis: glyphs.ellipsis))\""
    }
    switch voter {
    case .prompt(let position):
      let piece = TextWidth.clipped(text.pieces[position].text, to: 12, ellipsis: glyphs.ellipsis)
      let row = scene.run.prompt.tokens.count - position
      return row <= result.choice?.reach ?? 0
        ? "window row w-\(row) \"\(piece)\"" : "token \(position) \"\(piece)\""
    case .lookahead(let index):
      return "lookahead row q\(index)" + quoted(result.lookahead?.pseudo.tokens, index)
    case .decode(let index): return "decode row d\(index)" + quoted(scene.run.full?.answer.tokens, index)
    }
  }
}
