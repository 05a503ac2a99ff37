import TestSupport
import Testing

@testable import Checkpoint

/// Folders whose weights are quantised, as the programs that make them say it.
@Suite struct QuantizedWeightsTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func problem(_ keys: String) throws -> String? {
    let path = try folder.write(#"{"model_type": "llama", "vocab_size": 512\#(keys)}"#, as: "config.json")
    return failure { _ = try ModelConfiguration(path: path) }
  }

  private static let forms: [(keys: String, words: String)] = [
    (#", "quantization": {"group_size": 64, "bits": 4}"#, "MLX to 4 bits"),
    (
      #", "quantization": {"group_size": 64, "bits": 8, "mode": "affine"}, "#
        + #""quantization_config": {"group_size": 64, "bits": 8}"#, "MLX to 8 bits"
    ),
    (#", "quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 128}"#, "GPTQ to 4 bits"),
    (#", "quantization_config": {"quant_method": "awq", "w_bit": 4}"#, "AWQ to 4 bits"),
    (
      #", "quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": true}"#,
      "bitsandbytes to 4 bits"
    ),
    (
      #", "quantization_config": {"load_in_8bit": true, "llm_int8_threshold": 6.0}"#, "bitsandbytes to 8 bits"
    ),
    (#", "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}"#, "FP8"),
    (#", "quantization_config": {"quant_method": "fbgemm_fp8"}"#, "FP8"),
    (
      #", "quantization_config": {"quant_method": "compressed-tensors", "format": "pack-quantized"}"#,
      "compressed-tensors"
    ),
    (#", "compression_config": {"format": "float-quantized"}"#, "compressed-tensors"),
    (#", "quantization_config": {"quant_method": "mxfp4"}"#, "MXFP4"),
    (#", "quantization_config": {"quant_method": "newest"}"#, "newest"),
    (#", "text_config": {"quantization_config": {"quant_method": "awq"}}"#, "AWQ"),
  ]

  @Test(arguments: forms)
  func theMethodIsNamed(_ keys: String, _ words: String) throws {
    let found = try problem(keys)
    #expect(found?.contains("quantised by \(words)") == true, "\(found ?? "was accepted")")
    #expect(found?.contains("config.json") == true && found?.contains("GGUF") == true)
  }

  @Test func nothingAboutItIsNoQuantisation() throws {
    #expect(try problem("") == nil)
    #expect(try problem(#", "quantization_config": null"#) == nil)
    #expect(try problem(#", "quantization_config": {}"#) == nil)
  }

  @Test(arguments: [
    ("quantize_config.json", #"{"bits": 4, "group_size": 128}"#, "GPTQ to 4 bits"),
    ("quant_config.json", #"{"w_bit": 4, "q_group_size": 128}"#, "AWQ to 4 bits"),
    ("hf_quant_config.json", #"{"quantization": {"quant_algo": "FP8"}}"#, "ModelOpt"),
  ])
  func olderFilesOfTheirOwnCountToo(_ file: String, _ text: String, _ words: String) throws {
    _ = try folder.write(text, as: file)
    let found = try problem("")
    #expect(
      found?.contains("quantised by \(words)") == true && found?.contains(file) == true,
      "\(found ?? "was accepted")")
  }
}
