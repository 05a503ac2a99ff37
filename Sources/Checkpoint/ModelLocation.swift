import Foundation

/// Where a model's files are, from what the user gave: a path or the name of a model that Hugging Face's
/// programs have downloaded before.
enum ModelLocation: Hashable {
  /// A folder with `config.json` and a tokenizer's files, and the weights: safetensors or their index.
  case folder(String, weights: String)
  /// A GGUF file, which has everything.
  case gguf(String)

  /// Finds a model.
  /// - Throws: `CheckpointError` when there is nothing, or nothing that is a model.
  init(_ path: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      guard let folder = try ModelCache(environment: environment).folder(of: path) else {
        throw CheckpointError.notAModel(path: path)
      }
      self = try Self.inFolder(folder)
      return
    }
    guard !isFolder.boolValue else {
      self = try Self.inFolder(path)
      return
    }
    let url = URL(fileURLWithPath: path)
    switch url.pathExtension.lowercased() {
    case "gguf": self = .gguf(path)
    case "safetensors":
      let folder = (path as NSString).deletingLastPathComponent
      guard FileManager.default.fileExists(atPath: folder + "/config.json") else {
        throw CheckpointError.notAModel(path: path)
      }
      self = .folder(folder.isEmpty ? "." : folder, weights: path)
    default: throw CheckpointError.notAModel(path: path)
    }
  }

  private static func inFolder(_ path: String) throws -> ModelLocation {
    let manager = FileManager.default
    if manager.fileExists(atPath: path + "/config.json") {
      let whole = path + "/model.safetensors"
      let index = whole + ".index.json"
      let isSharded = !manager.fileExists(atPath: whole) && manager.fileExists(atPath: index)
      return .folder(path, weights: isSharded ? index : whole)
    }
    let files = ((try? manager.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".gguf") }.sorted()
    guard let first = files.first else { throw CheckpointError.notAModel(path: path) }
    guard files.count == 1 else {
      let names = files.prefix(20).map { ByteString($0).description }.joined(separator: ", ")
      throw CheckpointError.unsupported(
        file: path, what: "a folder with several GGUF files (\(names))", supported: "the path of one of them")
    }
    return .gguf(path + "/" + first)
  }
}
