/// Tokens outside the model, which are found in a text before anything else: at each place the longest.
struct AddedTokens: Sendable {
  /// One of them, as the file describes it.
  struct Entry: Sendable {
    var id: Int
    let content: [UInt8]
    /// Stands for no text.
    var isSpecial = false
    /// Takes the white space before it, or after it, too.
    var stripsLeft = false
    var stripsRight = false
    /// Counts only between characters that are no part of a word.
    var isWord = false
    /// Is looked for in the normalized text.
    var isNormalized = false
  }

  enum Segment {
    case text(ArraySlice<AlignedScalar>)
    case added(id: Int, byteRange: Range<Int>)
  }

  /// A place in the trie and the scalar that leads on from it.
  private struct Edge: Hashable {
    let node: Int
    let value: UInt32
  }

  private var edges: [Edge: Int] = [:]
  /// The entry that ends at each place of the trie.
  private var ends: [Entry?] = [nil]
  private var firstScalars: Set<UInt32> = []

  /// - Parameter spelling: How an entry's content stands in the text that is searched.
  init(_ entries: [Entry], spelling: (ArraySlice<AlignedScalar>) -> ArraySlice<AlignedScalar> = { $0 }) {
    for entry in entries {
      let content = spelling(AlignedScalar.scan(entry.content)[...])
      guard let first = content.first else { continue }
      firstScalars.insert(first.value)
      var node = 0
      for scalar in content {
        let edge = Edge(node: node, value: scalar.value)
        node = edges[edge] ?? ends.count
        if node == ends.count {
          edges[edge] = node
          ends.append(nil)
        }
      }
      ends[node] = ends[node] ?? entry
    }
  }

  /// Cuts a text at every added token.
  func split(_ text: ArraySlice<AlignedScalar>) -> [Segment] {
    guard !firstScalars.isEmpty else { return text.isEmpty ? [] : [.text(text)] }
    var segments: [Segment] = []
    // What the segments have reached, and where the search goes on: white space that one token takes may be
    // another's beginning.
    var start = text.startIndex
    var index = text.startIndex
    while index < text.endIndex {
      guard firstScalars.contains(text[index].value), let (entry, end) = longest(at: index, in: text) else {
        index += 1
        continue
      }
      let match = index..<end
      index = end
      guard !entry.isWord || Self.isWord(match, in: text) else { continue }
      var taken = max(match.lowerBound, start)..<max(match.upperBound, start)
      if entry.stripsLeft {
        let before = text[start..<taken.lowerBound].reversed().prefix { Self.isSpace($0) }.count
        taken = taken.lowerBound - before..<taken.upperBound
      }
      if entry.stripsRight {
        taken =
          taken.lowerBound..<taken.upperBound + text[taken.upperBound...].prefix { Self.isSpace($0) }.count
      }
      if start < taken.lowerBound { segments.append(.text(text[start..<taken.lowerBound])) }
      let place = text[match.lowerBound].start
      segments.append(.added(id: entry.id, byteRange: text[taken].byteRange ?? place..<place))
      start = taken.upperBound
    }
    if start < text.endIndex { segments.append(.text(text[start...])) }
    return segments
  }

  private func longest(at start: Int, in text: ArraySlice<AlignedScalar>) -> (Entry, end: Int)? {
    var node = 0
    var index = start
    var found: (Entry, end: Int)?
    while index < text.endIndex, let next = edges[Edge(node: node, value: text[index].value)] {
      node = next
      index += 1
      if let entry = ends[node] { found = (entry, index) }
    }
    return found
  }

  private static func isWord(_ match: Range<Int>, in text: ArraySlice<AlignedScalar>) -> Bool {
    let before = text[..<match.lowerBound].last
    let after = text[match.upperBound...].first
    return ![before, after].contains { $0.map { ScalarSet.rustWord.contains($0.value) } ?? false }
  }

  private static func isSpace(_ scalar: AlignedScalar) -> Bool { ScalarSet.whiteSpace.contains(scalar.value) }
}
