/// What is wrong with a model's files: which file, which key or tensor, what was expected and found.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The path is no model.
  case notAModel(path: String)
  /// A model of this name is in none of the places where downloaded ones would be.
  case notInCache(name: String, places: [String])
  /// Something is missing or has another form, and how to get it.
  case incomplete(path: String, reason: String, remedy: String)
  /// A file cannot be opened or mapped.
  case unreadable(file: String, reason: String)
  /// A file is not the JSON that it should be.
  case malformed(file: String, reason: String)
  /// A key is missing or holds something else than it should.
  case badValue(file: String, key: String, expected: String, found: String)
  /// Something that this program does not support, and what it does.
  case unsupported(file: String, what: String, supported: String)
  /// No such tensor.
  case missingTensor(file: String, tensor: String)
  /// A tensor of another shape than the configuration says.
  case wrongShape(file: String, tensor: String, expected: [Int], found: [Int])

  /// The problem in one line: file, key or tensor, expected, found, and what to do.
  public var description: String {
    switch self {
    case .notAModel(let path):
      "\(path): expected is a folder with config.json, tokenizer.json (or vocab.json and merges.txt) and model.safetensors (or its index), a .gguf file, or the name of a downloaded model (organisation/model); check what is given to --model"
    case .notInCache(let name, let places):
      "\(name): there is no such path, and no downloaded model in \(places.joined(separator: ", ")); nothing is downloaded here, so fetch it first (hf download \(name)), or give a path"
    case .incomplete(let path, let reason, let remedy): "\(path): \(reason); \(remedy)"
    case .unreadable(let file, let reason):
      "\(file): cannot be read (\(reason)); check the path and its permissions"
    case .malformed(let file, let reason):
      "\(file): \(reason); the file is damaged or of another kind, so copy it again from its source"
    case .badValue(let file, let key, let expected, let found):
      "\(file): '\(key)' should be \(expected), and is \(found); correct it, or copy the file again from its source"
    case .unsupported(let file, let what, let supported):
      "\(file): \(what) is not supported; choose a model with what is: \(supported)"
    case .missingTensor(let file, let tensor):
      "\(file): there is no tensor '\(tensor)'; the configuration describes another model than these weights"
    case .wrongShape(let file, let tensor, let expected, let found):
      "\(file): tensor '\(tensor)' should have the shape \(expected), and has \(found); the configuration describes another model than these weights"
    }
  }
}
