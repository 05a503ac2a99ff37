/// How a model is asked to repeat its context (KVzip, Kim et al. 2025, arXiv 2505.23416), as token ids: a
/// policy knows no tokenizer.
public struct RepetitionPrompts: Sendable, Hashable {
  /// The request for the whole context, or its first part.
  public static let wholeText = "\n\nRepeat the previous context exactly."
  /// The request for a later part, before the last tokens of the part before it.
  public static let partText = "\n\nRepeat the part of the previous context exactly, starting with"
  /// What ends a request where there is no chat template.
  public static let plainSuffix = "\n"
  /// Tokens of the part before that a later request ends in.
  static let cueLength = 8

  /// `wholeText`.
  public let whole: [Int]
  /// `partText`.
  public let part: [Int]
  /// What turns from the user to the model: the end of the chat template.
  public let suffix: [Int]
  /// Tokens at the prompt's beginning that are the template's own and are not repeated. They are not
  /// measured: but for the protected first ones, nothing is less important.
  public let prefixCount: Int

  /// Makes requests.
  public init(whole: [Int], part: [Int], suffix: [Int], prefixCount: Int = 0) {
    self.whole = whole
    self.part = part
    self.suffix = suffix
    self.prefixCount = prefixCount
  }
}
