import Foundation

extension GGUFFile {
  /// The scaling of the rotary frequencies as `rope_scaling` would have it; `nil` for none.
  /// - Throws: `CheckpointError` for scalings that contradict each other or are not supported.
  func ropeScaling(_ architecture: GGUFArchitecture) throws -> [ByteString: JSONValue]? {
    let key = architecture.key("rope.scaling.type")
    // The first files have the factor under another key, and no kind. Zero stands for no scaling.
    let given = try architecture.number("rope.scaling.factor") ?? architecture.number("rope.scale_linear")
    let factor = given == 0 ? nil : given
    let isScaled = factor.map { $0 != 1 } ?? false
    let kind = metadata.has(key) ? try metadata.string(key) : isScaled ? "linear" : "none"
    let original = try architecture.number("rope.scaling.original_context_length")
    var values: [ByteString: JSONValue] = [:]
    values["original_max_position_embeddings"] = original.map { .number($0) }

    if tensors["rope_factors_long.weight"] != nil {
      values["rope_type"] = .string("longrope")
      values["long_factor"] = Self.list(try floats(named: "rope_factors_long.weight"))
      values["short_factor"] = Self.list(try floats(named: "rope_factors_short.weight"))
      values["attention_factor"] = try architecture.number("rope.scaling.attn_factor").map { .number($0) }
      return values
    }
    if tensors["rope_freqs.weight"] != nil {
      guard kind == "none" else {
        throw architecture.bad("rope.scaling.type", expected: "none beside the tensor 'rope_freqs.weight'")
      }
      let theta = try architecture.number("rope.freq_base") ?? 10_000
      return Self.scaling(byDivisors: try floats(named: "rope_freqs.weight"), theta: theta)
    }
    switch kind {
    case "none": return nil
    case "linear", "yarn":
      values["rope_type"] = .string(ByteString(kind))
      if kind == "linear", factor == nil { return nil }
      values["factor"] = factor.map { .number($0) }
      guard kind == "yarn" else { return values }
      let attention = try architecture.number("rope.scaling.yarn_attn_factor")
      values["attention_factor"] = attention.map { .number($0) }
      for key in ["beta_fast", "beta_slow"] {
        values[ByteString(key)] = try architecture.number("rope.scaling.yarn_\(key)").map { .number($0) }
      }
      return values
    default:
      throw architecture.bad(
        "rope.scaling.type", expected: "none, linear or yarn, or longrope with its factors")
    }
  }

  /// `rope_freqs.weight` has a divisor per frequency. Llama 3.1 and 3.2 make theirs from four numbers,
  /// three of which are the same in all of them; others are given as they are.
  static func scaling(byDivisors divisors: [Float], theta: Double) -> [ByteString: JSONValue] {
    let (slow, fast, original) = (1.0, 4.0, 8192.0)
    let factor = Double(divisors.max() ?? 1)
    let isLlama3 = divisors.enumerated().allSatisfy { index, divisor in
      let frequency = pow(theta, -Double(index) / Double(divisors.count))
      let ramp = (original * frequency / (2 * .pi) - slow) / (fast - slow)
      let share = min(max(ramp, 0), 1)
      return abs(Double(divisor) * ((1 - share) / factor + share) - 1) < 1e-3
    }
    guard isLlama3, !divisors.isEmpty else {
      return [
        "rope_type": .string("longrope"), "short_factor": list(divisors), "long_factor": list(divisors),
        "attention_factor": .number(1),
      ]
    }
    return [
      "rope_type": .string("llama3"), "factor": .number(factor), "low_freq_factor": .number(slow),
      "high_freq_factor": .number(fast), "original_max_position_embeddings": .number(original),
    ]
  }

  private static func list(_ numbers: [Float]) -> JSONValue { .array(numbers.map { .number(Double($0)) }) }
}
