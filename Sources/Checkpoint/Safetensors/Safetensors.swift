/// One tensor of a safetensors file.
public struct TensorDescription: Sendable, Hashable {
  /// The element type as the file names it; `nil` in `elementType` where it cannot be read here.
  public let typeName: String
  /// Sizes, outermost first; a scalar has none.
  public let shape: [Int]
  /// The elements' place in the file.
  public let byteRange: Range<Int>

  /// The element type, when it is one of those that can be read.
  public var elementType: ElementType? { ElementType(rawValue: typeName) }
}

/// A safetensors file: a checked header over mapped bytes.
public struct Safetensors: TensorSource {
  /// The file's path.
  public var path: String { file.path }
  /// Every tensor by its name.
  public let tensors: [String: TensorDescription]
  /// What the header says beside the tensors, by key; `nil` where it has no such object.
  let metadata: JSONObject?

  let file: MappedFile
  /// The format's own limit.
  static let maximumHeaderSize = 100_000_000

  /// Maps a file and checks its whole header; the tensors' bytes are not touched.
  /// - Throws: `CheckpointError` for a header that is cut off, too large, no JSON, or that describes
  ///   bytes outside the file, overlapping tensors, or sizes that disagree with type and shape.
  public init(path: String) throws {
    let file = try MappedFile(path: path)
    func malformed(_ reason: String) -> CheckpointError { .malformed(file: path, reason: reason) }
    guard file.bytes.count >= 8 else {
      throw malformed("it ends within the 8 bytes of its header's length")
    }
    let length = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
    guard length <= Self.maximumHeaderSize, length <= UInt64(file.bytes.count - 8) else {
      let possible = min(file.bytes.count - 8, Self.maximumHeaderSize)
      throw malformed("its header should have \(length) bytes, where \(possible) are possible")
    }
    let start = 8 + Int(length)
    let header = try JSONObject(UnsafeRawBufferPointer(rebasing: file.bytes[8..<start]), file: path)
    var tensors: [String: TensorDescription] = [:]
    for name in header.values.keys where name != "__metadata__" {
      let tensor = try Self.describe(
        name, in: header, dataStart: start, fileSize: file.bytes.count)
      // Names that differ in bytes may still be the same `String`.
      guard tensors.updateValue(tensor, forKey: name.text) == nil else {
        throw malformed("tensor '\(name)' stands in it twice")
      }
    }
    var end = start
    for (name, tensor) in tensors.sorted(by: { Self.isBefore($0, $1) })
    where !tensor.byteRange.isEmpty {
      guard tensor.byteRange.lowerBound >= end else {
        throw malformed("tensor '\(ByteString(name))' overlaps the one before it")
      }
      end = tensor.byteRange.upperBound
    }
    self.file = file
    self.tensors = tensors
    metadata = try? header.object("__metadata__")
  }

  private static func isBefore(
    _ a: (key: String, value: TensorDescription), _ b: (key: String, value: TensorDescription)
  ) -> Bool {
    (a.value.byteRange.lowerBound, a.key) < (b.value.byteRange.lowerBound, b.key)
  }

  private static func describe(
    _ name: ByteString, in header: JSONObject, dataStart: Int, fileSize: Int
  ) throws -> TensorDescription {
    let entry = try header.object(name)
    let type = try entry.bytes("dtype").description
    guard let shape = entry["shape"]?.wholeNumbers, shape.allSatisfy({ $0 >= 0 }) else {
      throw entry.bad("shape", expected: "a list of sizes")
    }
    guard let offsets = entry["data_offsets"]?.wholeNumbers, offsets.count == 2,
      offsets[0] >= 0, offsets[0] <= offsets[1]
    else {
      throw entry.bad("data_offsets", expected: "two ascending offsets")
    }
    guard offsets[1] <= fileSize - dataStart else {
      // What a download that was broken off leaves; which tensor it meets first depends on the header's
      // order.
      throw CheckpointError.incomplete(
        path: header.file,
        reason: "'\(name).data_offsets' lies beyond the file's \(fileSize) bytes, so the file is cut short",
        remedy: "copy or download it again")
    }
    if let element = ElementType(rawValue: type) {
      var bytes = element.byteCount
      for size in shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
        guard !overflow else { throw entry.bad("shape", expected: "a tensor that fits in memory") }
        bytes = product
      }
      guard bytes == offsets[1] - offsets[0] else {
        throw entry.bad("data_offsets", expected: "\(bytes) bytes for \(type) \(shape)")
      }
    }
    return TensorDescription(
      typeName: type, shape: shape, byteRange: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  /// Whether there is a tensor of this name.
  public func has(_ name: String) -> Bool { tensors[name] != nil }

  /// A tensor's elements as floats, row-major; cost: one pass over its bytes.
  /// - Throws: `CheckpointError` when it is missing, or of another shape or an unreadable type.
  public func floats(_ name: String, shape: [Int]) throws -> [Float] {
    try floats(name, shape: shape, rows: 0..<(shape.first ?? 1))
  }

  /// Some rows of a tensor; cost: one pass over their bytes.
  /// - Throws: `CheckpointError` when it is missing, or of another shape or an unreadable type.
  public func floats(_ name: String, shape: [Int], rows: Range<Int>) throws -> [Float] {
    let (tensor, type) = try readable(name, shape: shape)
    // By division, because the product of sizes beside a zero may be too large.
    let stride = tensor.byteRange.count / max(1, shape.first ?? 1)
    let start = tensor.byteRange.lowerBound
    let source = UnsafeRawBufferPointer(
      rebasing: file.bytes[start + rows.lowerBound * stride..<start + rows.upperBound * stride])
    let count = source.count / type.byteCount
    return [Float](unsafeUninitializedCapacity: count) { target, initialized in
      type.read(source, into: UnsafeMutableBufferPointer(rebasing: target[..<count]))
      initialized = count
    }
  }

  /// A matrix in 16 bits, where it lies in the file.
  /// - Throws: `CheckpointError` as for its floats.
  public func matrix(_ name: String, shape: [Int]) throws -> MappedMatrix? {
    let (tensor, type) = try readable(name, shape: shape)
    guard shape.count == 2, let format = type.multiplied else { return nil }
    return MappedMatrix(
      format, rows: shape[0], columns: shape[1], in: file, at: tensor.byteRange.lowerBound)
  }

  private func readable(_ name: String, shape: [Int]) throws -> (TensorDescription, ElementType) {
    guard let tensor = tensors[name] else {
      throw CheckpointError.missingTensor(file: path, tensor: name)
    }
    guard tensor.shape == shape else {
      throw CheckpointError.wrongShape(
        file: path, tensor: name, expected: shape, found: tensor.shape)
    }
    guard let type = tensor.elementType else {
      throw CheckpointError.unsupported(
        file: path, what: "the type \(tensor.typeName) of tensor '\(name)'",
        supported: "F32, F16, BF16")
    }
    return (tensor, type)
  }
}
