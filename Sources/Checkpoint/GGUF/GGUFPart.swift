/// One file of a GGUF model (version 2 or 3, little-endian): checked metadata and tensor descriptions over
/// mapped bytes, under the file's own names.
struct GGUFPart: Sendable {
  typealias Tensor = GGUFFile.Tensor

  /// Keys and values.
  let metadata: GGUFMetadata
  /// Every tensor by the name that the file gives it.
  let tensors: [String: Tensor]
  /// The mapped bytes.
  let file: MappedFile

  /// Larger metadata would be none of a model: vocabularies of 260,000 tokens take 20 MB.
  private static let maximumHeaderSize = 1 << 27
  /// The format's own limit.
  private static let maximumRank = 4
  /// A key with an empty value.
  private static let minimumEntrySize = 8 + 4 + 1
  /// A tensor without dimensions: name, rank, type, offset.
  private static let minimumTensorSize = 8 + 4 + 4 + 8

  /// Maps a file and checks its header; the tensors' bytes are not touched.
  /// - Parameter number: which of a model's files it is.
  /// - Throws: `CheckpointError` for a header that is cut off, contradicts itself or describes bytes
  ///   outside the file.
  init(path: String, number: Int) throws {
    let file = try MappedFile(path: path)
    do {
      let header = UnsafeRawBufferPointer(rebasing: file.bytes.prefix(Self.maximumHeaderSize))
      var cursor = GGUFCursor(header)
      try Self.checkVersion(&cursor, path: path)
      let tensorCount = try cursor.count(of: "tensors", atLeast: Self.minimumTensorSize)
      let entryCount = try cursor.count(of: "keys", atLeast: Self.minimumEntrySize)
      var values: [String: GGUFValue] = [:]
      for _ in 0..<entryCount {
        let key = try cursor.name()
        guard values.updateValue(try cursor.value(), forKey: key) == nil else {
          throw cursor.failure("the key '\(ByteString(key))' stands in it twice")
        }
      }
      metadata = GGUFMetadata(file: path, values: values)
      tensors = try Self.tensors(
        &cursor, part: number, count: tensorCount, alignment: Self.alignment(metadata),
        fileSize: file.bytes.count)
    } catch let failure as GGUFCursor.Failure {
      throw CheckpointError.malformed(
        file: path, reason: "it is not valid GGUF: \(failure.reason) (at byte \(failure.offset))")
    }
    self.file = file
  }

  private static func checkVersion(_ cursor: inout GGUFCursor, path: String) throws {
    let magic = try cursor.number(UInt32.self)
    guard magic == 0x4655_4747 else { throw cursor.failure("it does not begin with \"GGUF\"") }
    let version = try cursor.number(UInt32.self)
    guard (2...3).contains(version) else {
      let isSwapped = version != 0 && version.byteSwapped <= 3
      throw CheckpointError.unsupported(
        file: path, what: isSwapped ? "big-endian GGUF" : "version \(version) of GGUF",
        supported: "little-endian GGUF of version 2 or 3")
    }
  }

  private static func alignment(_ metadata: GGUFMetadata) throws -> Int {
    let alignment = try metadata.integer("general.alignment", in: 1...1 << 20, default: 32)
    guard alignment & (alignment - 1) == 0 else {
      throw metadata.bad("general.alignment", expected: "a power of two")
    }
    return alignment
  }

  /// Offsets count from the first aligned byte after the header, which is known only at its end.
  private static func tensors(
    _ cursor: inout GGUFCursor, part: Int, count: Int, alignment: Int, fileSize: Int
  ) throws -> [String: Tensor] {
    var entries: [(name: String, typeCode: UInt32, shape: [Int], offset: UInt64)] = []
    entries.reserveCapacity(count)
    for _ in 0..<count {
      let name = try cursor.name()
      let rank = try cursor.number(UInt32.self)
      guard rank <= maximumRank else {
        throw cursor.failure("tensor '\(ByteString(name))' has \(rank) dimensions, where 4 are possible")
      }
      let sizes = try (0..<rank).map { _ in try cursor.number(UInt64.self) }
      let shape = sizes.reversed().compactMap { Int(exactly: $0) }
      guard shape.count == sizes.count else {
        throw cursor.failure("tensor '\(ByteString(name))' has the impossible sizes \(sizes)")
      }
      entries.append((name, try cursor.number(), shape, try cursor.number()))
    }
    let dataStart = (cursor.offset + alignment - 1) / alignment * alignment
    let dataSize = max(0, fileSize - dataStart)
    var tensors: [String: Tensor] = [:]
    for entry in entries {
      guard entry.offset <= UInt64(dataSize), Int(entry.offset) % alignment == 0 else {
        throw cursor.failure(
          "tensor '\(ByteString(entry.name))' begins at \(entry.offset), where multiples of \(alignment) "
            + "up to \(dataSize) are possible")
      }
      // A header may be the whole file; then nothing but empty tensors can follow.
      let start = min(dataStart + Int(entry.offset), fileSize)
      let size = try GGMLType(rawValue: entry.typeCode).map {
        try byteCount(of: entry.shape, type: $0, name: entry.name, at: cursor)
      }
      guard (size ?? 0) <= fileSize - start else {
        throw cursor.failure("tensor '\(ByteString(entry.name))' ends beyond the file")
      }
      let tensor = Tensor(
        part: part, typeCode: entry.typeCode, shape: entry.shape, byteRange: start..<start + (size ?? 0))
      guard tensors.updateValue(tensor, forKey: entry.name) == nil else {
        throw cursor.failure("tensor '\(ByteString(entry.name))' stands in it twice")
      }
    }
    try checkApart(tensors, cursor)
    return tensors
  }

  /// Rows are whole blocks.
  private static func byteCount(
    of shape: [Int], type: GGMLType, name: String, at cursor: GGUFCursor
  ) throws -> Int {
    let innermost = shape.last ?? 1
    guard innermost % type.blockLength == 0 else {
      throw cursor.failure(
        "tensor '\(ByteString(name))' has rows of \(innermost), no multiple of \(type.blockLength)")
    }
    var bytes = innermost / type.blockLength
    for factor in shape.dropLast() + [type.blockSize] {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: factor)
      guard !overflow else {
        throw cursor.failure("tensor '\(ByteString(name))' of the sizes \(shape) does not fit in memory")
      }
      bytes = product
    }
    return bytes
  }

  private static func checkApart(_ tensors: [String: Tensor], _ cursor: GGUFCursor) throws {
    var end = 0
    let filled = tensors.filter { !$0.value.byteRange.isEmpty }
    for (name, tensor) in filled.sorted(by: {
      ($0.value.byteRange.lowerBound, $0.key) < ($1.value.byteRange.lowerBound, $1.key)
    }) {
      guard tensor.byteRange.lowerBound >= end else {
        throw cursor.failure("tensor '\(ByteString(name))' overlaps the one before it")
      }
      end = tensor.byteRange.upperBound
    }
  }
}
