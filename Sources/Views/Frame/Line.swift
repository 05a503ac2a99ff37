import Screen

/// A line made of parts, of which the least important go first where the room is short.
package struct Line {
  private var parts: [(rank: Int, spans: [Span])] = []

  /// A line without parts.
  package init() {}

  /// Adds a part; the larger its rank, the earlier it goes. Parts of rank 0 stay.
  package mutating func add(_ spans: Span..., rank: Int = 0) { parts.append((rank, spans)) }

  /// The parts that fit.
  package func fitting(_ width: Int) -> [Span] {
    var left = parts
    while left.reduce(0, { $0 + $1.spans.reduce(0) { $0 + $1.width } }) > width,
      let rank = left.map(\.rank).max(), rank > 0
    {
      left.removeAll { $0.rank == rank }
    }
    return left.flatMap(\.spans)
  }

  /// The first line that fits, the last one if none does.
  package static func first(of lines: [[Span]], width: Int) -> [Span] {
    lines.first { $0.reduce(0) { $0 + $1.width } <= width } ?? lines.last ?? []
  }

  /// The first text that fits; nothing if none does.
  package static func note(_ texts: [String], style: Style, width: Int) -> [Span] {
    texts.first { TextWidth.of($0) <= width }.map { [Span($0, style)] } ?? []
  }
}
