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
  var download: String { "copy the whole model, for example with 'hf download ORG/NAME --local-dir \(ByteString(path))'" }

  /// Why weights are not there, where what is there tells it.
  /// - Throws: `CheckpointError.incomplete`, with the command that makes them.
  func checkWeights() throws {
    guard !hasSafetensors else { return }
    let list = names.sorted()
    func first(_ isWanted: (String) -> Bool) -> String? { list.first(where: isWanted) }
    func fail(_ reason: String, _ remedy: String) -> CheckpointError { .incomplete(path: path, reason: reason, remedy: remedy) }
    if has("adapter_config.json") {
      throw fail(
        "it has an adapter (LoRA), which is the difference to another model's weights",
        "join both: \(python("from peft import AutoPeftModelForCausalLM as M", "M.from_pretrained(D).merge_and_unload().save_pretrained(D + '-merged')"))")
    }
    if let found = first({ $0.hasPrefix("pytorch_model") && $0.contains(".bin") }) {
      throw fail(
        "it has its weights as \(ByteString(found)), which is a program to be run, and model.safetensors is missing",
        "make it: \(python("from transformers import AutoModelForCausalLM as M", "M.from_pretrained(D, dtype='auto').save_pretrained(D)"))")
    }
    if let found = first({ $0.hasPrefix("consolidated.") }) { throw fail(Self.original(found), download) }
    if let found = first({ $0.hasPrefix("model-") && $0.hasSuffix(".safetensors") }) {
      throw fail(
        "it has \(ByteString(found)), a part of the weights, and model.safetensors.index.json is missing, which lists the parts",
        download)
    }
    if let found = first({ $0.hasSuffix(".safetensors") }) {
      throw fail(
        "model.safetensors is missing", "if \(ByteString(found)) has the weights, give its path: \(ByteString(path))/\(ByteString(found))")
    }
    if let found = first({ ["tf_model.h5", "flax_model.msgpack", "model.onnx"].contains($0) || $0.hasSuffix(".pth") || $0.hasSuffix(".npz") }) {
      throw fail("it has its weights as \(ByteString(found)), and model.safetensors is missing", download)
    }
  }

  /// Whether a tokenizer is there in a form that is read.
  /// - Throws: `CheckpointError.incomplete`, with the command that makes it.
  func checkTokenizer() throws {
    guard !has("tokenizer.json"), !(has("vocab.json") && has("merges.txt")) else { return }
    let others = ["tekken.json", "tokenizer.model", "spiece.model", "tokenizer.model.v3"].filter(has)
    guard let found = others.first else {
      throw CheckpointError.incomplete(
        path: path, reason: "there is no tokenizer (tokenizer.json, or vocab.json and merges.txt)", remedy: download)
    }
    throw CheckpointError.incomplete(
      path: path, reason: "it has its tokenizer as \(found), and tokenizer.json is missing",
      remedy: "make it: \(python("from transformers import AutoTokenizer as T", "T.from_pretrained(D).save_pretrained(D)"))")
  }

  /// Why a folder without `config.json` is no model, where what is there tells it.
  var missingConfiguration: CheckpointError? {
    let found = names.sorted().first {
      $0.hasPrefix("consolidated.") || $0 == "params.json" || $0.hasSuffix(".safetensors")
        || $0.hasPrefix("pytorch_model") || $0 == "tokenizer.json"
    }
    guard let found else { return nil }
    let isOriginal = found.hasPrefix("consolidated.") || found == "params.json"
    return .incomplete(
      path: path,
      reason: isOriginal ? Self.original(found) : "it has \(ByteString(found)), and config.json is missing",
      remedy: download)
  }

  private static func original(_ name: String) -> String {
    "it has \(ByteString(name)), the form of Meta's and Mistral's own programs; config.json and model.safetensors, "
      + "which Hugging Face's form of the same model has, are needed"
  }

  /// Why one file that was given is not read, where its ending tells it.
  static func unread(file path: String) -> CheckpointError? {
    guard ["bin", "pth", "pt", "ckpt", "h5", "onnx", "npz"].contains((path as NSString).pathExtension.lowercased())
    else { return nil }
    return .incomplete(
      path: path, reason: "weights are read from safetensors and GGUF only",
      remedy: "give the model's folder, which tells what is missing")
  }

  /// A line for a shell, in which `D` is the folder.
  private func python(_ imports: String, _ statement: String) -> String {
    "python -c \"\(imports); D = '\(ByteString(path))'; \(statement)\""
  }
}
