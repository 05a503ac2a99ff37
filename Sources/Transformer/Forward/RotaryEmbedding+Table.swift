import Kernels

/// The sines and cosines of some positions, one row per token of a pass.
final class RotaryTable {
  private let rows: Rows  // [token][cosines | sines]
  private let dimension: Int

  /// Tabulates a rotation at each of some positions.
  init(_ positions: some Collection<Int>, rotation: (Int) -> RotaryEmbedding) {
    let first = rotation(positions.first ?? 0)
    dimension = first.dimension
    rows = Rows(count: positions.count, width: dimension)
    for (row, position) in positions.enumerated() {
      rotation(position).fill(rows[row], position: position)
    }
  }

  /// Rotates the vectors of `count` heads, one behind the other `stride` apart, in place by a token's angles;
  /// what lies beyond the rotated part of each stays.
  func rotate(_ vectors: UnsafeMutablePointer<Float>, count: Int, stride: Int, row: Int) {
    let angles = rows[row]
    for head in 0..<count {
      laq_rope(vectors + head * stride, angles, angles + dimension / 2, Int32(dimension))
    }
  }
}
