import Evaluation
import Foundation
import Screen
import Views

extension ConsistencyFigure {
  /// The picture as an XML element: recall and mass recall against budget, and cosines by layer. Equal
  /// summaries have equal texts.
  package var svg: String {
    let cosines = cosines
    let policyNames = Self.legend(summary.lines.map(\.policy.name), x: 50, y: 330, width: 640)
    let cosineNames = Self.legend(cosines.map(\.name), x: 710, y: 330, width: 300)
    // Three rows of names have room; more of them make the picture higher.
    let (width, height) = (1020.0, max(380, max(policyNames.bottom, cosineNames.bottom) + 14))
    var parts = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(width))" height="\(Int(height))" viewBox="0 0 \(Int(width)) \(Int(height))" \
      role="img" font-family="Helvetica, Arial, sans-serif" font-size="12">
      """,
      "<title>\(Markup.escaped("Consistency with the true decode queries: \(summary.modelName)"))</title>",
      "<rect width=\"\(Int(width))\" height=\"\(Int(height))\" fill=\"#ffffff\"/>",
    ]
    let panels = [(ConsistencySuite.Measure.recall, "recall"), (.massRecall, "mass recall")]
    for (index, (measure, title)) in panels.enumerated() {
      let panel = Panel(x: 50 + Double(index) * 330, y: 40, width: 270, height: 240)
      let lines = summary.lines.map { line in
        line.points.compactMap { point in point.means[measure].map { (x: point.keptTokens, y: $0) } }.sorted {
          $0.x < $1.x
        }
      }
      parts += panel.frame(title: title, axis: "tokens kept per layer and head")
      parts += panel.curves(lines, isLogarithmic: true)
    }
    let panel = Panel(x: 710, y: 40, width: 270, height: 240)
    parts += panel.frame(title: "cosine with the true rows", axis: "layer")
    parts += panel.curves(
      cosines.map { $0.values.enumerated().map { (x: Double($0.offset + 1), y: $0.element) } },
      isLogarithmic: false)
    parts += policyNames.parts + cosineNames.parts
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  /// The curves of the panel of layers.
  private var cosines: [(name: String, values: [Double])] {
    var cosines: [(name: String, values: [Double])] = []
    if let window = summary.layers[summary.shown(.windowCosine)] { cosines.append(("window", window)) }
    if let lookahead, let values = lookahead.point.layers[summary.shown(.lookaheadCosine)] {
      cosines.append(("lookahead, \(lookahead.policy.name) at \(lookahead.point.budget)", values))
    }
    if let truth = summary.layers[summary.shown(.decodeCosine)] { cosines.append(("truth itself", truth)) }
    return cosines
  }

  /// Names beside their marks, in rows, and the last row's place.
  private static func legend(
    _ names: [String], x: Double, y: Double, width: Double
  ) -> (parts: [String], bottom: Double) {
    var (left, top) = (x, y)
    let parts = names.enumerated().flatMap { index, name in
      let length = 26 + 7 * Double(name.count)
      if left > x, left + length > x + width { (left, top) = (x, top + 18) }
      defer { left += length }
      return [
        "<circle cx=\"\(Panel.number(left + 5))\" cy=\"\(Panel.number(top - 4))\" r=\"4\" fill=\"\(Panel.color(index))\"/>",
        "<text x=\"\(Panel.number(left + 13))\" y=\"\(Panel.number(top))\">\(Markup.escaped(name))</text>",
      ]
    }
    return (parts, top)
  }
}

/// A square of a drawing with a share from 0 to 1 upwards.
private struct Panel {
  let x: Double, y: Double, width: Double, height: Double

  /// The title, the axes and lines at every fifth.
  func frame(title: String, axis: String) -> [String] {
    var parts = [
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y - 14))\" font-weight=\"bold\">\(Markup.escaped(title))</text>"
    ]
    for fifth in 0...5 {
      let level = y + height * (1 - Double(fifth) / 5)
      parts.append(
        """
        <line x1="\(Self.number(x))" x2="\(Self.number(x + width))" y1="\(Self.number(level))" y2="\(Self.number(level))" \
        stroke="#dddddd"/>
        """)
      parts.append(
        "<text x=\"\(Self.number(x - 6))\" y=\"\(Self.number(level + 4))\" text-anchor=\"end\">\(decimal(Double(fifth) / 5, 1))</text>"
      )
    }
    parts.append(
      """
      <text x="\(Self.number(x + width / 2))" y="\(Self.number(y + height + 34))" text-anchor="middle" fill="#555555">\
      \(Markup.escaped(axis))</text>
      """)
    return parts
  }

  /// Curves with a mark at each point, and a label below each place that has one.
  func curves(_ lines: [[(x: Double, y: Double)]], isLogarithmic: Bool) -> [String] {
    let places = Set(lines.joined().map(\.x)).sorted()
    guard let first = places.first, let last = places.last else { return [] }
    func scaled(_ value: Double) -> Double { isLogarithmic ? log2(max(value, 1e-9)) : value }
    func across(_ value: Double) -> Double {
      let span = scaled(last) - scaled(first)
      return x + (span > 0 ? (scaled(value) - scaled(first)) / span : 0.5) * width
    }
    func up(_ value: Double) -> Double { y + height * (1 - min(max(value, 0), 1)) }
    var parts: [String] = []
    var free = -Double.infinity
    for place in places {
      let label = String(Int(place.rounded()))
      guard across(place) - 4 * Double(label.count) > free else { continue }
      free = across(place) + 4 * Double(label.count) + 4
      parts.append(
        "<text x=\"\(Self.number(across(place)))\" y=\"\(Self.number(y + height + 16))\" text-anchor=\"middle\">\(label)</text>"
      )
    }
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let points = line.map { "\(Self.number(across($0.x))),\(Self.number(up($0.y)))" }
      parts.append(
        "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(Self.color(index))\" stroke-width=\"2\"/>"
      )
      parts += line.map {
        "<circle cx=\"\(Self.number(across($0.x)))\" cy=\"\(Self.number(up($0.y)))\" r=\"3\" fill=\"\(Self.color(index))\"/>"
      }
    }
    return parts
  }

  /// Colours that differ in brightness, too (Okabe and Ito 2008), then darker ones.
  static func color(_ index: Int) -> String {
    let colors = [
      "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f", "#8b4513",
      "#4b0082",
    ]
    return colors[index % colors.count]
  }

  /// At most one decimal.
  static func number(_ value: Double) -> String { decimal(value, 1) }
}
