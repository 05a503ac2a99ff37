import Foundation
import Kernels
import Transformer

/// How much a layer needs a cache (CAKE, Qin et al. 2025, arXiv 2503.12491): by how widely its attention is
/// spread, and by how much it shifts from row to row.
///
/// Over the observed rows and the candidates, attention `a[head][row][key]`:
///
///     dispersion = −Σ a ln(a + 1e-10)        shift = Σ_{head, key} var_rows(a)   (unbiased)
///     preference = dispersion^(1/τ1) · shift^(1/τ2)
struct CakePreference {
  let dispersion: Double
  let shift: Double

  /// Looks at all query heads of a layer; cost: their observed rows, and a logarithm per element.
  init(_ recording: Recording, _ observation: Observation, layer: Int) {
    let parts = (0..<recording.shape.kvHeadCount).flatMap { kvHead in
      observation.map(recording, layer: layer, kvHead: kvHead) {
        Self.measure($0, candidateCount: observation.candidateCount)
      }
    }
    dispersion = parts.reduce(0) { $0 + $1.dispersion }
    shift = parts.reduce(0) { $0 + $1.shift }
  }

  /// One head's part.
  static func measure(_ rows: ObservedWeights, candidateCount: Int) -> (dispersion: Double, shift: Double) {
    let dispersion = (0..<rows.rowCount).reduce(0.0) { sum, row in
      guard let weights = rows[row].baseAddress else { return sum }
      return sum + Double(laq_entropy(weights, Int32(candidateCount)))
    }
    // A single row does not shift.
    return (dispersion, rows.moments(candidateCount).variances.reduce(0) { $0 + Double($1) })
  }

  /// The preference for two temperatures; 0 where it is no finite number.
  func value(_ dispersionTemperature: Double, _ shiftTemperature: Double) -> Double {
    let value = pow(max(0, dispersion), 1 / dispersionTemperature) * pow(max(0, shift), 1 / shiftTemperature)
    return value.isFinite ? value : 0
  }
}
