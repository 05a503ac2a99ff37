import Foundation
import TestSupport
import Testing

@testable import Checkpoint

/// Tiny models that llama.cpp converted, against the folders that it converted.
@Suite struct GGUFModelTests {
  static let families = [
    "llama", "llama-llama3", "llama-yarn", "qwen2", "qwen3", "smollm3", "phi3", "phi3-longrope", "gemma",
    "gemma2",
    "gemma3",
  ]

  private func file(_ name: String) throws -> GGUFFile {
    try GGUFFile(path: Places.fixture("formats/\(name).gguf"))
  }

  @Test(arguments: families)
  func tensorsAreThoseOfTheFolderThatWasConverted(_ family: String) throws {
    let expected = try Safetensors(path: Places.fixture("formats/\(family)/model.safetensors"))
    let weights = try GGUFWeights(try file(family))
    #expect(expected.tensors.count >= 15)
    for (name, tensor) in expected.tensors {
      #expect(weights.has(name), "\(name)")
      let floats = try weights.floats(name, shape: tensor.shape)
      let original = try expected.floats(name, shape: tensor.shape)
      let (count, width) = (tensor.shape[0], floats.count / tensor.shape[0])
      let part = try weights.floats(name, shape: tensor.shape, rows: 3..<count - 2)
      #expect(part == Array(floats[3 * width..<(count - 2) * width]), "\(name)")
      if family.hasPrefix("gemma"), name.hasSuffix("norm.weight") {
        // Adding 1 and taking it away again loses the bits below those of 1.
        #expect(zip(floats, original).allSatisfy { abs($0 - $1) <= 0x1p-23 }, "\(name)")
      } else {
        #expect(floats == original, "\(name)")
      }
    }
  }

  @Test(arguments: families)
  func configurationsAreThoseOfTheFolderThatWasConverted(_ family: String) throws {
    let expected = try ModelConfiguration(path: Places.fixture("formats/\(family)/config.json"))
    let found = try ModelConfiguration(try file(family).configuration(), generation: nil)
    #expect(found == expected)
  }

  /// An embedding is only looked up, unless it is the head as well.
  @Test(arguments: [("llama", true), ("llama-yarn", false)])
  func whatATokenIsMultipliedByIsCounted(_ family: String, hasOwnHead: Bool) throws {
    let model = try UntokenizedModel(gguf: Places.fixture("formats/\(family).gguf"))
    let all = try file(family).tensors.values.reduce(0) { $0 + $1.byteRange.count }
    #expect(model.configuration.vocabularySize == 40 && model.configuration.hiddenSize == 24)
    #expect(model.multipliedByteCount == all - (hasOwnHead ? 40 * 24 * 2 : 0))
    #expect(model.weights.has("lm_head.weight") == hasOwnHead)
  }

  @Test func namesThatAFileDoesNotHaveAreErrorsThatSayBothNames() throws {
    let weights = try GGUFWeights(try file("llama"))
    #expect(!weights.has("model.layers.0.self_attn.q_norm.weight"))
    #expect(!weights.has("model.layers.00.input_layernorm.weight"))
    #expect(!weights.has("model.layers.2.input_layernorm.weight"))
    #expect(!weights.has("blk.0.attn_q.weight"))
    let problem = failure { _ = try weights.floats("model.layers.7.mlp.up_proj.weight", shape: [32, 24]) }
    #expect(problem?.contains("blk.7.ffn_up.weight") == true)
    #expect(problem?.contains("model.layers.7.mlp.up_proj.weight") == true)
    let wrong = failure { _ = try weights.floats("lm_head.weight", shape: [24, 40]) }
    #expect(wrong?.contains("[40, 24]") == true)
  }

  @Test func otherFamiliesAreRefusedByName() throws {
    let problem = failure { _ = try ModelConfiguration(try file("blocks").configuration(), generation: nil) }
    #expect(problem?.contains("'blocks'") == true && problem?.contains("smollm3") == true)
  }

  @Test(.enabled(if: Places.hasSharedData, "../shared/data isn't there"))
  func aRealModelHasTheTensorsOfItsFolder() throws {
    let folder = try #require(Places.sharedData) + "/stories260k"
    let expected = try Safetensors(path: folder + "/model.safetensors")
    let file = try GGUFFile(path: folder + "/stories260k-f32.gguf")
    let weights = try GGUFWeights(file)
    for (name, tensor) in expected.tensors {
      let floats = try weights.floats(name, shape: tensor.shape)
      #expect(try floats == expected.floats(name, shape: tensor.shape), "\(name)")
    }
    let configuration = try ModelConfiguration(path: folder + "/config.json")
    let found = try ModelConfiguration(try file.configuration(), generation: nil)
    #expect(found.attention == configuration.attention && found.endTokens == configuration.endTokens)
    #expect(
      found.rmsNormEpsilon == configuration.rmsNormEpsilon && found.hiddenSize == configuration.hiddenSize)
    // The file has the head once more.
    #expect(configuration.tiesEmbeddings && !found.tiesEmbeddings)
    let shape = [configuration.vocabularySize, configuration.hiddenSize]
    let head = try weights.floats("lm_head.weight", shape: shape)
    #expect(try head == expected.floats("model.embed_tokens.weight", shape: shape))
  }

  @Test func divisorsThatAreNotLlama3sAreGivenAsTheyAre() {
    let scaling = GGUFFile.scaling(byDivisors: [1, 2, 3], theta: 10_000)
    #expect(scaling["rope_type"]?.string == "longrope" && scaling["attention_factor"]?.double == 1)
    #expect(scaling["short_factor"]?.wholeNumbers == [1, 2, 3])
    #expect(scaling["long_factor"]?.wholeNumbers == [1, 2, 3])
  }

  @Test func blocksComeInTheOrderOfTheFoldersRows() throws {
    var bytes = GGUFBytes()
    bytes.add("general.architecture", "llama")
    bytes.add("llama.attention.head_count", 2)
    bytes.addTensor("blk.0.attn_q.weight", sizes: [64, 8], type: 8, offset: 0)
    bytes.addTensor("blk.0.attn_v.weight", sizes: [32, 2], offset: 544)
    // Scales of finite halves, and bytes that differ from row to row.
    bytes.data = (0..<16).flatMap { block in
      [0, 0x3C] + (0..<32).map { UInt8(truncatingIfNeeded: block * 29 + $0) }
    }
    bytes.data += [UInt8](repeating: 0, count: 256)
    let folder = try ScratchFolder()
    let weights = try GGUFWeights(GGUFFile(path: folder.write(bytes.bytes)))
    let name = "model.layers.0.self_attn.q_proj.weight"
    let floats = try weights.floats(name, shape: [8, 64])
    let blocks = try #require(try weights.matrix(name, shape: [8, 64])).bytes
    let widened = (0..<16).flatMap { block in
      blocks[block * 34 + 2..<(block + 1) * 34].map { Float(Int8(bitPattern: $0)) }
    }
    #expect(widened == floats)
    #expect(blocks != bytes.data.prefix(544).map { $0 })
    #expect(try weights.matrix("model.layers.0.self_attn.v_proj.weight", shape: [2, 32]) == nil)
    #expect(failure { _ = try weights.matrix(name, shape: [8, 32]) }?.contains("[8, 64]") == true)
  }
}
