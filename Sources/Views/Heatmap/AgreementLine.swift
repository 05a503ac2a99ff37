import Exploration
import Screen

/// How well the heatmap's observed rows foresee the true ones: without the sinks, and in brackets with them.
struct AgreementLine {
  private let rows: HeatmapRows
  private let theme: Theme

  init(_ rows: HeatmapRows, theme: Theme) { (self.rows, self.theme) = (rows, theme) }

  /// The longest wording that fits.
  func spans(width: Int) -> [Span] {
    let window = " of \(rows.totals[.window] ?? 0)"
    let kinds: [(String, Set<AttentionRows.Section>)] = [
      ("window", [.window]), ("lookahead", [.lookahead]), ("both", [.window, .lookahead]),
    ]
    func line(_ heading: String, size: Bool, sinks: Bool) -> [Span] {
      [Span(heading, theme[.dim])]
        + kinds.flatMap { name, sections in
          let value = rows.agreement(of: sections)
          let all = sinks ? value.map { " (\(decimal($0.withSinks, 2)))" } ?? "" : ""
          return [
            Span("\(name)\(size && sections == [.window] ? window : "") "),
            Span(value.map { decimal($0.withoutSinks, 2) } ?? "-", theme[.accent]),
            Span(all + "  ", theme[.dim]),
          ]
        }
    }
    return Line.first(
      of: [
        line("cosine with the true rows (with the sinks):  ", size: true, sinks: true),
        line("cosine with the true rows:  ", size: true, sinks: false),
        line("cosine to decode: ", size: false, sinks: false),
      ], width: width)
  }
}
