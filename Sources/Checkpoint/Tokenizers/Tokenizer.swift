/// Text to tokens and back, as Hugging Face's `tokenizers` does it: added tokens are cut out, the rest is
/// normalized, split into pieces, and each piece becomes tokens by byte pairs or by a unigram model.
///
/// Opened from a `tokenizer.json`, from `vocab.json` and `merges.txt`, or from a GGUF file's metadata.
public struct Tokenizer: Sendable {
  /// One more than the largest token id.
  public let vocabularySize: Int
  /// Ids from here on have no row in the model's embedding: files exist whose tokenizer has tokens that the
  /// model was never given. A text without them can be read.
  public internal(set) var embeddedCount = Int.max
  /// What in the files was ignored, in sentences for a person.
  public let notices: [String]

  /// Special tokens by their names, such as `bos_token`.
  let namedTokens: [String: String]

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
    template: SpecialTokenTemplate, decoder: TokenDecoder, namedTokens: [String: String]
  ) {
    vocabularySize = vocabulary.size
    notices = vocabulary.notices
    self.namedTokens = namedTokens
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

  /// The tokens of bytes, valid UTF-8 or not.
  ///
  /// The tokens' byte ranges cover the text in order. Several tokens of one character share its bytes; what
  /// a tokenizer leaves out, such as white space, goes to the token after it, or to the last. An invalid byte
  /// is a token where the model has one for it, and is read as the replacement character where it has none.
  /// - Parameter addingSpecialTokens: whether the tokens that the model expects around a text come with it,
  ///   with empty ranges.
  public func encode(_ text: [UInt8], addingSpecialTokens: Bool = true) -> [Token] {
    encoding(of: text, addingSpecialTokens: addingSpecialTokens).tokens
  }

  /// The tokens of bytes, as `encode` has them, and what of the text has none.
  public func encoding(of text: [UInt8], addingSpecialTokens: Bool = true) -> Encoding {
    var encoding = Encoding()
    for segment in rawTokens.split(AlignedScalar.scan(text)[...]) {
      switch segment {
      case .added(let id, let range): encoding.append(id, at: range)
      case .text(let stretch): encodeNormalized(normalizer.normalized(stretch), into: &encoding)
      }
    }
    Self.cover(text, &encoding.tokens)
    guard addingSpecialTokens else { return encoding }
    encoding.tokens =
      template.prefix.map { Token(id: $0, byteRange: 0..<0) } + encoding.tokens
      + template.suffix.map { Token(id: $0, byteRange: text.count..<text.count) }
    return encoding
  }

  private func encodeNormalized(_ text: ArraySlice<AlignedScalar>, into encoding: inout Encoding) {
    for segment in normalizedTokens.split(text) {
      switch segment {
      case .added(let id, let range): encoding.append(id, at: range)
      case .text(let stretch):
        for piece in preTokenizer.split(stretch) { model.encode(piece, into: &encoding) }
      }
    }
  }

  /// Gives what no token stands for to the next one, or to the last.
  private static func cover(_ text: [UInt8], _ tokens: inout [Token]) {
    var end = 0
    for index in tokens.indices {
      let range = tokens[index].byteRange
      if range.lowerBound > end {
        tokens[index] = Token(id: tokens[index].id, byteRange: end..<range.upperBound)
      }
      end = max(end, range.upperBound)
    }
    guard end < text.count, let last = tokens.last else { return }
    let start = min(last.byteRange.lowerBound, end)
    tokens[tokens.count - 1] = Token(id: last.id, byteRange: start..<text.count)
  }
}

/// A token and the bytes of the source text that it stands for.
public struct Token: Sendable, Hashable {
  /// The id in the vocabulary.
  public let id: Int
  /// The place in the source text's bytes; empty for a token that was added, such as begin-of-text.
  public let byteRange: Range<Int>

  /// Makes a token.
  public init(id: Int, byteRange: Range<Int>) {
    self.id = id
    self.byteRange = byteRange
  }
}
