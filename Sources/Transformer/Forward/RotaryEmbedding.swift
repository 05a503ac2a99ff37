import Checkpoint
import Foundation

/// Rotary position embedding with Hugging Face's half-split pairs, for texts of one length.
///
/// Frequencies are computed in f32 in the same order as the reference, `1 / θ^(2i/d)`, then the scaling,
/// then `position · frequency`, because at large positions another order moves the angle.
public struct RotaryEmbedding: Sendable, Hashable {
  /// Radians per position of each pair `(i, i + pairs)`.
  public let frequencies: [Float]
  /// Elements of a head that are rotated, its first ones.
  public let dimension: Int
  /// What sines and cosines are multiplied by (YaRN, LongRoPE).
  public let magnitude: Float

  /// Takes a rotation as it was recorded.
  public init(frequencies: [Float], magnitude: Float = 1) {
    self.frequencies = frequencies
    self.magnitude = magnitude
    dimension = 2 * frequencies.count
  }

  /// Makes a model's rotation.
  /// - Parameter length: tokens of the text so far; some scalings depend on it.
  public init(_ rope: RopeConfiguration, length: Int) {
    dimension = rope.dimension
    var magnitude = 1.0
    let plain = Self.plain(theta: rope.theta, dimension: rope.dimension)
    switch rope.scaling {
    case .none: frequencies = plain
    case .linear(let factor): frequencies = plain.map { $0 / Float(factor) }
    case .dynamic(let factor, let original):
      let growth = factor * Double(max(length, original)) / Double(original) - (factor - 1)
      let exponent = Double(rope.dimension) / Double(max(1, rope.dimension - 2))
      frequencies = Self.plain(theta: rope.theta * pow(growth, exponent), dimension: rope.dimension)
    case .llama3(let factor, let slow, let fast, let original):
      frequencies = plain.map { Self.llama3($0, Float(factor), Float(slow), Float(fast), Float(original)) }
    case .yarn(let factor, let fast, let slow, let original, let truncates, let attention):
      magnitude = attention
      let ramp = Self.yarnRamp(rope, fast: fast, slow: slow, original: original, truncates: truncates)
      frequencies = zip(plain, ramp).map { $0 / Float(factor) * $1 + $0 * (1 - $1) }
    case .longrope(let short, let long, let original, let attention):
      magnitude = attention
      frequencies = zip(plain, length > original ? long : short).map { $0 / Float($1) }
    }
    self.magnitude = Float(magnitude)
  }

  /// Writes the cosines of a position's angles, then the sines, `dimension/2` each.
  func fill(_ row: UnsafeMutablePointer<Float>, position: Int) {
    for (index, frequency) in frequencies.enumerated() {
      let angle = Float(position) * frequency
      row[index] = cosf(angle) * magnitude
      row[frequencies.count + index] = sinf(angle) * magnitude
    }
  }

  /// Writes the cosines of the angles between two positions, then the sines: what turns a vector that carries
  /// another rotation, whose magnitude it has already, to this one.
  func fill(_ row: UnsafeMutablePointer<Float>, position: Int, from old: RotaryEmbedding, at oldPosition: Int)
  {
    let isSame = frequencies == old.frequencies
    for (index, frequency) in frequencies.enumerated() {
      // The product of the difference rounds less than the difference of the products.
      let angle =
        isSame
        ? Float(position - oldPosition) * frequency
        : Float(position) * frequency - Float(oldPosition) * old.frequencies[index]
      row[index] = cosf(angle)
      row[frequencies.count + index] = sinf(angle)
    }
  }

  private static func plain(theta: Double, dimension: Int) -> [Float] {
    (0..<dimension / 2).map { 1 / powf(Float(theta), Float(2 * $0) / Float(dimension)) }
  }

  private static func llama3(
    _ frequency: Float, _ factor: Float, _ slow: Float, _ fast: Float, _ original: Float
  ) -> Float {
    let wavelength = 2 * Float.pi / frequency
    if wavelength < original / fast { return frequency }
    if wavelength > original / slow { return frequency / factor }
    let share = (original / wavelength - slow) / (fast - slow)
    return (1 - share) * frequency / factor + share * frequency
  }

  /// How much of each frequency is divided, 0 to 1 (YaRN, section 3.2): nothing where a dimension turns more
  /// than `fast` times in the original length, all of it where it turns fewer than `slow` times.
  private static func yarnRamp(
    _ rope: RopeConfiguration, fast: Double, slow: Double, original: Double, truncates: Bool
  ) -> [Float] {
    let dimension = Double(rope.dimension)
    func index(turns: Double) -> Double {
      dimension * log(original / (turns * 2 * .pi)) / (2 * log(rope.theta))
    }
    var low = index(turns: fast)
    var high = index(turns: slow)
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, dimension - 1))
    if low == high { high += 0.001 }
    return (0..<rope.dimension / 2).map { index in
      min(1, max(0, (Float(index) - Float(low)) / Float(high - low)))
    }
  }
}

extension RopeConfiguration {
  /// Whether the frequencies change as the text grows.
  var dependsOnLength: Bool {
    switch scaling {
    case .dynamic, .longrope: true
    default: false
    }
  }
}
