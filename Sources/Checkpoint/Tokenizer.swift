/// Text to tokens and back, as Hugging Face's `tokenizers` does it: added tokens are cut out, the rest is
/// normalized, split into pieces, and each piece becomes tokens by byte pairs or by a unigram model.
///
/// Opened from a `tokenizer.json`, from `vocab.json` and `merges.txt`, or from a GGUF file's metadata.
public struct Tokenizer: Sendable {
  /// One more than the largest token id.
  public let vocabularySize: Int

  /// Added tokens that are looked for in the text as it is, and in the normalized text.
  private let rawTokens: AddedTokens
  private let normalizedTokens: AddedTokens
  private let specialIDs: Set<Int>
  private let normalizer: Normalizer
  private let preTokenizer: PreTokenizer
  private let model: TokenModel
  private let template: SpecialTokenTemplate
  private let decoder: TokenDecoder

  init(
    _ vocabulary: TokenizerVocabulary, normalizer: Normalizer, preTokenizer: PreTokenizer, model: TokenModel,
    template: SpecialTokenTemplate, decoder: TokenDecoder
  ) {
    vocabularySize = vocabulary.size
    // Special ones first: of two with the same content the first counts.
    let added = vocabulary.added.filter(\.isSpecial) + vocabulary.added.filter { !$0.isSpecial }
    rawTokens = AddedTokens(added.filter { !$0.isNormalized })
    normalizedTokens = AddedTokens(added.filter(\.isNormalized), spelling: normalizer.normalized)
    specialIDs = Set(vocabulary.added.lazy.filter(\.isSpecial).map(\.id))
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.model = model
    self.template = template
    self.decoder = decoder
  }

  /// Whether a token is one of the special ones, which stand for no text.
  public func isSpecial(_ id: Int) -> Bool { specialIDs.contains(id) }

  /// The bytes that one token decodes to; none for a special or unknown id.
  public func bytes(of id: Int) -> [UInt8] { Array(decoder.bytes(of: id)) }

  /// The text of a sequence of tokens: special ones are left out, bytes that are no UTF-8 become
  /// replacement characters.
  /// - Parameter startsText: whether the first token begins a text, so that the space that encoding put
  ///   before it is taken away, as `tokenizers` decodes. An answer's first token begins none: its space is
  ///   kept.
  public func decode(_ ids: some Sequence<Int>, startsText: Bool = false) -> String {
    decoder.text(of: ids.lazy.filter { !isSpecial($0) }, startsText: startsText)
  }

  /// Tokenizes bytes, valid UTF-8 or not.
  ///
  /// The tokens' byte ranges cover the text in order. Several tokens of one character share its bytes; what
  /// a tokenizer leaves out, such as white space, goes to the token after it, or to the last. An invalid byte
  /// is a token where the model has one for it, and is read as the replacement character where it has none.
  /// - Parameter addingSpecialTokens: whether the tokens that the model expects around a text come with it,
  ///   with empty ranges.
  public func encode(_ text: [UInt8], addingSpecialTokens: Bool = true) -> [Token] {
    var tokens: [Token] = []
    for segment in rawTokens.split(AlignedScalar.scan(text)[...]) {
      switch segment {
      case .added(let id, let range): tokens.append(Token(id: id, byteRange: range))
      case .text(let stretch): encodeNormalized(normalizer.normalized(stretch), into: &tokens)
      }
    }
    Self.cover(text, &tokens)
    guard addingSpecialTokens else { return tokens }
    return template.prefix.map { Token(id: $0, byteRange: 0..<0) } + tokens
      + template.suffix.map { Token(id: $0, byteRange: text.count..<text.count) }
  }

  private func encodeNormalized(_ text: ArraySlice<AlignedScalar>, into tokens: inout [Token]) {
    for segment in normalizedTokens.split(text) {
      switch segment {
      case .added(let id, let range): tokens.append(Token(id: id, byteRange: range))
      case .text(let stretch):
        for piece in preTokenizer.split(stretch) { model.encode(piece, into: &tokens) }
      }
    }
  }

  /// Gives what no token stands for to the next one, or to the last.
  private static func cover(_ text: [UInt8], _ tokens: inout [Token]) {
    var end = 0
    for index in tokens.indices {
      let range = tokens[index].byteRange
      if range.lowerBound > end { tokens[index] = Token(id: tokens[index].id, byteRange: end..<range.upperBound) }
      end = max(end, range.upperBound)
    }
    guard end < text.count, let last = tokens.last else { return }
    let start = min(last.byteRange.lowerBound, end)
    tokens[tokens.count - 1] = Token(id: last.id, byteRange: start..<text.count)
  }
}
