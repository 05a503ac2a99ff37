/// What can go wrong in a forward pass.
public enum TransformerError: Error, Equatable, CustomStringConvertible {
  /// This machine has no such product: its CPU does not multiply bf16, or oneDNN lacks it.
  case noMatrixProduct(outputs: Int, inputs: Int, precision: Precision)
  /// oneDNN failed while it multiplied.
  case productFailed(status: Int, rows: Int)
  /// A token id that the model has no embedding for.
  case tokenOutOfRange(id: Int, vocabularySize: Int)
  /// A text that does not fit the model's context.
  case textTooLong(tokenCount: Int, contextLength: Int)
  /// A prompt without tokens.
  case emptyPrompt
  /// A recording of another model, or of a part of the layers.
  case otherShape(ModelShape, expected: ModelShape)
  /// A head dimension that the attention kernel does not take.
  case headDimensionTooLarge(Int, limit: Int)
  /// A value of `LAQ_CPU` that is none of the known ones.
  case unknownInstructionSet(String, known: [String])
  /// The logits behind a prompt are no finite numbers: nothing that is shown of it would mean anything.
  case logitsNotFinite(token: Int)
  /// A weight is no finite number.
  case weightNotFinite(path: String, tensor: String, index: Int, value: String)

  /// Whether another prompt may fare better: the rest is about the model, or about the machine.
  public var isAboutPrompt: Bool {
    switch self {
    case .tokenOutOfRange, .textTooLong, .emptyPrompt: true
    case .noMatrixProduct, .productFailed, .otherShape, .headDimensionTooLarge, .unknownInstructionSet,
      .logitsNotFinite,
      .weightNotFinite:
      false
    }
  }

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .noMatrixProduct(let outputs, let inputs, let precision):
      """
      there is no \(precision.rawValue) product of \(outputs) x \(inputs) on this machine; \
      choose another precision, or free memory
      """
    case .productFailed(let status, let rows):
      "oneDNN failed with status \(status) on a product of \(rows) rows; this is a fault of this program or its libraries"
    case .tokenOutOfRange(let id, let vocabularySize):
      """
      token id \(id) has no embedding: the model's vocabulary ends at \(vocabularySize - 1); \
      check that tokenizer.json belongs to this model
      """
    case .textTooLong(let tokenCount, let contextLength):
      """
      the text has \(tokenCount) tokens, and the model's context holds \(contextLength); \
      shorten the text, or choose a model with a longer context
      """
    case .emptyPrompt:
      "the text has no tokens; give a text of at least one character"
    case .otherShape(let found, let expected):
      """
      a recording of \(found.layerCount) layers of \(found.queryHeadCount)/\(found.kvHeadCount) heads was given, and the \
      model has \(expected.layerCount) of \(expected.queryHeadCount)/\(expected.kvHeadCount); record the prompt with this model
      """
    case .headDimensionTooLarge(let dimension, let limit):
      "the model's head_dim is \(dimension), and attention is computed for at most \(limit); choose another model"
    case .unknownInstructionSet(let found, let known):
      "LAQ_CPU is '\(found)', and must be one of \(known.joined(separator: ", ")); take it out of the environment to use all that the CPU has"
    case .logitsNotFinite(let token):
      """
      the model's logits are no finite numbers (the first is token \(token)'s), so every score and answer would be \
      chance; its weights are finite, and sums of them are not: try --precision float32, or another file of the model
      """
    case .weightNotFinite(let path, let tensor, let index, let value):
      """
      \(path): element \(index) of \(tensor) is \(value), where a finite number was expected; \
      download or convert the model again
      """
    }
  }
}
