import Foundation
import Transformer

/// How much a layer needs a cache (CAKE, Qin et al. 2025, arXiv 2503.12491): by how widely its attention is spread, and
/// by how much it shifts from row to row.
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
    let heads = recording.shape.queryHeadCount
    var sums = [(dispersion: Double, shift: Double)](repeating: (0, 0), count: heads)
    sums.withUnsafeMutableBufferPointer { sums in
      inParallel(count: heads) { head in
        let rows = observation.attention(recording, layer: layer, queryHead: head)
        sums[head] = Self.measure(rows, candidateCount: observation.candidateCount)
      }
    }
    dispersion = sums.reduce(0) { $0 + $1.dispersion }
    shift = sums.reduce(0) { $0 + $1.shift }
  }

  /// One head's part.
  static func measure(_ rows: [[Float]], candidateCount: Int) -> (dispersion: Double, shift: Double) {
    var (dispersion, shift) = (0.0, 0.0)
    for key in 0..<candidateCount {
      var mean = 0.0
      for row in rows {
        let weight = row[key]
        dispersion -= Double(weight * logf(weight + 1e-10))
        mean += Double(weight)
      }
      mean /= Double(rows.count)
      // The variance of a single row is no number: it does not shift.
      guard rows.count > 1 else { continue }
      var squares = 0.0
      for row in rows { squares += (Double(row[key]) - mean) * (Double(row[key]) - mean) }
      shift += squares / Double(rows.count - 1)
    }
    return (dispersion, shift)
  }

  /// The preference for two temperatures; 0 where it is no finite number.
  func value(_ dispersionTemperature: Double, _ shiftTemperature: Double) -> Double {
    let value = pow(max(0, dispersion), 1 / dispersionTemperature) * pow(max(0, shift), 1 / shiftTemperature)
    return value.isFinite ? value : 0
  }
}
