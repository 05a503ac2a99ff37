import Kernels

/// A GGUF file's tensors as Hugging Face's files have them: under those names, with the changes undone
/// that conversion makes.
struct GGUFWeights: TensorSource {
  var path: String { file.metadata.file }

  private let file: GGUFFile
  private let architecture: GGUFArchitecture
  private let queryHeadCount: Int
  private let kvHeadCount: Int

  /// Reads what conversion depends on.
  /// - Throws: `CheckpointError` naming the key that is missing.
  init(_ file: GGUFFile) throws {
    self.file = file
    architecture = try GGUFArchitecture(file.metadata)
    queryHeadCount = try architecture.size("attention.head_count")
    kvHeadCount = try architecture.size("attention.head_count_kv", default: queryHeadCount)
  }

  func has(_ name: String) -> Bool {
    ggufName(name).map { file.tensors[$0] != nil } ?? false
  }

  func floats(_ name: String, shape: [Int]) throws -> [Float] {
    try floats(name, shape: shape, rows: 0..<(shape.first ?? 1))
  }

  func floats(_ name: String, shape: [Int], rows: Range<Int>) throws -> [Float] {
    let (inFile, headRows) = try place(of: name, shape: shape)
    let order = headRows.map { count in { (row: Int) in Int(laq_stored_row(Int32(row), Int32(count))) } }
    let floats = try file.floats(named: inFile, rows: rows, order: order)
    // Gemma's norms multiply by 1 plus their weight; GGUF has the sum.
    return architecture.isGemma && name.hasSuffix("norm.weight") ? floats.map { $0 - 1 } : floats
  }

  func matrix(_ name: String, shape: [Int]) throws -> MappedMatrix? {
    let (inFile, headRows) = try place(of: name, shape: shape)
    guard shape.count == 2, let tensor = file.tensors[inFile], let format = tensor.type?.multiplied else {
      return nil
    }
    return MappedMatrix(
      format, rows: shape[0], columns: shape[1], in: file.files[tensor.part], at: tensor.byteRange.lowerBound,
      headRows: headRows ?? 0)
  }

  /// The file's own name of a tensor, and the rows of a head where rows that turn together are neighbours in
  /// the file, and half a head apart in Hugging Face's order.
  private func place(of name: String, shape: [Int]) throws -> (name: String, headRows: Int?) {
    guard let inFile = ggufName(name), let tensor = file.tensors[inFile] else {
      throw CheckpointError.missingTensor(
        file: path, tensor: ggufName(name).map { "\($0) (\(name) for Hugging Face)" } ?? name)
    }
    guard tensor.shape == shape else {
      throw CheckpointError.wrongShape(file: path, tensor: inFile, expected: shape, found: tensor.shape)
    }
    guard architecture.pairsNeighbours, let heads = headCount(name), let count = shape.first else {
      return (inFile, nil)
    }
    guard count % (2 * heads) == 0 else {
      let possible = count / (2 * heads) * 2 * heads
      throw CheckpointError.wrongShape(
        file: path, tensor: inFile, expected: [possible] + shape.dropFirst(), found: shape)
    }
    return (inFile, count / heads)
  }

  private func ggufName(_ name: String) -> String? {
    GGUFNames.name(of: name, hasOutputNorms: architecture.hasOutputNorms)
  }

  private func headCount(_ name: String) -> Int? {
    if name.contains(".q_proj.") { return queryHeadCount }
    return name.contains(".k_proj.") ? kvHeadCount : nil
  }
}

/// What of a GGUF file is multiplied, whatever its vocabulary: files that are made to be measured have none.
package struct UntokenizedModel: Sendable {
  /// Sizes and constants.
  package let configuration: ModelConfiguration
  /// The weights, where they lie.
  package let weights: any TensorSource
  /// Bytes of all that a decoded token is multiplied by.
  package let multipliedByteCount: Int

  /// Maps a file, or the first of several.
  /// - Throws: `CheckpointError`.
  package init(gguf path: String) throws {
    let file = try GGUFFile(path: path)
    configuration = try ModelConfiguration(try file.configuration(), generation: nil)
    weights = try GGUFWeights(file)
    // An embedding is only looked up, unless it is the head as well.
    let hasOwnHead = file.tensors["output.weight"] != nil
    multipliedByteCount = file.tensors.reduce(0) { sum, tensor in
      hasOwnHead && tensor.key == "token_embd.weight" ? sum : sum + tensor.value.byteRange.count
    }
  }
}
