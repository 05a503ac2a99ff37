import Foundation
import Kernels

/// Moves the keys of a prompt to other positions: it turns post-RoPE keys by the difference of two angles.
///
/// The difference is taken of the angles, not of the turned vectors: where frequencies do not depend on the
/// text's length a key that stays is left as it is, to the bit. Layers without positions are left alone.
public struct KeyRotation: Sendable {
  /// Per layer, the rotation that the prompt's keys carry and the one that they get; `nil` for a layer
  /// without positions.
  private let rotations: [(old: RotaryEmbedding, new: RotaryEmbedding)?]

  fileprivate init(rotations: [(old: RotaryEmbedding, new: RotaryEmbedding)?]) { self.rotations = rotations }

  /// Turns a key of a layer in place, from the angles of one position to those of another.
  func move(_ key: UnsafeMutablePointer<Float>, layer: Int, from position: Int, to target: Int) {
    guard let (old, new) = rotations[layer] else { return }
    let half = new.dimension / 2
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, 2 * half)) { angles in
      guard let angles = angles.baseAddress else { return }
      new.fill(angles, position: target, from: old, at: position)
      laq_rope(key, angles, angles + half, Int32(new.dimension))
    }
  }
}

extension Decoder {
  /// What moves the keys of a prompt of some length into a cache of fewer tokens.
  /// - Parameter length: the tokens of the cache, on which some scalings of the frequencies depend.
  public func keyRotation(tokenCount: Int, length: Int) -> KeyRotation {
    KeyRotation(
      rotations: layers.map { layer in
        layer.rope.map { index in
          (rotation(ropes[index], length: tokenCount), rotation(ropes[index], length: length))
        }
      })
  }
}

extension KeptTokens {
  /// The largest number of tokens that a head keeps: the length of a cache whose keys were moved together.
  public var longestCount: Int { positions.joined().map(\.count).max() ?? 0 }
}
