/// Tokens outside the merges, which are found in a text before anything else.
struct AddedTokens: Sendable {
  enum Segment: Equatable {
    case text(Range<Int>)
    case added(id: Int, Range<Int>)
  }

  /// Ids that stand for no text.
  let special: Set<Int>
  /// Contents and ids, by first byte, longest first.
  private let byFirstByte: [UInt8: [(content: [UInt8], id: Int)]]

  init(_ entries: [(content: [UInt8], id: Int)], special: Set<Int>) {
    self.special = special
    byFirstByte = Dictionary(grouping: entries.filter { !$0.content.isEmpty }) { $0.content[0] }
      .mapValues { $0.sorted { $0.content.count > $1.content.count } }
  }

  /// Cuts a text at every added token.
  func split(_ text: [UInt8]) -> [Segment] {
    var segments: [Segment] = []
    var start = 0
    var index = 0
    while index < text.count {
      let found = byFirstByte[text[index]]?.first { text[index...].starts(with: $0.content) }
      guard let found else {
        index += 1
        continue
      }
      if start < index { segments.append(.text(start..<index)) }
      let end = index + found.content.count
      segments.append(.added(id: found.id, index..<end))
      (start, index) = (end, end)
    }
    if start < text.count { segments.append(.text(start..<text.count)) }
    return segments
  }
}
