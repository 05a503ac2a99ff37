import Foundation

/// A model's files: a Hugging Face folder with `config.json`, `tokenizer.json` (or the older `vocab.json` and
/// `merges.txt`) and safetensors, or a GGUF file.
///
/// Opening reads the small part, so that a text can be tokenized and shown at once; the weights are mapped
/// when they are asked for, a GGUF file at once.
public struct Checkpoint: Sendable {
  /// The folder or GGUF file.
  public let path: String
  /// The name by which screens and exports know the model: that of the folder, the GGUF file without its
  /// ending, or the name in Hugging Face's cache.
  public let name: String
  /// Sizes and constants.
  public let configuration: ModelConfiguration
  /// Text to tokens and back.
  public let tokenizer: Tokenizer

  /// What in the files was ignored, in sentences for a person.
  public let notices: [String]

  let files: Files

  enum Files: Sendable {
    case safetensors(path: String)
    case gguf(GGUFFile)
  }

  /// Opens a folder, a `.gguf` file, a `.safetensors` file beside its `config.json`, or a model that was
  /// downloaded before, by its Hugging Face name (`organisation/model`). Nothing is downloaded.
  /// - Throws: `CheckpointError`.
  public init(path: String) throws {
    var read: Tokenizer
    switch try ModelLocation(path) {
    case .folder(let folder, let weights):
      self.path = folder
      name = Self.name(given: path, found: folder)
      configuration = try ModelConfiguration(path: folder + "/config.json")
      let contents = ModelFolder(folder)
      if !FileManager.default.fileExists(atPath: weights) { try contents.checkWeights() }
      try contents.checkTokenizer()
      read = try Tokenizer(folder: folder)
      files = .safetensors(path: weights)
    case .gguf(let found):
      let file = try GGUFFile(path: found)
      self.path = found
      name = Self.name(given: path, found: found, file.metadata)
      configuration = try ModelConfiguration(try file.configuration(), generation: nil)
      read = try Tokenizer(gguf: file.metadata)
      files = .gguf(file)
    }
    read.embeddedCount = configuration.vocabularySize
    tokenizer = read
    notices = configuration.notices + read.notices
  }

  /// Maps the weights and checks their header.
  /// - Throws: `CheckpointError`.
  public func weights() throws -> any TensorSource {
    switch files {
    case .safetensors(let path) where path.hasSuffix(".json"): return try ShardedSafetensors(path: path)
    case .safetensors(let path):
      if !FileManager.default.fileExists(atPath: path) {
        throw CheckpointError.incomplete(
          path: path, reason: "the weights are missing", remedy: ModelFolder(self.path).download)
      }
      return try Safetensors(path: path)
    case .gguf(let file): return try GGUFWeights(file)
    }
  }

  /// A snapshot's folder is called by its commit, and Ollama's files by their hash, which tells nobody
  /// anything.
  private static func name(given: String, found: String, _ metadata: GGUFMetadata? = nil) -> String {
    guard FileManager.default.fileExists(atPath: given) else { return given }
    let url = URL(fileURLWithPath: found)
    if let metadata, url.pathExtension.lowercased() != "gguf", let name = metadata["general.name"]?.string {
      return name.description
    }
    let parts = url.pathComponents
    if let place = parts.lastIndex(of: "snapshots"), place > 0,
      let name = ModelCache.name(ofFolder: parts[place - 1]),
      place >= parts.count - 2
    {
      return name
    }
    let stem = GGUFPartName(found).map { URL(fileURLWithPath: $0.stem) } ?? url
    return stem.pathExtension.lowercased() == "gguf"
      ? stem.deletingPathExtension().lastPathComponent : stem.lastPathComponent
  }
}
