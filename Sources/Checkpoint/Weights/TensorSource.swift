/// Where a model's weights come from, whatever the file format: tensors under their Hugging Face names.
public protocol TensorSource: Sendable {
  /// The file or folder, for errors.
  var path: String { get }

  /// Whether there is a tensor of this name.
  func has(_ name: String) -> Bool

  /// A tensor's elements as floats, row-major; cost: one pass over its bytes.
  /// - Throws: `CheckpointError` when it is missing, or of another shape or an unreadable type.
  func floats(_ name: String, shape: [Int]) throws -> [Float]

  /// Some rows of a tensor, for one whose parts are used apart or one by one; cost: one pass over them.
  /// - Parameters:
  ///   - shape: the whole tensor's.
  ///   - rows: a part of the first dimension.
  /// - Throws: `CheckpointError` as for the whole tensor.
  func floats(_ name: String, shape: [Int], rows: Range<Int>) throws -> [Float]

  /// A matrix where it lies in the file, if it is stored in one of the formats that are multiplied so;
  /// cost: none.
  /// - Throws: `CheckpointError` as for its floats.
  func matrix(_ name: String, shape: [Int]) throws -> MappedMatrix?
}

extension TensorSource {
  /// None, where a source has no such tensors.
  public func matrix(_ name: String, shape: [Int]) throws -> MappedMatrix? { nil }

  /// Reads the whole tensor for them, where a source has no better way.
  public func floats(_ name: String, shape: [Int], rows: Range<Int>) throws -> [Float] {
    let all = try floats(name, shape: shape)
    let width = all.count / max(1, shape.first ?? 1)
    return Array(all[rows.lowerBound * width..<rows.upperBound * width])
  }
}
