import Foundation

/// Where a model's files are, from what the user gave: a path or the name of a model that Hugging Face's
/// programs have downloaded before.
enum ModelLocation: Hashable {
  /// A folder with `config.json` and a tokenizer's files, and the weights: safetensors or their index.
  case folder(String, weights: String)
  /// A GGUF file, which has everything, or the first of several.
  case gguf(String)

  /// Finds a model.
  /// - Throws: `CheckpointError` when there is nothing, or nothing that is a model.
  init(_ path: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      if let refusal = DownloadHint(path) { throw refusal.error }
      guard let (folder, file) = try ModelCache(environment: environment).folder(of: path) else {
        throw CheckpointError.notAModel(path: path)
      }
      self = try file.map { .gguf(try GGUFChoice(folder).file(named: $0)) } ?? Self.inFolder(folder)
      return
    }
    self = isFolder.boolValue ? try Self.inFolder(path) : try Self.file(path)
  }

  private static func file(_ path: String) throws -> ModelLocation {
    let start = FileHandle(forReadingAtPath: path).flatMap { try? $0.read(upToCount: 4) } ?? Data()
    // Ollama's files have no ending.
    if start.elementsEqual("GGUF".utf8) { return .gguf(path) }
    let url = URL(fileURLWithPath: path)
    switch url.pathExtension.lowercased() {
    case "gguf": return .gguf(path)
    case "safetensors":
      let folder = (path as NSString).deletingLastPathComponent
      let place = folder.isEmpty ? "." : folder
      guard FileManager.default.fileExists(atPath: place + "/config.json") else {
        throw CheckpointError.incomplete(
          path: path, reason: "config.json is missing beside it, without which the numbers mean nothing",
          remedy: ModelFolder(place).download)
      }
      return .folder(place, weights: path)
    default:
      if let error = ModelFolder.unread(file: path) { throw error }
      throw CheckpointError.notAModel(path: path)
    }
  }

  private static func inFolder(_ path: String) throws -> ModelLocation {
    let folder = ModelFolder(path)
    let files = GGUFChoice(path)
    if folder.has("config.json"), folder.hasSafetensors || files.isEmpty {
      return .folder(path, weights: path + "/" + folder.weights)
    }
    guard !files.isEmpty else {
      if let snapshot = ModelCache.snapshot(in: path) { return try inFolder(snapshot) }
      throw folder.missingConfiguration ?? .notAModel(path: path)
    }
    return .gguf(try files.only())
  }
}
