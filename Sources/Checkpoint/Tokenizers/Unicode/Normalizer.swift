/// Changes a text before it is split: each step gives scalars that still know their place in the source.
struct Normalizer: Sendable {
  enum Step: Sendable {
    /// A Unicode normalization form.
    case unicode(UnicodeForm)
    /// Puts a text before every stretch that is not empty.
    case prepend([Unicode.Scalar])
    /// Puts a text in the place of each match.
    case replace(RegexAutomaton, by: [Unicode.Scalar])
    /// Takes white space away at the ends.
    case strip(left: Bool, right: Bool)
    case lowercase
    /// SentencePiece's compiled table.
    case precompiled(PrecompiledMap)
    /// Control characters go, other white space becomes a space.
    case simplify
    case stripAccents
    /// Bytes become characters of GPT-2's alphabet.
    case spellBytes
  }

  let steps: [Step]

  /// Applies every step.
  func normalized(_ text: ArraySlice<AlignedScalar>) -> ArraySlice<AlignedScalar> {
    steps.reduce(text) { text, step in
      switch step {
      case .unicode(let form): form.normalized(text)
      case .prepend(let prefix): Self.prepended(text, prefix)
      case .replace(let pattern, let content): Self.replaced(text, pattern, content)
      case .strip(let left, let right): Self.stripped(text, left: left, right: right)
      case .lowercase: ArraySlice(text.flatMap(Self.lowercased))
      case .precompiled(let map): map.normalized(text)
      case .simplify: Self.simplified(text)
      case .stripAccents: Self.strippedOfAccents(text)
      case .spellBytes: Self.spelledAsBytes(text)
      }
    }
  }

  private static func prepended(
    _ text: ArraySlice<AlignedScalar>, _ prefix: [Unicode.Scalar]
  ) -> ArraySlice<AlignedScalar> {
    guard let start = text.first?.start else { return text }
    return prefix.map { AlignedScalar($0, byteRange: start..<start) } + text
  }

  private static func replaced(
    _ text: ArraySlice<AlignedScalar>, _ pattern: RegexAutomaton, _ content: [Unicode.Scalar]
  ) -> ArraySlice<AlignedScalar> {
    let matches = pattern.matches(in: text)
    guard !matches.isEmpty else { return text }
    var result: [AlignedScalar] = []
    result.reserveCapacity(text.count)
    var end = text.startIndex
    for match in matches {
      result += text[end..<match.lowerBound]
      result += content.aligned(with: text[match].byteRange ?? 0..<0)
      end = match.upperBound
    }
    return ArraySlice(result + text[end...])
  }

  private static func stripped(
    _ text: ArraySlice<AlignedScalar>, left: Bool, right: Bool
  ) -> ArraySlice<AlignedScalar> {
    func isSpace(_ scalar: AlignedScalar) -> Bool { ScalarSet.whiteSpace.contains(scalar.value) }
    var result = text
    if left { result = result.drop(while: isSpace) }
    if right { while let last = result.last, isSpace(last) { result.removeLast() } }
    return result
  }

  private static func lowercased(_ scalar: AlignedScalar) -> [AlignedScalar] {
    guard let properties = scalar.scalar?.properties else { return [scalar] }
    return properties.lowercaseMapping.unicodeScalars.aligned(with: scalar.byteRange)
  }
}

extension Collection<Unicode.Scalar> {
  /// These scalars as what a stretch of the source has become.
  func aligned(with range: Range<Int>) -> [AlignedScalar] {
    enumerated().map { AlignedScalar($1, byteRange: range.part($0, of: count)) }
  }
}
