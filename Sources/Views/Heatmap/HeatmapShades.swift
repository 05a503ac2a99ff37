import Exploration
import Foundation
import Screen

/// How attention becomes colours and shades, and what they mean.
struct HeatmapShades {
  private let display: HeatmapDisplay
  /// The most that is shown apart from the brightest: of the sink-free scale the most of any row.
  private let top: Double

  init(_ display: HeatmapDisplay, largest: Float?) {
    self.display = display
    top = display.scale == .withoutSinks ? max(1e-6, Double(largest ?? 1)) : 1
  }

  /// Stands for a cell of sinks alone, which the scale leaves out.
  static let sink: Float = -1

  /// From attention to 0…1: three or four decades, or linear.
  func brightness(_ weight: Float) -> Double {
    switch display.scale {
    case .withoutSinks: weight <= 0 ? 0 : min(1, max(0, 1 + log10(Double(weight) / top) / 3))
    case .linear: Double(weight)
    case .logarithmic: weight <= 1e-4 ? 0 : min(1, (log10(Double(weight)) + 4) / 4)
    }
  }

  /// A cell of one row, or of two over each other; a dot where the row is still being computed.
  /// - Parameter width: its columns; of several the last one parts it from the next.
  func cell(_ upper: Float?, _ lower: Float?, width: Int, _ frame: Frame) -> Span {
    func span(_ glyph: String, _ style: Style) -> Span {
      Span(width == 1 ? glyph : String(repeating: glyph, count: width - 1), style)
    }
    guard let upper else { return span(frame.glyphs.dot, frame.theme[.frame]) }
    if upper == Self.sink { return span("s", frame.theme[.dim]) }
    guard frame.theme.hasColor else { return span(frame.glyphs.level(brightness(upper)), frame.theme[.text]) }
    let ramp = frame.theme.ramp
    guard display.pairsRows, let half = frame.glyphs.upperHalf else {
      return span(" ", Style(background: ramp.color(brightness(upper))))
    }
    return span(
      half,
      Style(
        foreground: ramp.color(brightness(upper)),
        background: lower.map { ramp.color(brightness($0)) }))
  }

  /// Which shade is how much attention, and the marks of cells and rows.
  func legend(_ frame: Frame, stepIsMarked: Bool) -> [Span] {
    let dim = frame.theme[.dim]
    var line = Line()
    line.add(Span("legend  ", dim))
    let names: [(Double, String)] =
      switch display.scale {
      case .withoutSinks:
        [(0, "0")] + [(1, 100.0), (2, 10), (3, 1)].map { ($0.0 / 3, decimal(top / $0.1, $0.1 > 1 ? 4 : 2)) }
      case .logarithmic: [(0.0, "0"), (0.25, "1e-3"), (0.5, "1e-2"), (0.75, "1e-1"), (1.0, "1")]
      case .linear: [0.0, 0.25, 0.5, 0.75, 1.0].map { ($0, decimal($0, 2)) }
      }
    for (value, name) in names {
      line.add(
        frame.theme.hasColor
          ? Span("  ", Style(background: frame.theme.ramp.color(value))) : Span(frame.glyphs.level(value)))
      line.add(Span(" \(name)  "))
    }
    if display.scale == .withoutSinks { line.add(Span("s sinks, left out  ", dim), rank: 2) }
    if stepIsMarked { line.add(Span("\(frame.glyphs.filled) shown step  ", dim), rank: 3) }
    line.add(Span("kept: share of the cell", dim), rank: 1)
    return line.fitting(frame.width)
  }
}
