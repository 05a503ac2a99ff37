import Exploration
import Screen

/// Text in lines of a width.
package enum WrappedText {
  /// Breaks a text at its spaces, and words that are longer than a line anywhere.
  package static func lines(_ text: String, width: Int) -> [String] {
    let width = max(1, width)
    var lines: [String] = []
    var line = "", used = 0
    for word in text.split(separator: " ") {
      let length = TextWidth.of(String(word))
      if used > 0, used + 1 + length > width {
        lines.append(line)
        (line, used) = ("", 0)
      }
      if used > 0 { (line, used) = (line + " ", used + 1) }
      for glyph in TextWidth.glyphs(of: String(word)) {
        if used + glyph.width > width, used > 0 {
          lines.append(line)
          (line, used) = ("", 0)
        }
        line += glyph.text
        used += glyph.width
      }
    }
    return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
  }

  /// Breaks pieces where a line is full, pieces that are longer than a line anywhere; behind some a line
  /// ends.
  /// - Returns: for each line the parts of pieces on it, each with the piece's index.
  static func lines(_ pieces: [(text: String, endsLine: Bool)], width: Int) -> [[(piece: Int, text: String)]]
  {
    let width = max(1, width)
    var lines: [[(piece: Int, text: String)]] = [[]]
    var used = 0
    func begin() {
      lines.append([])
      used = 0
    }
    for (index, (text, endsLine)) in pieces.enumerated() {
      let length = TextWidth.of(text)
      if used > 0, used + length > width, length <= width { begin() }
      var part = ""
      for glyph in TextWidth.glyphs(of: text) {
        if used + glyph.width > width, used > 0 {
          lines[lines.count - 1].append((index, part))
          part = ""
          begin()
        }
        part += glyph.text
        used += glyph.width
      }
      if !part.isEmpty { lines[lines.count - 1].append((index, part)) }
      if endsLine { begin() }
    }
    if lines.count > 1, lines[lines.count - 1].isEmpty { lines.removeLast() }
    return lines
  }

  /// The part of some pieces that has room, the one at a place in sight; a mark stands for what is left out
  /// at either side.
  static func window(_ spans: [Span], around place: Int?, width: Int, ellipsis: Span) -> [Span] {
    // A prompt's answer can be hundreds of tokens long: each is measured once.
    let widths = spans.map(\.width)
    var rest = widths.reduce(0, +)
    guard rest > width else { return spans }
    let mark = ellipsis.width
    let place = min(max(0, place ?? 0), spans.count - 1)
    var first = 0
    // Behind the place a little stays in sight, so that one sees how it goes on.
    let behind = widths[(place + 1)...].prefix(2).reduce(0, +)
    let wanted = min(max(0, width - 2 * mark - widths[place]), min(behind, width / 4))
    var room = widths[...place].reduce(0, +)
    while first < place, room + wanted + mark + (first > 0 ? mark : 0) > width {
      room -= widths[first]
      rest -= widths[first]
      first += 1
    }
    var shown: [Span] = first > 0 ? [ellipsis] : []
    var left = width - (first > 0 ? mark : 0)
    for index in first..<spans.count {
      guard left >= mark else { return shown }
      if rest <= left { return shown + spans[index...] }
      let span = spans[index]
      guard widths[index] + mark <= left else {
        let cut = TextWidth.clipped(span.text, to: max(0, left - mark))
        return shown + [Span(cut, span.style), ellipsis]
      }
      shown.append(span)
      left -= widths[index]
      rest -= widths[index]
    }
    return shown
  }
}

extension Vocabulary {
  /// A token as it is written on screens; added tokens, which stand for no text, by their id.
  func written(_ token: Int, _ glyphs: GlyphSet) -> String {
    let bytes = bytes(of: token)
    guard !bytes.isEmpty else { return "<\(token)>" }
    return Sanitizer.visible(bytes: bytes, glyphs: glyphs, spaces: false)
  }
}
