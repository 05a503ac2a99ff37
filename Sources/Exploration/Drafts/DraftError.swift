import Checkpoint

/// Why a model cannot draft pseudo tokens for another one.
public enum DraftError: Error, Equatable, CustomStringConvertible {
  /// Its files cannot be opened.
  case notOpened(draft: String, reason: String)
  /// It has another vocabulary.
  case otherVocabulary(file: String, model: String, expected: String, found: String)
  /// Its context has no room for the prompt.
  case tooShort(file: String, contextLength: Int, tokenCount: Int)
  /// It could not be run.
  case notRun(file: String, reason: String)
  /// There is no model that it could draft for.
  case noModel(draft: String)

  /// The sentence: file, what was expected and found, and what to do.
  public var description: String {
    switch self {
    case .notOpened(let draft, let reason): "the draft '\(draft)' cannot be opened: \(reason)"
    case .otherVocabulary(let file, let model, let expected, let found):
      """
      \(file): cannot draft for \(model): expected \(expected), as the model has it, and found \(found); a draft's tokens \
      are fed to the model, so choose a smaller model with the same tokenizer, as one of the same family
      """
    case .tooShort(let file, let contextLength, let tokenCount):
      """
      \(file): this draft's context has \(contextLength) tokens, and the prompt \(tokenCount) and more; choose a draft with \
      a longer context, or a shorter text
      """
    case .notRun(let file, let reason): "\(file): the draft could not be run: \(reason)"
    case .noModel(let draft):
      "the draft '\(draft)' needs a model's own tokens to be held against, and there are none; run the model itself"
    }
  }
}
