import Exploration
import Screen

/// How a head's number looks in the grid: as digits on its shade, or as the shade alone.
struct HeadCells {
  let scene: Scene
  let grid: HeadGrid

  private var figure: HeadFigure { scene.display.heads.figure }

  /// Whether the cursor is on a head.
  func isSelected(layer: Int, head: Int) -> Bool {
    layer == scene.cursor.layer && head == scene.cursor.head
  }

  /// Whether a head is the most striking one; who keeps a token has none.
  func isWorst(layer: Int, head: Int) -> Bool {
    figure != .tokenKeepers && grid.sorted.first.map { $0.layer == layer && $0.head == head } ?? false
  }

  /// A head's cell without digits, a column of which is left free where it has several.
  func shade(layer: Int, head: Int, width: Int, _ frame: Frame) -> Span {
    let value = grid.values[layer][head]
    let isSelected = isSelected(layer: layer, head: head)
    var shade = frame.theme.hasColor ? " " : frame.glyphs.level(brightness(value))
    if figure == .tokenKeepers { shade = TokenFate(rawValue: Int(value))?.glyph(frame.glyphs) ?? " " }
    let text = isSelected ? "+" : isWorst(layer: layer, head: head) ? "!" : shade
    return Span(String(repeating: text, count: max(1, width - 1)), style(value, isSelected, frame))
  }

  /// A head's cell with its number. The selected head and the most striking one differ without colour, too.
  func digits(layer: Int, head: Int, width: Int, _ frame: Frame) -> Span {
    let value = grid.values[layer][head]
    let isSelected = isSelected(layer: layer, head: head)
    let isWorst = isWorst(layer: layer, head: head)
    let (before, after) = isSelected ? ("[", "]") : (" ", isWorst ? "!" : width < 6 ? "" : " ")
    let text =
      TextWidth.padded(before + figure.text(value), to: width - after.count, right: true) + after
    return Span(text, style(value, isSelected, frame))
  }

  /// A number's colours.
  func style(_ value: Double, _ isSelected: Bool, _ frame: Frame) -> Style {
    guard frame.theme.hasColor else { return isSelected ? frame.theme[.cursor] : .plain }
    let fate = figure == .tokenKeepers ? TokenFate(rawValue: Int(value)) : nil
    let style = fate.map { frame.theme[$0.role] } ?? frame.theme.ramp.ground(brightness(value))
    return isSelected ? style.with(Style(underline: true)) : style
  }

  /// From a number to 0...1.
  func brightness(_ value: Double) -> Double { figure.brightness(value, grid.range) }
}
