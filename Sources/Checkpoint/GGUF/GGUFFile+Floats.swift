extension GGUFFile {
  /// A tensor's elements as floats, row-major; cost: one pass over its bytes.
  /// - Parameters:
  ///   - name: the file's own name.
  ///   - rows: a part of the first dimension of the result; all of it when missing.
  ///   - order: which of the file's rows is a row of the result, all within the first dimension; the same
  ///     when missing.
  /// - Throws: `CheckpointError` when it is missing or of a type that cannot be read.
  func floats(
    named name: String, rows: Range<Int>? = nil, order: ((Int) -> Int)? = nil
  ) throws -> [Float] {
    let (tensor, type) = try readable(name)
    let bytes = bytes(of: tensor)
    let rowCount = tensor.shape.first ?? 1
    let rows = rows ?? 0..<rowCount
    // By division, because the product of sizes beside a zero may be too large.
    let width = bytes.count / type.blockSize * type.blockLength / max(1, rowCount)
    guard width % type.blockLength == 0 else {
      // Rows within a block: only vectors have them.
      let all = Self.floats(bytes, type)
      return rows.map { all[order?($0) ?? $0] }
    }
    let stride = width / type.blockLength * type.blockSize
    guard let order else {
      let part = bytes[rows.lowerBound * stride..<rows.upperBound * stride]
      return Self.floats(UnsafeRawBufferPointer(rebasing: part), type)
    }
    return [Float](unsafeUninitializedCapacity: rows.count * width) { target, initialized in
      for (index, row) in rows.enumerated() {
        let start = order(row) * stride
        type.read(
          UnsafeRawBufferPointer(rebasing: bytes[start..<start + stride]),
          into: UnsafeMutableBufferPointer(rebasing: target[index * width..<(index + 1) * width]))
      }
      initialized = rows.count * width
    }
  }

  private static func floats(_ source: UnsafeRawBufferPointer, _ type: GGMLType) -> [Float] {
    let count = source.count / type.blockSize * type.blockLength
    return [Float](unsafeUninitializedCapacity: count) { target, initialized in
      type.read(source, into: UnsafeMutableBufferPointer(rebasing: target[..<count]))
      initialized = count
    }
  }

  private func readable(_ name: String) throws -> (Tensor, GGMLType) {
    guard let tensor = tensors[name] else {
      throw CheckpointError.missingTensor(file: metadata.file, tensor: name)
    }
    guard let type = tensor.type else {
      throw CheckpointError.unsupported(
        file: files[tensor.part].path,
        what: "the type \(GGMLType.name(tensor.typeCode)) of tensor '\(ByteString(name))'",
        supported: GGMLType.supported)
    }
    return (tensor, type)
  }
}
