extension GGUFFile {
  /// A tensor's elements as floats, row-major, as they stand in the file; cost: one pass over its bytes.
  /// - Parameter name: the file's own name.
  /// - Throws: `CheckpointError` when it is missing or of a type that cannot be read.
  func floats(named name: String) throws -> [Float] {
    let (tensor, type) = try readable(name)
    let source = UnsafeRawBufferPointer(rebasing: file.bytes[tensor.byteRange])
    let count = source.count / type.blockSize * type.blockLength
    return [Float](unsafeUninitializedCapacity: count) { target, initialized in
      type.read(source, into: UnsafeMutableBufferPointer(rebasing: target[..<count]))
      initialized = count
    }
  }

  /// A tensor's rows as floats in another order.
  /// - Parameters:
  ///   - name: the file's own name.
  ///   - source: which of the file's rows is each row of the result, all within its first dimension.
  /// - Throws: `CheckpointError` when it is missing or of a type that cannot be read.
  func floats(named name: String, row source: (Int) -> Int) throws -> [Float] {
    let (tensor, type) = try readable(name)
    let width = tensor.shape.dropFirst().reduce(1, *)
    guard let count = tensor.shape.first, width % type.blockLength == 0 else {
      // Rows within a block: only vectors have them.
      let floats = try floats(named: name)
      return floats.indices.map { floats[source($0)] }
    }
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[tensor.byteRange])
    let stride = width / type.blockLength * type.blockSize
    return [Float](unsafeUninitializedCapacity: count * width) { target, initialized in
      for row in 0..<count {
        let from = source(row) * stride
        type.read(
          UnsafeRawBufferPointer(rebasing: bytes[from..<from + stride]),
          into: UnsafeMutableBufferPointer(rebasing: target[row * width..<(row + 1) * width]))
      }
      initialized = count * width
    }
  }

  private func readable(_ name: String) throws -> (Tensor, GGMLType) {
    guard let tensor = tensors[name] else {
      throw CheckpointError.missingTensor(file: metadata.file, tensor: name)
    }
    guard let type = tensor.type else {
      throw CheckpointError.unsupported(
        file: metadata.file, what: "the type \(GGMLType.name(tensor.typeCode)) of tensor '\(ByteString(name))'",
        supported: GGMLType.supported)
    }
    return (tensor, type)
  }
}
