/// What a model reads, and where in it a text stands.
struct FramedText: Equatable {
  /// A part of the text, which may have lost space at its ends.
  struct Piece: Equatable {
    /// Its place in what the model reads.
    let range: Range<Int>
    /// Where it begins in the text itself.
    let start: Int
  }

  /// All of it.
  private(set) var bytes: [UInt8]
  /// The parts that are the text's, in their order: the messages of a conversation, or one.
  let pieces: [Piece]
  /// The user's turn, or all turns of a conversation; what stands around it is the chat template's, or the
  /// system's.
  let turn: Range<Int>
  /// Where a question begins that comes after the eviction, with all behind it; `nil` without one.
  var questionStart: Int?
  /// The text, where it is not what was read: the messages of a conversation, an empty line between them.
  let text: [UInt8]?
  /// Where the answer begins that is put into the model's mouth; the end, if there is none.
  private(set) var answerStart: Int

  init(bytes: [UInt8], pieces: [Piece], turn: Range<Int>, questionStart: Int? = nil, text: [UInt8]? = nil) {
    (self.bytes, self.pieces, self.turn) = (bytes, pieces, turn)
    (self.questionStart, self.text) = (questionStart, text)
    answerStart = bytes.count
  }

  /// The same with the beginning of an answer behind it.
  func answering(with prefix: String) -> FramedText {
    var whole = self
    whole.bytes += Array(prefix.utf8)
    return whole
  }

  /// What passes through the model before the eviction.
  var contextBytes: ArraySlice<UInt8> { bytes[..<(questionStart ?? bytes.count)] }

  /// Where the text ends.
  var sourceEnd: Int { pieces.last?.range.upperBound ?? 0 }

  /// The place in the text of a place in the whole; empty when it is none of the text's.
  func sourceRange(of range: Range<Int>) -> Range<Int> {
    // The first piece that ends behind the place's beginning: the one that it is in, or before.
    var (low, high) = (0, pieces.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].range.upperBound > range.lowerBound { high = middle } else { low = middle + 1 }
    }
    guard pieces.indices.contains(low) else { return 0..<0 }
    let piece = pieces[low]
    let clamped = range.clamped(to: piece.range)
    let shift = piece.start - piece.range.lowerBound
    return clamped.lowerBound + shift..<clamped.upperBound + shift
  }
}
