/// Splits a text into the pieces within which byte pairs are merged.
struct PreTokenizer: Sendable {
  enum Step: Sendable {
    /// Every number character by itself, or in runs.
    case digits(individually: Bool)
    /// GPT-2's pattern: contractions, words, numbers and symbols with a leading space, white space.
    case words
  }

  /// A stretch of the text that is tokenized by itself.
  struct Piece: Equatable {
    /// The place in the text.
    let byteRange: Range<Int>
    /// Whether a space that is not in the text goes before it.
    let hasPrefixSpace: Bool
  }

  let steps: [Step]
  /// Whether a space is put before a stretch that does not begin with one.
  let addsPrefixSpace: Bool

  /// Reads `pre_tokenizer` of a `tokenizer.json`.
  init(_ json: JSONObject) throws {
    let supported = "ByteLevel, or a Sequence of Digits and at last ByteLevel"
    var steps: [Step] = []
    var byteLevel: JSONObject?
    for part in try json.parts("pretokenizers") {
      switch try part.string("type") {
      case "Digits" where byteLevel == nil:
        steps.append(.digits(individually: try part.flag("individual_digits")))
      case "ByteLevel" where byteLevel == nil:
        byteLevel = part
      case _ where byteLevel != nil:
        throw json.unsupported("a pre-tokenizer after ByteLevel", supported: supported)
      default:
        throw json.unsupported("the pre-tokenizer \(try part.bytes("type"))", supported: supported)
      }
    }
    guard let byteLevel else {
      throw json.unsupported("a pre-tokenizer without ByteLevel", supported: supported)
    }
    addsPrefixSpace = try byteLevel.flag("add_prefix_space", default: true)
    if try byteLevel.flag("use_regex", default: true) { steps.append(.words) }
    self.steps = steps
  }

  /// The pieces of a text, in order, covering it.
  func split(_ bytes: ArraySlice<UInt8>) -> [Piece] {
    let scalars = scanScalars(bytes)
    var pieces = [scalars[...]]
    for case .digits(let individually) in steps {
      pieces = pieces.flatMap { Self.splitDigits($0, individually: individually) }
    }
    pieces = pieces.filter { !$0.isEmpty }
    if addsPrefixSpace { pieces = pieces.map(Self.addingSpace) }
    for case .words in steps { pieces = pieces.flatMap(Self.splitWords) }
    return pieces.compactMap { piece in
      guard let first = piece.first, let last = piece.last else { return nil }
      return Piece(
        byteRange: first.byteRange.lowerBound..<last.byteRange.upperBound,
        hasPrefixSpace: first.byteRange.isEmpty)
    }
  }

  /// A space that stands nowhere in the text, before a piece that does not begin with one.
  private static func addingSpace(_ piece: ArraySlice<ScannedScalar>) -> ArraySlice<ScannedScalar> {
    guard let first = piece.first, first.scalar != " " else { return piece }
    let start = first.byteRange.lowerBound
    return [ScannedScalar(byteRange: start..<start, scalar: " ")] + piece
  }

  private static func splitDigits(
    _ scalars: ArraySlice<ScannedScalar>, individually: Bool
  ) -> [ArraySlice<ScannedScalar>] {
    var result: [ArraySlice<ScannedScalar>] = []
    var start = scalars.startIndex
    for index in scalars.indices where index > start {
      let isNumber = scalars[index].isNumber
      let wasNumber = scalars[index - 1].isNumber
      if isNumber != wasNumber || (individually && isNumber) {
        result.append(scalars[start..<index])
        start = index
      }
    }
    result.append(scalars[start...])
    return result
  }

  /// GPT-2's `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, by hand.
  private static func splitWords(
    _ scalars: ArraySlice<ScannedScalar>
  ) -> [ArraySlice<ScannedScalar>] {
    var result: [ArraySlice<ScannedScalar>] = []
    var start = scalars.startIndex
    func run(from index: Int, while condition: (ScannedScalar) -> Bool) -> Int {
      var end = index
      while end < scalars.endIndex, condition(scalars[end]) { end += 1 }
      return end
    }
    while start < scalars.endIndex {
      var end = contractionEnd(scalars, at: start)
      if end == start {
        let word = scalars[start].scalar == " " && start + 1 < scalars.endIndex ? start + 1 : start
        let first = scalars[word]
        if first.isLetter {
          end = run(from: word) { $0.isLetter }
        } else if first.isNumber {
          end = run(from: word) { $0.isNumber }
        } else if !first.isSpace {
          end = run(from: word) { !$0.isSpace && !$0.isLetter && !$0.isNumber }
        } else {
          end = run(from: start) { $0.isSpace }
          // The last space before a word belongs to the word.
          if end < scalars.endIndex, end - start > 1 { end -= 1 }
        }
      }
      result.append(scalars[start..<end])
      start = end
    }
    return result
  }

  private static func contractionEnd(
    _ scalars: ArraySlice<ScannedScalar>, at start: Int
  ) -> Int {
    let end = scalars.endIndex
    guard scalars[start].scalar == "'", start + 1 < end else { return start }
    let first = scalars[start + 1].scalar
    if first == "s" || first == "t" || first == "m" || first == "d" { return start + 2 }
    guard start + 2 < end else { return start }
    switch (first, scalars[start + 2].scalar) {
    case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
    default: return start
    }
  }
}
