/// Splits a normalized text into the pieces that are tokenized each by itself.
struct PreTokenizer: Sendable {
  enum Step: Sendable {
    /// Cuts at the matches of a pattern.
    case split(SplitStep)
    /// Puts a space before a piece that does not begin with one.
    case prefixSpace
    /// Writes spaces as a mark, and puts one before pieces that do not begin with it.
    case metaspace(mark: UInt32, prefix: Prefix)
  }

  /// Which pieces get a mark before them.
  enum Prefix: String, Sendable, CaseIterable {
    case always
    /// The one at the beginning of the text.
    case first
    case never
  }

  let steps: [Step]

  /// The pieces of a stretch of text, in order; what a step leaves out is in none.
  func split(_ text: ArraySlice<AlignedScalar>) -> [ArraySlice<AlignedScalar>] {
    var pieces = text.isEmpty ? [] : [text]
    for step in steps {
      switch step {
      case .split(let split): pieces = pieces.flatMap(split.split)
      case .prefixSpace: pieces = pieces.map { Self.prefixed($0, by: 0x20) }
      case .metaspace(let mark, let prefix):
        pieces = pieces.map { piece in
          let marked = ArraySlice(
            piece.map { $0.value == 0x20 ? AlignedScalar(value: mark, byteRange: $0.byteRange) : $0 })
          let isWanted = prefix == .always || prefix == .first && piece.first?.start == 0
          return isWanted ? Self.prefixed(marked, by: mark) : marked
        }
      }
    }
    return pieces
  }

  /// A piece that begins with a scalar, which stands nowhere in the text when it did not before.
  private static func prefixed(_ piece: ArraySlice<AlignedScalar>, by value: UInt32) -> ArraySlice<
    AlignedScalar
  > {
    guard let first = piece.first, first.value != value else { return piece }
    return [AlignedScalar(value: value, byteRange: first.start..<first.start)] + piece
  }
}
