import Foundation

/// Weights in fewer bits than numbers that can be read here have, as Python's programs store them.
enum QuantizedWeights {
  /// Refuses a folder whose configuration says that its weights are quantised, and by which method.
  /// - Throws: `CheckpointError.unsupported`.
  static func refuse(_ json: JSONObject, folder: String) throws {
    let inner = json["text_config"]?.object == nil ? [] : [try json.object("text_config")]
    for holder in [json] + inner {
      for key in ["quantization_config", "compression_config", "quantization"] {
        guard let values = holder[key]?.object, !values.isEmpty else { continue }
        throw refusal(method(values, key: key), values, file: json.file, key: holder.name(key))
      }
    }
    // Older programs keep it in a file of its own.
    for (name, method) in [
      ("quantize_config.json", "GPTQ"), ("quant_config.json", "AWQ"), ("hf_quant_config.json", "ModelOpt"),
    ] {
      let path = folder + "/" + name
      guard FileManager.default.fileExists(atPath: path) else { continue }
      throw refusal(method, try JSONObject(path: path).values, file: path, key: name)
    }
  }

  private static let names: [ByteString: String] = [
    "gptq": "GPTQ", "awq": "AWQ", "bitsandbytes": "bitsandbytes", "fp8": "FP8", "fbgemm_fp8": "FP8",
    "mxfp4": "MXFP4", "modelopt": "ModelOpt", "aqlm": "AQLM", "hqq": "HQQ", "torchao": "TorchAO",
    "exl2": "EXL2", "exl3": "EXL3", "quanto": "Quanto",
  ]

  private static func method(_ values: [ByteString: JSONValue], key: String) -> String {
    if let method = values["quant_method"]?.string { return names[method] ?? method.description }
    if key == "compression_config" { return "compressed-tensors" }
    if values.keys.contains(where: { $0.text.hasPrefix("load_in_") || $0.text.hasPrefix("bnb_") }) {
      return "bitsandbytes"
    }
    // Nothing but sizes is how MLX says it.
    return values["group_size"] != nil ? "MLX" : "an unknown method"
  }

  private static func refusal(
    _ method: String, _ values: [ByteString: JSONValue], file: String, key: String
  ) -> CheckpointError {
    let width = ["bits", "w_bit", "load_in_4bit", "load_in_8bit"].lazy.compactMap { key -> Int? in
      if case .bool(true) = values[ByteString(key)]?.scalar { return key.contains("4") ? 4 : 8 }
      return values[ByteString(key)]?.wholeNumber
    }.first
    return .unsupported(
      file: file,
      what: "weights quantised by \(method)\(width.map { " to \($0) bits" } ?? "") (\(ByteString(key)))",
      supported: "the same model unquantised, in F32, F16 or BF16, or as a GGUF file (\(GGMLType.supported))")
  }
}
