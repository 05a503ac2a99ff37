import Foundation
import Kernels

/// Rotary position embedding with Hugging Face's half-split pairs.
///
/// Frequencies are computed in f32 in the same order as the reference, `1 / θ^(2i/d)` and then
/// `position · frequency`, because at large positions another order moves the angle.
struct RotaryEmbedding: Sendable {
  private let frequencies: [Float]
  private let dimension: Int

  init(dimension: Int, theta: Double) {
    self.dimension = dimension
    frequencies = (0..<dimension / 2).map { index in
      1 / powf(Float(theta), Float(2 * index) / Float(dimension))
    }
  }

  /// The cosines and sines of one position, `[dimension/2]` each.
  struct Angles {
    let cosine: [Float]
    let sine: [Float]
  }

  /// The angles of a position.
  func angles(at position: Int) -> Angles {
    let angles = frequencies.map { Float(position) * $0 }
    return Angles(cosine: angles.map { cosf($0) }, sine: angles.map { sinf($0) })
  }

  /// Rotates one head's vector in place.
  func rotate(_ vector: UnsafeMutablePointer<Float>, by angles: Angles) {
    laq_rope(vector, angles.cosine, angles.sine, Int32(dimension))
  }
}
