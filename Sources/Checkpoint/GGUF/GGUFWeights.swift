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
    let (inFile, order) = try place(of: name, shape: shape)
    let floats = try file.floats(named: inFile, rows: rows, order: order)
    // Gemma's norms multiply by 1 plus their weight; GGUF has the sum.
    return architecture.isGemma && name.hasSuffix("norm.weight") ? floats.map { $0 - 1 } : floats
  }

  func eightBitBlocks(_ name: String, shape: [Int]) throws -> [UInt8]? {
    let (inFile, order) = try place(of: name, shape: shape)
    return file.tensors[inFile]?.type == .q8_0 ? try file.rows(named: inFile, order: order) : nil
  }

  /// The file's own name of a tensor, and which of its rows is a row of Hugging Face's tensor, if they
  /// differ.
  private func place(of name: String, shape: [Int]) throws -> (name: String, order: ((Int) -> Int)?) {
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
    return (inFile, { Self.interleaved($0, headDimension: count / heads) })
  }

  private func ggufName(_ name: String) -> String? {
    GGUFNames.name(of: name, hasOutputNorms: architecture.hasOutputNorms)
  }

  private func headCount(_ name: String) -> Int? {
    if name.contains(".q_proj.") { return queryHeadCount }
    return name.contains(".k_proj.") ? kvHeadCount : nil
  }

  /// Rows that turn together are neighbours in the file, and half a head apart in Hugging Face's order.
  private static func interleaved(_ row: Int, headDimension: Int) -> Int {
    let half = headDimension / 2
    let within = row % headDimension
    return row - within + within % half * 2 + within / half
  }
}
