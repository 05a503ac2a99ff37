/// The tensors of a trace, which lie in one safetensors file or in several that an index joins.
public struct TraceTensors: Sendable {
  /// The file that was opened.
  public let path: String
  /// The trace's metadata.
  public let header: TraceHeader

  private let file: @Sendable (String) -> Safetensors?
  private let pages: ResidentPages

  /// Maps the files and checks their headers; no tensor is read.
  /// - Throws: `TraceError`, `CheckpointError`.
  public init(path: String) throws {
    let files: [Safetensors]
    if TraceDetection.isIndex(path) {
      let sharded = try ShardedSafetensors(path: path)
      files = sharded.shards.sorted { $0.key < $1.key }.map(\.value)
      file = { sharded.file(of: $0) }
    } else {
      let single = try Safetensors(path: path)
      files = [single]
      file = { single.has($0) ? single : nil }
    }
    guard let first = files.first else { throw TraceError.notATrace(file: path) }
    header = try TraceHeader(first)
    for other in files.dropFirst()
    where other.metadata?["laq_trace"]?.string != first.metadata?["laq_trace"]?.string {
      throw TraceError.disagreement(file: other.path, other: first.path)
    }
    pages = ResidentPages(files.map(\.file))
    self.path = path
  }

  /// Whether there is a tensor of this name.
  public func has(_ name: String) -> Bool { file(name) != nil }

  /// The shape of a tensor; `nil` if it is missing.
  public func shape(_ name: String) -> [Int]? { file(name)?.tensors[name]?.shape }

  /// A tensor of floats in place; cost: none.
  /// - Throws: `TraceError` when it is missing, or of another shape or no such type.
  public func mapped(_ name: String, shape: [Int]) throws -> MappedTensor {
    let (file, tensor) = try find(name)
    guard tensor.shape == shape, let type = tensor.elementType else {
      throw wrong(name, file, tensor, expected: "F32, F16 or BF16 \(shape)")
    }
    return MappedTensor(tensor, type: type, in: file.file, pages: pages)
  }

  /// A small tensor of floats.
  /// - Throws: `TraceError` as for `mapped`.
  public func floats(_ name: String, shape: [Int]) throws -> [Float] {
    let tensor = try mapped(name, shape: shape)
    return [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
      if let start = buffer.baseAddress { tensor.copy(0..<tensor.count, to: start) }
      count = tensor.count
    }
  }

  /// A tensor of 64-bit whole numbers.
  /// - Throws: `TraceError` when it is missing, or of another shape or type.
  public func integers(_ name: String, shape: [Int]) throws -> [Int] {
    let (file, tensor) = try find(name)
    let count = tensor.byteRange.count / 8
    guard tensor.shape == shape, tensor.typeName == "I64", tensor.byteRange.count == 8 * count,
      Self.product(shape) == count
    else { throw wrong(name, file, tensor, expected: "I64 \(shape)") }
    guard let start = file.file.bytes.baseAddress else { return [] }
    return (0..<count).map { Int((start + tensor.byteRange.lowerBound).bits(at: 8 * $0) as Int64) }
  }

  /// A tensor of bytes.
  /// - Throws: `TraceError` when it is missing, or of another type.
  public func bytes(_ name: String) throws -> [UInt8] {
    let (file, tensor) = try find(name)
    guard tensor.shape == [tensor.byteRange.count], tensor.typeName == "U8" else {
      throw wrong(name, file, tensor, expected: "U8 [bytes]")
    }
    return Array(file.file.bytes[tensor.byteRange])
  }

  /// The product of sizes; `nil` where it is no `Int`.
  private static func product(_ sizes: [Int]) -> Int? {
    sizes.reduce(Int?(1)) { product, size in
      guard let (value, overflow) = product?.multipliedReportingOverflow(by: size), !overflow else {
        return nil
      }
      return value
    }
  }

  /// An error about what a tensor holds.
  public func bad(_ name: String, expected: String, found: String) -> TraceError {
    .badElement(file: file(name)?.path ?? path, tensor: name, expected: expected, found: found)
  }

  private func find(_ name: String) throws -> (Safetensors, TensorDescription) {
    guard let file = file(name), let tensor = file.tensors[name] else {
      throw TraceError.missingTensor(file: path, tensor: name)
    }
    return (file, tensor)
  }

  private func wrong(_ name: String, _ file: Safetensors, _ tensor: TensorDescription, expected: String)
    -> TraceError
  {
    .wrongTensor(
      file: file.path, tensor: name, expected: expected,
      found: "\(ByteString(tensor.typeName)) \(tensor.shape)")
  }
}
