import Foundation

/// How a layer rotates its queries and keys: the base of the frequencies, and how they are scaled for
/// texts longer than the model was first trained for (transformers' `modeling_rope_utils`).
public struct RopeConfiguration: Sendable, Hashable {
  /// The base θ of the frequencies `θ^(-2i/d)`.
  public let theta: Double
  /// The elements of a head that are rotated, the first ones; even.
  public let dimension: Int
  /// What is done to the frequencies.
  public let scaling: Scaling

  /// What is done to the frequencies.
  public enum Scaling: Sendable, Hashable {
    /// Nothing.
    case none
    /// All of them divided by a factor.
    case linear(factor: Double)
    /// θ grows with the text beyond `original` tokens (NTK).
    case dynamic(factor: Double, original: Int)
    /// Slow ones divided by a factor, fast ones kept, a ramp between (Llama 3.1).
    case llama3(factor: Double, slow: Double, fast: Double, original: Double)
    /// Slow ones divided, fast ones kept, a ramp by dimension between; sines and cosines times `attention`
    /// (Peng et al. 2023, arXiv 2309.00071).
    case yarn(
      factor: Double, fast: Double, slow: Double, original: Double, truncates: Bool, attention: Double)
    /// A divisor per frequency, other ones beyond `original` tokens; sines and cosines times `attention`
    /// (Ding et al. 2024, arXiv 2402.13753).
    case longrope(short: [Double], long: [Double], original: Int, attention: Double)
  }

  static let supportedTypes = ["default", "linear", "dynamic", "llama3", "yarn", "longrope"]

  /// Makes a rotation.
  public init(theta: Double, dimension: Int, scaling: Scaling = .none) {
    self.theta = theta
    self.dimension = dimension
    self.scaling = scaling
  }

  /// Reads one object of `rope_parameters` (transformers 5) or `rope_scaling` (before).
  /// - Parameters:
  ///   - rope: the object; `nil` where there is none.
  ///   - config: the configuration around it, which older files keep the original length in.
  ///   - theta: θ where the object does not say it.
  ///   - notices: takes what has no effect.
  init(
    _ rope: JSONObject?, config: JSONObject, family: ModelFamily, headDimension: Int, contextLength: Int,
    theta: Double, notices: inout [String]
  ) throws {
    self.theta = try rope?.positive("rope_theta", default: theta) ?? theta
    let type = try rope.flatMap(Self.type(of:)) ?? "default"
    dimension = try Self.dimension(
      rope, config, family, type: type, headDimension: headDimension, notices: &notices)
    guard let rope, type != "default" else {
      scaling = .none
      return
    }
    guard !family.isPhi || config.isTranslated || ["longrope", "su", "yarn"].contains(type) else {
      throw rope.unsupported("rope_type '\(type)' in Phi-3", supported: "default, longrope")
    }
    let original = try Self.original(rope, config, family, contextLength: contextLength)
    // The first files of Phi-3 have two other words for it.
    switch family.isPhi && !config.isTranslated ? "longrope" : type {
    case "linear": scaling = .linear(factor: try rope.positive("factor"))
    case "dynamic": scaling = .dynamic(factor: try rope.positive("factor"), original: contextLength)
    case "llama3":
      let slow = try rope.positive("low_freq_factor")
      let fast = try rope.positive("high_freq_factor")
      guard fast > slow else {
        throw rope.bad("high_freq_factor", expected: "more than low_freq_factor (\(slow))")
      }
      scaling = .llama3(
        factor: try rope.positive("factor"), slow: slow, fast: fast, original: Double(original))
    case "yarn":
      let factor = try rope.positive("factor", default: Double(contextLength) / Double(original))
      scaling = .yarn(
        factor: factor, fast: try rope.positive("beta_fast", default: 32),
        slow: try rope.positive("beta_slow", default: 1), original: Double(original),
        truncates: try rope.flag("truncate", default: true),
        attention: try Self.yarnAttention(rope, factor: factor))
    case "longrope", "su":
      scaling = .longrope(
        short: try Self.factors("short_factor", rope, count: dimension / 2),
        long: try Self.factors("long_factor", rope, count: dimension / 2), original: original,
        attention: try Self.longAttention(rope, contextLength: contextLength, original: original))
    default:
      throw rope.unsupported(
        "rope_type '\(type)' of the rotary positions", supported: Self.supportedTypes.joined(separator: ", "))
    }
  }

  /// How many tokens the positions are good for, where a configuration says `contextLength`.
  func reach(of contextLength: Int) -> Int {
    guard case .dynamic(let factor, _) = scaling, factor > 1, factor < 1024 else { return contextLength }
    return Int(Double(contextLength) * factor)
  }

  private static func type(of rope: JSONObject) throws -> String? {
    for key in ["rope_type", "type"] where rope.has(key) { return try rope.string(key) }
    return nil
  }

  /// How many elements of a head are rotated.
  ///
  /// Of the families only Phi-3 rotates a part of each head. In the others transformers does not look at the
  /// share where nothing is scaled, and fails where something is; GGUF's own count holds for all.
  private static func dimension(
    _ rope: JSONObject?, _ config: JSONObject, _ family: ModelFamily, type: String, headDimension: Int,
    notices: inout [String]
  ) throws -> Int {
    let key = "partial_rotary_factor"
    let holder = rope.flatMap { $0.has(key) ? $0 : nil } ?? config
    let share = try holder.positive(key, default: 1)
    let dimension = share <= 1 ? Int(Double(headDimension) * share) : 0
    if share != 1, !family.isPhi, !config.isTranslated, type == "default" {
      // Sliding layers and the others may have it from one place.
      let notice = "\(config.file): \(holder.name(key)) has no effect in this family"
      if !notices.contains(notice) { notices.append(notice) }
      return headDimension
    }
    guard dimension >= 2, dimension % 2 == 0 else {
      throw holder.bad(
        key, expected: "a share of \(config.name("head_dim")) (\(headDimension)) that is an even number")
    }
    guard dimension == headDimension || family.isPhi || config.isTranslated else {
      throw holder.unsupported(
        "\(key) \(share) beside rope_type '\(type)' in this family", supported: "heads that are rotated whole"
      )
    }
    return dimension
  }

  /// The length before scaling. What stands beside the object counts for more than what stands in it; Phi-3
  /// always has one.
  private static func original(
    _ rope: JSONObject, _ config: JSONObject, _ family: ModelFamily, contextLength: Int
  ) throws -> Int {
    let key = "original_max_position_embeddings"
    if config.has(key) { return try config.integer(key, in: 2...16_777_216) }
    if let standard = family.defaults.originalContextLength, !config.isTranslated { return standard }
    return try rope.integer(key, in: 2...16_777_216, default: max(2, contextLength))
  }

  private static func factors(_ key: String, _ rope: JSONObject, count: Int) throws -> [Double] {
    let numbers = rope[key]?.array?.compactMap(\.double) ?? []
    guard numbers.count == count, numbers.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw rope.bad(key, expected: "a list of \(count) positive numbers")
    }
    return numbers
  }
}

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
