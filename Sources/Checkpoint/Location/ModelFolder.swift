import Foundation

/// What a folder has of a model, and how what is missing can be made.
struct ModelFolder {
  private let path: String
  private let names: Set<String>

  init(_ path: String) {
    self.path = path
    names = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
  }

  /// Whether a file is there.
  func has(_ name: String) -> Bool { names.contains(name) }

  /// The name of the weights' file, or of the index of several.
  var weights: String {
    let whole = "model.safetensors"
    return !has(whole) && has(whole + ".index.json") ? whole + ".index.json" : whole
  }

  /// Whether weights are there in a form that is read.
  var hasSafetensors: Bool { has(weights) }

  /// The command that fetches a model; the folder's name is the model's, as a rule.
  var download: String {
    "copy the whole model, for example with 'hf download ORG/NAME --local-dir \(ByteString(path))'"
  }

  /// Why weights are not there, where what is there tells it.
  /// - Throws: `CheckpointError.incomplete`, with the command that makes them.
  func checkWeights() throws {
    guard !hasSafetensors else { return }
    if let adapter { throw adapter }
    if let found = first({ $0.hasPrefix("pytorch_model") && $0.contains(".bin") }) {
      let command = python(
        "from transformers import AutoModelForCausalLM as M",
        "M.from_pretrained(D, dtype='auto').save_pretrained(D)")
      throw incomplete(
        "it has its weights as \(found), which is a program to be run, and model.safetensors is missing",
        "make it: \(command)")
    }
    if let found = first({ $0.hasPrefix("consolidated.") }) {
      throw incomplete(Self.original(found), download)
    }
    if let found = first({ $0.hasPrefix("model-") && $0.hasSuffix(".safetensors") }) {
      throw incomplete(
        "it has \(found), a part of the weights, and the list of the parts (model.safetensors.index.json) is missing",
        download)
    }
    if let found = first({ $0.hasSuffix(".safetensors") }) {
      throw incomplete(
        "model.safetensors is missing",
        "if \(found) has the weights, give its path: \(ByteString(path))/\(found)")
    }
    let others = ["h5", "msgpack", "onnx", "pth", "npz"]
    if let found = first({ others.contains(($0 as NSString).pathExtension) }) {
      throw incomplete("it has its weights as \(found), and model.safetensors is missing", download)
    }
  }

  /// What is wrong with a folder that has only the difference to another model's weights.
  private var adapter: CheckpointError? {
    guard has("adapter_config.json") else { return nil }
    let command = python(
      "from peft import AutoPeftModelForCausalLM as M",
      "M.from_pretrained(D).merge_and_unload().save_pretrained(D + '-merged')")
    return incomplete(
      "it has an adapter (LoRA), which is the difference to another model's weights", "join both: \(command)")
  }

  /// The first name in alphabetical order, as errors show it.
  private func first(_ isWanted: (String) -> Bool) -> String? {
    names.sorted().first(where: isWanted).map { ByteString($0).description }
  }

  private func incomplete(_ reason: String, _ remedy: String) -> CheckpointError {
    .incomplete(path: path, reason: reason, remedy: remedy)
  }

  /// Whether a tokenizer is there in a form that is read.
  /// - Throws: `CheckpointError.incomplete`, with the command that makes it.
  func checkTokenizer() throws {
    guard !has("tokenizer.json"), !(has("vocab.json") && has("merges.txt")) else { return }
    let others = ["tekken.json", "tokenizer.model", "spiece.model", "tokenizer.model.v3"].filter(has)
    guard let found = others.first else {
      throw incomplete("there is no tokenizer (tokenizer.json, or vocab.json and merges.txt)", download)
    }
    let command = python(
      "from transformers import AutoTokenizer as T", "T.from_pretrained(D).save_pretrained(D)")
    throw incomplete("it has its tokenizer as \(found), and tokenizer.json is missing", "make it: \(command)")
  }

  /// Why a folder without `config.json` is no model, where what is there tells it.
  var missingConfiguration: CheckpointError? {
    if let adapter { return adapter }
    let found = first {
      $0.hasPrefix("consolidated.") || $0 == "params.json" || $0.hasSuffix(".safetensors")
        || $0.hasPrefix("pytorch_model") || $0 == "tokenizer.json"
    }
    guard let found else { return nil }
    let isOriginal = found.hasPrefix("consolidated.") || found == "params.json"
    return incomplete(
      isOriginal ? Self.original(found) : "it has \(found), and config.json is missing", download)
  }

  private static func original(_ name: String) -> String {
    "it has \(name), the form of Meta's and Mistral's own programs, and config.json and model.safetensors are "
      + "needed, which Hugging Face's form of the same model has"
  }

  /// Why one file that was given is not read, where its ending tells it.
  static func unread(file path: String) -> CheckpointError? {
    let endings = ["bin", "pth", "pt", "ckpt", "h5", "onnx", "npz"]
    guard endings.contains((path as NSString).pathExtension.lowercased()) else { return nil }
    return .incomplete(
      path: path, reason: "weights are read from safetensors and GGUF only",
      remedy: "give the model's folder, which tells what is missing")
  }

  /// A line for a shell, in which `D` is the folder.
  private func python(_ imports: String, _ statement: String) -> String {
    let quoted = ByteString(path).description.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    return "python -c \"\(imports); D = '\(quoted)'; \(statement)\""
  }
}
