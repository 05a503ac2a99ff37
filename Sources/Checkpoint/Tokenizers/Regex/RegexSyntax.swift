/// A pattern of a tokenizer, taken apart: the part of regular expressions that tokenizers use.
indirect enum RegexSyntax: Hashable, Sendable {
  /// One scalar of a set.
  case scalar(ScalarSet)
  /// One after another; none of them matches the empty text.
  case sequence([RegexSyntax])
  /// The first that leads to a match.
  case alternatives([RegexSyntax])
  /// As often as possible, or as seldom when it is `lazy`.
  case repetition(RegexSyntax, least: Int, most: Int?, lazy: Bool)
  /// Nothing, before a scalar of a set or, where that is allowed, before the end.
  case before(ScalarSet, orEnd: Bool)
  /// Nothing, behind a scalar of a set or, where that is allowed, at the beginning.
  case behind(ScalarSet, orStart: Bool)

  /// The text itself.
  static func literal(_ text: some Sequence<Unicode.Scalar>) -> RegexSyntax {
    .sequence(text.map { .scalar(ScalarSet($0)) })
  }
}
