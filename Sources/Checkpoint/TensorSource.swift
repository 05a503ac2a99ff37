/// Where a model's weights come from, whatever the file format: tensors under their Hugging Face names.
public protocol TensorSource: Sendable {
  /// The file or folder, for errors.
  var path: String { get }

  /// Whether there is a tensor of this name.
  func has(_ name: String) -> Bool

  /// A tensor's elements as floats, row-major; cost: one pass over its bytes.
  /// - Throws: `CheckpointError` when it is missing, or of another shape or an unreadable type.
  func floats(_ name: String, shape: [Int]) throws -> [Float]
}
