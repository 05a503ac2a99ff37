import Evaluation
import Eviction
import Foundation
import Screen
import Views

/// The picture of consistency: what each policy keeps of the decode attention against its budget, and how
/// near the observed rows are to the true ones layer by layer. As text, and as a drawing.
package struct ConsistencyFigure {
  let summary: ConsistencySummary

  /// Draws a summary.
  package init(_ summary: ConsistencySummary) { self.summary = summary }

  /// Recall against kept tokens, one line per policy, then a bar per layer for the window and for the first
  /// lookahead.
  package func text(width: Int, glyphs: GlyphSet) -> String {
    let plot = plotText(width: width, glyphs: glyphs)
    return plot + "\n" + barsText(width: width, glyphs: glyphs)
  }

  /// Budgets as they fell out, in tokens.
  var budgets: ClosedRange<Int>? {
    let kept = summary.lines.flatMap(\.points).map { Int($0.keptTokens.rounded()) }.filter { $0 > 0 }
    guard let least = kept.min(), let most = kept.max(), least < most else { return nil }
    return least...most
  }

  /// The first policy that looks ahead, at its smallest budget: where views of the prompt differ most.
  var lookahead: (policy: Policy, point: ConsistencySummary.Point)? {
    summary.lines.lazy.compactMap { line in
      line.points.filter { $0.layers[summary.shown(.lookaheadCosine)] != nil }.min {
        $0.keptTokens < $1.keptTokens
      }.map {
        (line.policy, $0)
      }
    }.first
  }

  private func plotText(width: Int, glyphs: GlyphSet) -> String {
    guard let budgets else { return "recall: give at least two budgets (--budget) for a plot\n" }
    let (gutter, legend, height) = (5, 26, 15)
    let columns = max(20, width - gutter - legend)
    let lines = summary.lines.map { line in
      line.points.map { (budget: Int($0.keptTokens.rounded()), value: $0.means[.recall] ?? 0) }.sorted {
        $0.budget < $1.budget
      }
    }
    let plot = BudgetPlot(lines, budgets: budgets, width: columns, height: height)
    // The names stand beside the plot, and go on below it where there are more of them than rows.
    var grid = Grid(Size(width: width, height: max(height + 2, lines.count + 1)))
    grid.put(
      "recall of the true decode queries' tokens, against tokens kept per layer and head", row: 0, column: 0,
      style: .plain)
    for row in 0..<height {
      let label = row == 0 ? "1.0" : row == height - 1 ? "0.0" : "   "
      grid.put("\(label) \(glyphs.vertical)", row: row + 1, column: 0, style: .plain)
    }
    for mark in plot.marks {
      let glyph = mark.isMeasured ? Self.letter(mark.line) : glyphs.dot
      grid.put(glyph, row: mark.row + 1, column: gutter + mark.column, style: .plain)
    }
    var free = 0
    for budget in Set(lines.joined().map(\.budget)).sorted() {
      let label = String(budget)
      let start = max(0, min(plot.column(budget) - label.count / 2, columns - label.count))
      guard start >= free else { continue }
      grid.put(label, row: height + 1, column: gutter + start, style: .plain)
      free = start + label.count + 1
    }
    for (index, line) in summary.lines.enumerated() {
      let name = TextWidth.clipped(line.policy.name, to: legend - 4, ellipsis: glyphs.ellipsis)
      grid.put("\(Self.letter(index)) \(name)", row: index + 1, column: gutter + columns + 2, style: .plain)
    }
    return TextRenderer.text(grid)
  }

  private func barsText(width: Int, glyphs: GlyphSet) -> String {
    guard let window = summary.layers[summary.shown(.windowCosine)],
      let truth = summary.layers[summary.shown(.decodeCosine)]
    else {
      return ""
    }
    let ahead = lookahead?.point.layers[summary.shown(.lookaheadCosine)]
    let name = lookahead.map { "lookahead of \($0.policy.name) at \($0.point.budget)" }
    let sinks = summary.leavesSinksOut ? " without the sinks" : ""
    let length = max(10, (width - 30) / 2)
    func bar(_ value: Double) -> String {
      let filled = Int((min(max(value, 0), 1) * Double(length)).rounded())
      return String(repeating: "#", count: filled) + String(repeating: ".", count: length - filled)
    }
    var lines = [
      "cosine with the true rows\(sinks), layer by layer: window (above), \(name ?? "no lookahead")\(name == nil ? "" : " (below)")"
    ]
    for layer in window.indices {
      lines.append(
        "layer \(layer + 1)  \(decimal(window[layer], 3)) \(bar(window[layer]))   truth \(decimal(truth[layer], 3))"
      )
      if let ahead {
        lines.append(
          "\(String(repeating: " ", count: "layer \(layer + 1)".count))  \(decimal(ahead[layer], 3)) \(bar(ahead[layer]))"
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Lines differ by letter: small ones, capitals, digits, and from the 63rd on the same again.
  static func letter(_ line: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    return String(letters[line % letters.count])
  }
}
