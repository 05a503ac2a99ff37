import Foundation

extension RopeConfiguration {
  /// YaRN's factor of sines and cosines: given, or `0.1 ln(factor) + 1` (section 3.4 of the paper), with
  /// DeepSeek's `mscale` pair where both are there.
  static func yarnAttention(_ rope: JSONObject, factor: Double) throws -> Double {
    if rope.has("attention_factor") { return try rope.positive("attention_factor") }
    func scale(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
    // A zero counts as missing.
    func isGiven(_ key: String) -> Bool { rope.has(key) && rope[key]?.double != 0 }
    guard isGiven("mscale"), isGiven("mscale_all_dim") else { return scale(1) }
    return try scale(rope.positive("mscale")) / scale(rope.positive("mscale_all_dim"))
  }

  /// LongRoPE's factor of sines and cosines: given, or `√(1 + ln(factor) / ln(original))`.
  static func longAttention(_ rope: JSONObject, contextLength: Int, original: Int) throws -> Double {
    if rope.has("attention_factor") { return try rope.positive("attention_factor") }
    let factor = try rope.positive("factor", default: Double(contextLength) / Double(original))
    return factor <= 1 ? 1 : (1 + log(factor) / log(Double(original))).squareRoot()
  }
}
