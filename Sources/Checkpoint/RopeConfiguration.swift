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
    case yarn(factor: Double, fast: Double, slow: Double, original: Double, truncates: Bool, attention: Double)
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
  ///   - config: the configuration around it, which older files keep θ and the original length in.
  ///   - theta: θ where no key says it.
  init(_ rope: JSONObject?, config: JSONObject, headDimension: Int, contextLength: Int, theta: Double) throws {
    self.theta = try Self.number("rope_theta", rope, config, default: theta)
    let share = try Self.number("partial_rotary_factor", rope, config, default: 1)
    let dimension = share <= 1 ? Int(Double(headDimension) * share) : 0
    guard dimension >= 2, dimension % 2 == 0 else {
      throw (rope ?? config).bad(
        "partial_rotary_factor", expected: "a share of head_dim (\(headDimension)) that is an even number")
    }
    self.dimension = dimension
    guard let rope, let type = try Self.type(of: rope), type != "default" else {
      scaling = .none
      return
    }
    let original = try Self.original(rope, config, contextLength: contextLength)
    switch type {
    case "linear": scaling = .linear(factor: try rope.positive("factor"))
    case "dynamic": scaling = .dynamic(factor: try rope.positive("factor"), original: contextLength)
    case "llama3":
      let slow = try rope.positive("low_freq_factor")
      let fast = try rope.positive("high_freq_factor")
      guard fast > slow else { throw rope.bad("high_freq_factor", expected: "more than low_freq_factor (\(slow))") }
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

  private static func number(
    _ key: String, _ rope: JSONObject?, _ config: JSONObject, default standard: Double
  ) throws -> Double {
    if let rope, rope.has(key) { return try rope.positive(key) }
    return try config.positive(key, default: standard)
  }

  private static func original(_ rope: JSONObject, _ config: JSONObject, contextLength: Int) throws -> Int {
    let key = "original_max_position_embeddings"
    return try (rope.has(key) ? rope : config).integer(key, in: 2...16_777_216, default: max(2, contextLength))
  }

  private static func factors(_ key: String, _ rope: JSONObject, count: Int) throws -> [Double] {
    let numbers = rope[key]?.array?.compactMap(\.double) ?? []
    guard numbers.count == count, numbers.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw rope.bad(key, expected: "a list of \(count) positive numbers")
    }
    return numbers
  }
}
