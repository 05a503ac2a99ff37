/// Splits a text into the pieces within which byte pairs are merged.
struct PreTokenizer: Sendable {
  enum Step: Sendable {
    /// Every number character by itself, or in runs.
    case digits(individually: Bool)
    /// GPT-2's pattern: contractions, words, numbers and symbols with a leading space, white space.
    case words
  }

  let steps: [Step]
  /// Whether a space is put before a text that does not begin with one.
  let addsPrefixSpace: Bool

  /// Reads `pre_tokenizer` of a `tokenizer.json`.
  init(_ json: JSONObject) throws {
    var steps: [Step] = []
    var addsPrefixSpace = false
    let type = try json.string("type")
    for part in type == "Sequence" ? try json.objects("pretokenizers") : [json] {
      switch try part.string("type") {
      case "Digits":
        steps.append(.digits(individually: try part.flag("individual_digits")))
      case "ByteLevel":
        addsPrefixSpace = try part.flag("add_prefix_space")
        if try !part.has("use_regex") || part.flag("use_regex") { steps.append(.words) }
      case let other:
        throw CheckpointError.unsupported(
          file: json.file, what: "the pre-tokenizer \(other)", supported: "ByteLevel, Digits, Sequence")
      }
    }
    self.steps = steps
    self.addsPrefixSpace = addsPrefixSpace
  }

  /// The pieces of a text, in order, covering it.
  func split(_ bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    let scalars = scanScalars(bytes)
    var pieces = [0..<scalars.count]
    for step in steps {
      pieces = pieces.flatMap { piece in
        switch step {
        case .digits(let individually): Self.splitDigits(scalars, piece, individually: individually)
        case .words: Self.splitWords(scalars, piece)
        }
      }
    }
    return pieces.compactMap { piece in
      piece.isEmpty
        ? nil
        : scalars[piece.lowerBound].byteRange.lowerBound..<scalars[piece.upperBound - 1].byteRange.upperBound
    }
  }

  private static func splitDigits(
    _ scalars: [ScannedScalar], _ piece: Range<Int>, individually: Bool
  ) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = piece.lowerBound
    for index in piece where index > start {
      let isNumber = scalars[index].isNumber
      let wasNumber = scalars[index - 1].isNumber
      if isNumber != wasNumber || (individually && isNumber) {
        result.append(start..<index)
        start = index
      }
    }
    result.append(start..<piece.upperBound)
    return result
  }

  /// GPT-2's `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, by hand.
  private static func splitWords(_ scalars: [ScannedScalar], _ piece: Range<Int>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = piece.lowerBound
    func run(from index: Int, while condition: (ScannedScalar) -> Bool) -> Int {
      var end = index
      while end < piece.upperBound, condition(scalars[end]) { end += 1 }
      return end
    }
    while start < piece.upperBound {
      var end = contractionEnd(scalars, at: start, before: piece.upperBound)
      if end == start {
        let word = scalars[start].scalar == " " && start + 1 < piece.upperBound ? start + 1 : start
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
          if end < piece.upperBound, end - start > 1 { end -= 1 }
        }
      }
      result.append(start..<end)
      start = end
    }
    return result
  }

  private static func contractionEnd(
    _ scalars: [ScannedScalar], at start: Int, before end: Int
  ) -> Int {
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
