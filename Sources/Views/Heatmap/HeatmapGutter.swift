import Exploration
import Screen

/// What stands before a row of the heatmap: its section, a mark, its name, its place in the text and its word,
/// as far as the window has room for them.
struct HeatmapGutter {
  /// Columns of all of it.
  let width: Int
  /// Columns of the row's place and of its word; 0 for none.
  private let place: Int, word: Int
  private static let title = 9, label = 5

  /// - Parameter width: columns inside the box.
  init(_ width: Int) {
    (place, word) = width >= 100 ? (6, 12) : width >= 70 ? (0, 10) : (0, 0)
    self.width = Self.title + 1 + Self.label + place + word + 1
  }

  /// What is known of a row where it is drawn.
  struct Row {
    let entry: HeatmapRows.Entry
    let word: String
    /// The section's name, or how many of its rows are in sight.
    let title: String
    let isChosen: Bool
    /// Whether it is the shown step's.
    let isStep: Bool
    /// Whether it is held to be compared with.
    let isHeld: Bool
  }

  /// The row's name and word. Without room for both, the word stands where its section's name does not.
  func draw(_ row: Row, into frame: inout Frame, line: Int) {
    let theme = frame.theme
    let ellipsis = frame.glyphs.ellipsis
    func quoted(_ width: Int) -> String {
      TextWidth.padded(TextWidth.clipped("\"\(row.word)\"", to: width - 1, ellipsis: ellipsis), to: width)
    }
    let style = theme[row.isChosen ? .selected : row.isStep || row.isHeld ? .accent : .dim]
    let mark = row.isHeld ? frame.glyphs.equal : row.isStep ? frame.glyphs.filled : " "
    let title = row.title.isEmpty && word == 0 ? quoted(Self.title) : row.title
    var spans = [
      Span(TextWidth.padded(TextWidth.clipped(title, to: Self.title), to: Self.title), style),
      Span(mark, theme[.accent]), Span(TextWidth.padded(row.entry.label, to: Self.label), style),
    ]
    if place > 0 {
      spans.append(Span(TextWidth.padded("\(row.entry.position)", to: place - 1, right: true) + " ", style))
    }
    if word > 0 { spans.append(Span(quoted(word), style)) }
    frame.line(line, spans)
    if row.isChosen { frame.line(line, [Span(frame.glyphs.marker, theme[.accent])], from: width - 1) }
  }
}
