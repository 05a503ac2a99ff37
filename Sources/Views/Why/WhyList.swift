import Exploration
import Screen

/// The list of what a search restored: what brings the answer back, other sets, heads by themselves, and the
/// evicted tokens that the full cache's answer looked at.
struct WhyList {
  /// A line of the list.
  struct Row {
    let piece: WhyPiece
    /// Which of the sets it is in, 0 for the first; `nil`: in none.
    let set: Int?
    /// What is said with it alone; `nil` where that was not tried.
    let alone: WhyOutcome?
  }

  /// Heads by themselves that are listed, where none of them is enough.
  private static let nearestHeads = 3

  private let scene: Scene
  private let finding: WhyFinding
  /// The first row shown, where not all fit.
  private let top: Int

  init(_ scene: Scene, _ finding: WhyFinding, top: Int) {
    (self.scene, self.finding, self.top) = (scene, finding, top)
  }

  /// The restored pieces, those of other sets, heads, then the other evicted tokens in the order of
  /// attention.
  static func rows(of finding: WhyFinding) -> [Row] {
    let first = finding.parts.first
    let alone = Dictionary(first?.alone.map { ($0.piece.place, $0.outcome) } ?? []) { $1 }
    var seen: Set<[Int]> = []
    var rows: [Row] = []
    func add(_ pieces: [WhyPiece], set: Int?) {
      for piece in pieces where seen.insert(piece.place).inserted {
        rows.append(Row(piece: piece, set: set, alone: alone[piece.place]))
      }
    }
    add(finding.restored, set: 0)
    for (index, set) in (first?.sets ?? []).enumerated() { add(set.pieces, set: index) }
    let heads = first?.triedAlone(heads: true) ?? (all: [], enough: [])
    let nearest = heads.all.sorted { $0.outcome.comesNearer(than: $1.outcome) }.prefix(Self.nearestHeads)
    add((heads.enough.isEmpty ? Array(nearest) : heads.enough).map { $0.piece }, set: nil)
    add(finding.lost.map(WhyPiece.eviction), set: nil)
    return rows
  }

  func draw(into frame: inout Frame, area: Range<Int>) {
    guard area.count >= 2 else { return }
    let theme = frame.theme
    let rows = Self.rows(of: finding)
    let capacity = area.count - 1
    let top = max(0, min(self.top, rows.count - capacity))
    let isNarrow = frame.width < 70
    let widths =
      isNarrow
      ? (name: 14, place: 6, head: 7, share: 8, alone: 15)
      : (name: 22, place: 8, head: 8, share: 12, alone: 18)
    func columns(_ place: String, _ head: String, _ share: String) -> String {
      TextWidth.padded(place, to: widths.place, right: true)
        + TextWidth.padded(head, to: widths.head, right: true)
        + TextWidth.padded(share, to: widths.share, right: true)
    }
    let names = TextWidth.padded("  evicted", to: widths.name + 2)
    frame.line(
      area.lowerBound,
      [Span(names + columns("place", "head", isNarrow ? "share" : "attention") + "  alone", theme[.dim])])
    if rows.count > capacity {
      let more = "\(top + 1)\(frame.glyphs.dash)\(top + capacity) of \(grouped(rows.count))"
      frame.grid.put([Span(more, theme[.dim])], row: area.lowerBound, endingAt: frame.right)
    }
    let pieces = scene.display.texts.text(
      scene.run.prompt, glyphs: frame.glyphs, showsSpaces: !theme.hasColor
    ).pieces
    for (offset, row) in rows.dropFirst(top).prefix(capacity).enumerated() {
      let piece = row.piece
      let token = piece.token
      let text = token.flatMap { pieces.indices.contains($0.position) ? pieces[$0.position].text : nil }
      let name = TextWidth.padded(
        TextWidth.clipped(
          text.map { "\"\($0)\"" } ?? "all \(grouped(piece.count))", to: widths.name - 1,
          ellipsis: frame.glyphs.ellipsis), to: widths.name)
      let share = token.map { Double($0.share) }
      let bar = max(
        0, frame.width - widths.name - widths.place - widths.head - widths.share - widths.alone - 4)
      let isBack = row.alone?.isBack == true
      frame.line(
        area.lowerBound + 1 + offset,
        [
          Span(mark(row, frame), theme[.good]), Span(name, theme[row.set == nil ? .text : .accent]),
          Span(
            columns(
              token.map { "\($0.position)" } ?? "", "\(piece.layer + 1).\(piece.queryHead + 1)",
              share.map { decimal($0, 4) } ?? "")),
          Span(
            "  " + TextWidth.padded(outcome(row.alone, frame), to: widths.alone), theme[isBack ? .good : .dim]
          ),
          Span(
            String(repeating: frame.glyphs.shades[3], count: Int((share ?? 0) * Double(bar))), theme[.dim]),
        ])
    }
  }

  private func mark(_ row: Row, _ frame: Frame) -> String {
    switch row.set {
    case nil: "  "
    case 0?: "\(frame.glyphs.check) "
    case let set?: "\(set + 1) "
    }
  }

  /// What was said with a piece alone.
  private func outcome(_ outcome: WhyOutcome?, _ frame: Frame) -> String {
    guard let outcome else { return "" }
    if outcome.isBack { return "\(frame.glyphs.check) brings it" }
    return (outcome.rank.map { "rank \($0)" } ?? "far") + "  \(decimal(outcome.probability, 3))"
  }
}
