import Foundation

/// A model's files: a Hugging Face folder with `config.json`, `tokenizer.json` and `model.safetensors`.
///
/// Opening reads the two small files, so that a text can be tokenized and shown at once; the weights
/// are mapped when they are asked for.
public struct Checkpoint: Sendable {
  /// The folder.
  public let path: String
  /// The folder's name, by which screens and exports know the model.
  public let name: String
  /// Sizes and constants.
  public let configuration: ModelConfiguration
  /// Text to tokens and back.
  public let tokenizer: Tokenizer

  /// Opens a folder.
  /// - Throws: `CheckpointError`.
  public init(path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
      FileManager.default.fileExists(atPath: path + "/config.json")
    else { throw CheckpointError.notAModel(path: path) }
    self.path = path
    name = URL(fileURLWithPath: path).lastPathComponent
    configuration = try ModelConfiguration(path: path + "/config.json")
    tokenizer = try Tokenizer(path: path + "/tokenizer.json")
    guard tokenizer.vocabularySize <= configuration.vocabularySize else {
      throw CheckpointError.badValue(
        file: path + "/config.json", key: "vocab_size",
        expected: "at least \(tokenizer.vocabularySize), the vocabulary of tokenizer.json",
        found: String(configuration.vocabularySize))
    }
  }

  /// Maps the weights and checks their header.
  /// - Throws: `CheckpointError`.
  public func weights() throws -> Safetensors {
    try Safetensors(path: path + "/model.safetensors")
  }
}
