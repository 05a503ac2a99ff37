/// The characters that a view draws with, so that one view serves Unicode and ASCII terminals.
package struct GlyphSet: Hashable, Sendable {
  /// Whether every glyph is ASCII; foreign text is then `?` beyond it.
  package let isASCII: Bool
  /// A horizontal and a vertical line.
  package let horizontal: String, vertical: String
  /// The corners of a box.
  package let topLeft: String, topRight: String, bottomLeft: String, bottomRight: String
  /// Where a rule meets the box, and an axis its ticks.
  package let teeRight: String, teeLeft: String, teeDown: String, teeUp: String, cross: String
  /// Four shades from light to full.
  package let shades: [String]
  /// Ten steps from empty to full for monochrome heatmaps.
  package let levels: [String]
  /// Bars of one to eight eighths of a cell's height.
  package let bars: [String]
  /// A cell's upper half; nil where there is none.
  package let upperHalf: String?
  /// Arrows and the mark between phases.
  package let left: String, right: String, up: String, down: String, phase: String
  /// Marks for agreement, lack of it, and the current row.
  package let check: String, crossMark: String, marker: String
  /// Marks for another wording that means the same, for the same tokens, and for others.
  package let alike: String, equal: String, unequal: String
  /// Stands before the most that a number can be.
  package let atMost: String
  /// The part of a track that is done, and its stations that are reached or not.
  package let heavy: String, filled: String, hollow: String
  /// How a space, a newline and a tab of the input are shown.
  package let space: String, newline: String, tab: String
  /// Stands for what is left out; separates parts of a line; joins a range.
  package let ellipsis: String, dot: String, dash: String
  /// The frames of a spinner.
  package let spinner: [String]

  /// Box lines, shades and arrows.
  package static let unicode = GlyphSet(
    isASCII: false, horizontal: "─", vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└",
    bottomRight: "┘",
    teeRight: "├", teeLeft: "┤", teeDown: "┬", teeUp: "┴", cross: "┼", shades: ["░", "▒", "▓", "█"],
    levels: [" ", "·", "░", "░", "▒", "▒", "▓", "▓", "█", "█"],
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    upperHalf: "▀", left: "←", right: "→", up: "↑", down: "↓", phase: "▸", check: "✓", crossMark: "✗",
    marker: "▶", alike: "≈", equal: "=", unequal: "≠", atMost: "≤",
    heavy: "━", filled: "●", hollow: "○", space: "·", newline: "⏎", tab: "→", ellipsis: "…", dot: "·",
    dash: "–", spinner: ["⠋", "⠙", "⠸", "⠴", "⠦", "⠇"])

  /// Only characters from space to tilde.
  package static let ascii = GlyphSet(
    isASCII: true, horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+",
    bottomRight: "+",
    teeRight: "+", teeLeft: "+", teeDown: "+", teeUp: "+", cross: "+", shades: [".", "-", "=", "#"],
    levels: [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"],
    bars: ["_", "_", ".", "-", "-", "=", "=", "#"],
    upperHalf: nil, left: "<", right: ">", up: "^", down: "v", phase: ">", check: "y", crossMark: "n",
    marker: ">", alike: "~", equal: "=", unequal: "!", atMost: "<",
    heavy: "=", filled: "O", hollow: "o", space: "_", newline: "$", tab: ">", ellipsis: "~", dot: "-",
    dash: "-", spinner: ["|", "/", "-", "\\"])

  /// The step for a value in 0...1; values outside, and NaN, are held to the ends.
  package func level(_ value: Double) -> String {
    let held = value.isNaN ? 0 : min(max(value, 0), 1)
    return levels[min(levels.count - 1, Int(held * Double(levels.count)))]
  }
}
