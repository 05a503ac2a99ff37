import Exploration
import Screen

/// Every figure of the selected head, the active policy's and the pinned one's.
struct SelectedHead {
  private let scene: Scene
  /// The rows that it takes.
  static let height = HeadFigure.allCases.count + 2

  init(_ scene: Scene) { self.scene = scene }

  func draw(into frame: inout Frame, row: Int) {
    let theme = frame.theme
    var pinned = scene
    pinned.setup.policy = scene.setup.pinned ?? scene.setup.policy
    let name = 34
    frame.rule(row)
    var heading = [
      Span(
        TextWidth.padded("every figure of head \(scene.cursor.layer + 1).\(scene.cursor.head + 1)", to: name),
        theme[.dim]),
      Span(
        TextWidth.padded(
          TextWidth.clipped(scene.setup.policyTitle, to: 15, ellipsis: frame.glyphs.ellipsis), to: 16),
        theme[.accent]),
    ]
    if let title = scene.setup.pinnedTitle { heading.append(Span(title, theme[.text])) }
    frame.line(row + 1, heading)
    for (offset, figure) in HeadFigure.allCases.enumerated() {
      func text(_ scene: Scene) -> String {
        guard let values = figure.values(scene), scene.cursor.layer < values.count,
          scene.cursor.head < values[scene.cursor.layer].count
        else {
          return "-"
        }
        return figure.text(values[scene.cursor.layer][scene.cursor.head])
      }
      let isShown = figure == scene.display.heads.figure
      var spans = [
        Span((isShown ? frame.glyphs.marker : " ") + " ", theme[.accent]),
        Span(TextWidth.padded(figure.title, to: name - 2), theme[isShown ? .accent : .dim]),
        Span(TextWidth.padded(text(scene), to: 16)),
      ]
      // The difference, and what the model is like, are no policy's own.
      if scene.setup.pinned != nil, figure.isOfPolicy { spans.append(Span(text(pinned))) }
      frame.line(row + 2 + offset, spans)
    }
  }
}
