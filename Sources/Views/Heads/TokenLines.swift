import Exploration
import Screen

/// What the heads view says of the token at the cursor, or of the selected span: its words, where it stands in
/// the text, and who keeps it in how many heads.
struct TokenLines {
  private let scene: Scene
  private let frame: Frame
  private var theme: Theme { frame.theme }
  private var span: ClosedRange<Int> {
    scene.cursor.selection.clamped(to: 0...max(0, scene.run.prompt.tokens.count - 1))
  }

  init(_ scene: Scene, _ frame: Frame) { (self.scene, self.frame) = (scene, frame) }

  private var text: TokenText {
    scene.display.texts.text(scene.run.prompt, glyphs: frame.glyphs, showsSpaces: !theme.hasColor)
  }

  /// The token by its place and its text, a span also by how its tokens are joined.
  var name: [Span] {
    let words = span.prefix(12).map { text.pieces[$0].text }.joined()
    let quoted = "\"\(TextWidth.clipped(words, to: 18, ellipsis: frame.glyphs.ellipsis))\""
    guard span.count > 1 else {
      return [Span("   token \(span.lowerBound) "), Span(quoted, theme[.accent])]
    }
    let joining = scene.display.heads.joining
    return [
      Span("   \(joining.rawValue) of "), Span("\(span.lowerBound)\(frame.glyphs.dash)\(span.upperBound) "),
      Span(quoted, theme[.accent]), Span(" (\(scene.display.keys.shown(.tokenHeads)))", theme[.dim]),
    ]
  }

  /// The text around it.
  func context(width: Int) -> [Span] {
    let pieces = text.pieces
    let near = max(0, scene.cursor.position - width)..<min(pieces.count, scene.cursor.position + width)
    let spans = near.map { position in
      let style = theme[
        position == scene.cursor.position ? .cursor : span.contains(position) ? .found : .text]
      return Span(pieces[position].text, style)
    }
    // As much of the text before it as behind it.
    var (first, used) = (scene.cursor.position - near.lowerBound, 0)
    while first > 0, used + spans[first - 1].width <= width / 2 {
      first -= 1
      used += spans[first].width
    }
    guard !spans.isEmpty else { return [] }
    let quote = Span("\"", theme[.dim])
    return [quote]
      + WrappedText.window(
        Array(spans[first...]), around: 0, width: width - 2,
        ellipsis: Span(frame.glyphs.ellipsis, theme[.dim]))
      + [quote]
  }

  /// In how many heads who keeps it, which is also the legend of its marks.
  func keepers(width: Int) -> [Span] {
    guard let heads = TokenInHeads(scene) else { return [] }
    let active = scene.setup.policyTitle
    var entries: [(TokenFate, String)] = [(.protected, "always"), (.both, "kept"), (.neither, "evicted")]
    if let pinned = scene.setup.pinnedTitle, pinned != active {
      entries = [
        (.both, "both"), (.active, "\(active) only"), (.pinned, "\(pinned) only"), (.neither, "neither"),
        (.protected, "always"),
      ]
    }
    if heads.count(.useless) > 0 { entries.append((.useless, "kept out of the window")) }
    var line = Line()
    for (offset, (fate, words)) in entries.enumerated() {
      let glyph = Span(fate.glyph(frame.glyphs), theme.hasColor ? theme[fate.role] : .plain)
      line.add(
        glyph, Span(" \(words) \(heads.count(fate))  "), rank: offset < 4 ? 0 : 2)
    }
    let total = heads.fates.reduce(0) { $0 + $1.count }
    line.add(Span("of \(grouped(total)) heads", theme[.dim]), rank: 1)
    return line.fitting(width)
  }
}
