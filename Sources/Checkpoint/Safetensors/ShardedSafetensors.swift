import Foundation

/// Weights spread over several safetensors files, which an index (`model.safetensors.index.json`) assigns
/// tensors to.
struct ShardedSafetensors: TensorSource {
  /// The index's path.
  let path: String

  /// The files by their names.
  let shards: [String: Safetensors]
  private let shardByTensor: [String: String]

  /// Reads an index, maps every file that it names, once, and checks their headers against it.
  /// - Throws: `CheckpointError` for files that are missing, that stand elsewhere than beside the index,
  ///   that lack a tensor that they should have, or that share one.
  init(path: String) throws {
    let map = try JSONObject(path: path).object("weight_map")
    var shardByTensor: [String: String] = [:]
    for (tensor, value) in map.values {
      guard let shard = value.string?.text, Self.isFileName(shard) else {
        throw map.bad(tensor, expected: "the name of a file beside the index", found: value)
      }
      guard shardByTensor.updateValue(shard, forKey: tensor.text) == nil else {
        throw CheckpointError.malformed(file: path, reason: "tensor '\(tensor)' stands in it twice")
      }
    }
    var shards: [String: Safetensors] = [:]
    for shard in Set(shardByTensor.values).sorted() {
      shards[shard] = try Self.open(shard, index: path)
    }
    self.path = path
    self.shards = shards
    self.shardByTensor = shardByTensor
    try checkAgreement()
  }

  func has(_ name: String) -> Bool { shardByTensor[name] != nil }

  func floats(_ name: String, shape: [Int]) throws -> [Float] {
    try shard(of: name).floats(name, shape: shape)
  }

  func floats(_ name: String, shape: [Int], rows: Range<Int>) throws -> [Float] {
    try shard(of: name).floats(name, shape: shape, rows: rows)
  }

  func matrix(_ name: String, shape: [Int]) throws -> MappedMatrix? {
    try shard(of: name).matrix(name, shape: shape)
  }

  /// The file that has a tensor; `nil` where none has.
  func file(of name: String) -> Safetensors? { shardByTensor[name].flatMap { shards[$0] } }

  private func shard(of name: String) throws -> Safetensors {
    guard let shard = file(of: name) else { throw CheckpointError.missingTensor(file: path, tensor: name) }
    return shard
  }

  /// A folder's file, not a path out of it.
  private static func isFileName(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".." && !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  /// The path of a shard; beside an index that is named without its folder, a name without one, too.
  static func path(of shard: String, besideIndex index: String) -> String {
    ((index as NSString).deletingLastPathComponent as NSString).appendingPathComponent(shard)
  }

  private static func open(_ shard: String, index: String) throws -> Safetensors {
    let path = path(of: shard, besideIndex: index)
    guard FileManager.default.fileExists(atPath: path) else {
      throw CheckpointError.unreadable(
        file: path, reason: "it is missing, and \((index as NSString).lastPathComponent) names it")
    }
    return try Safetensors(path: path)
  }

  /// The index and the files must say the same: a tensor that two files have would be read from either.
  private func checkAgreement() throws {
    for (tensor, shard) in shardByTensor.sorted(by: { $0.key < $1.key })
    where shards[shard]?.has(tensor) != true {
      throw CheckpointError.malformed(
        file: path,
        reason:
          "it says that tensor '\(ByteString(tensor))' stands in '\(ByteString(shard))', where it doesn't")
    }
    var holders: [String: String] = [:]
    for (shard, file) in shards.sorted(by: { $0.key < $1.key }) {
      for tensor in file.tensors.keys.sorted() {
        guard let other = holders.updateValue(shard, forKey: tensor) else { continue }
        throw CheckpointError.malformed(
          file: path,
          reason:
            "tensor '\(ByteString(tensor))' stands in '\(ByteString(other))' and in '\(ByteString(shard))'")
      }
    }
  }
}
