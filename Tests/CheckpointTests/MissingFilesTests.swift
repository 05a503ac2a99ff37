import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Folders that have a model in another form, or a part of one: what is missing, and what makes it.
@Suite struct MissingFilesTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    _ = try folder.write(#"{"model_type": "llama", "vocab_size": 512}"#, as: "config.json")
    let tokenizer = try Data(contentsOf: URL(fileURLWithPath: Places.fixture("gpt2.tokenizer.json")))
    _ = try folder.write(tokenizer, as: "tokenizer.json")
  }

  private func problem() -> String? { failure { _ = try Checkpoint(path: folder.path).weights() } }

  private func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: folder.path + "/" + name)
  }

  private static let forms: [(file: String, words: [String])] = [
    ("pytorch_model.bin", ["AutoModelForCausalLM", "save_pretrained"]),
    ("pytorch_model-00001-of-00002.bin", ["AutoModelForCausalLM"]),
    ("pytorch_model.bin.index.json", ["AutoModelForCausalLM"]),
    ("consolidated.safetensors", ["Mistral", "hf download"]),
    ("consolidated.00.pth", ["Meta", "hf download"]),
    ("model-00001-of-00003.safetensors", ["model.safetensors.index.json", "hf download"]),
    ("model.fp16.safetensors", ["give its path", "/model.fp16.safetensors"]),
    ("adapter_config.json", ["LoRA", "merge_and_unload"]), ("tf_model.h5", ["hf download"]),
    ("flax_model.msgpack", ["hf download"]),
  ]

  @Test(arguments: forms)
  func weightsOfAnotherFormAreNamedWithWhatToDo(_ file: String, _ words: [String]) throws {
    _ = try folder.write("x", as: file)
    let found = problem()
    for word in words + [folder.path] { #expect(found?.contains(word) == true, "\(found ?? "was accepted")") }
    if file != "adapter_config.json" { #expect(found?.contains(file) == true) }
    // With the weights beside it, the other form says nothing.
    _ = try folder.write("x", as: "model.safetensors")
    #expect(failure { _ = try Checkpoint(path: folder.path) } == nil)
  }

  @Test(arguments: ["tokenizer.model", "tekken.json", "spiece.model"])
  func aTokenizerOfAnotherFormIsNamedWithTheCommandThatMakesIt(_ file: String) throws {
    try remove("tokenizer.json")
    let nothing = failure { _ = try Checkpoint(path: folder.path) }
    #expect(nothing?.contains("no tokenizer") == true && nothing?.contains("hf download") == true)
    _ = try folder.write("x", as: file)
    let found = failure { _ = try Checkpoint(path: folder.path) }
    #expect(
      found?.contains(file) == true && found?.contains("AutoTokenizer") == true, "\(found ?? "was accepted")")
  }

  @Test func withoutAConfigurationItIsAskedFor() throws {
    try remove("config.json")
    #expect(problem()?.contains("config.json is missing") == true)
    _ = try folder.write("x", as: "consolidated.safetensors")
    #expect(problem()?.contains("Mistral") == true)
    try remove("consolidated.safetensors")
    _ = try folder.write("{}", as: "params.json")
    #expect(problem()?.contains("params.json") == true)
    // An adapter's folder has no configuration of its own, as a rule.
    _ = try folder.write("{}", as: "adapter_config.json")
    _ = try folder.write("x", as: "adapter_model.safetensors")
    #expect(problem()?.contains("LoRA") == true)
  }

  private static let pointer =
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"

  @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors", "m.gguf", "generation_config.json"])
  func aPointerOfGitIsNamedAsOne(_ file: String) throws {
    _ = try folder.write(Self.pointer, as: file)
    let path = file == "m.gguf" ? folder.path + "/m.gguf" : folder.path
    let found = failure { _ = try Checkpoint(path: path).weights() }
    #expect(
      found?.contains(file) == true && found?.contains("git lfs pull") == true, "\(found ?? "was accepted")")
  }

  @Test func aTextThatSpeaksOfPointersIsNone() throws {
    let path = try folder.write(Self.pointer + String(repeating: "x", count: 1024), as: "long")
    #expect(failure { _ = try MappedFile(path: path) } == nil)
  }

  @Test(arguments: ["m.bin", "m.pth", "m.pt", "m.onnx"])
  func aFileOfAnotherFormIsNamedAsOne(_ file: String) throws {
    let path = try folder.write("PK", as: file)
    #expect(failure { _ = try Checkpoint(path: path) }?.contains("safetensors and GGUF only") == true)
  }
}
