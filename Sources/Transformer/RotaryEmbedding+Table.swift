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

  /// Rotates one head's vector in place by a token's angles; what lies beyond the rotated part stays.
  func rotate(_ vector: UnsafeMutablePointer<Float>, row: Int) {
    laq_rope(vector, rows[row], rows[row] + dimension / 2, Int32(dimension))
  }
}
