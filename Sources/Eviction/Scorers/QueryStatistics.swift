import Kernels
import Transformer

/// What queries of the next tokens are expected to be: mean and covariance of a head's prompt queries before
/// their rotation, turned by the mean of the rotations ahead (Devoto et al. 2025, Expected Attention, arXiv
/// 2510.00636).
///
///     μ' = R μ,  C' = R C Rᵀ,  R = mean of the rotations at n … n + ahead − 1
struct QueryStatistics {
  /// μ', `[dimension]`.
  let mean: [Float]
  /// C', `[dimension][dimension]`; biased. `nil` where it was not asked for.
  let covariance: [Float]?

  /// Looks at one query head.
  /// - Parameters:
  ///   - sinks: queries at the beginning that are left out, fewer than there are.
  ///   - policy: for errors.
  /// - Throws: `EvidenceError.noRotation`.
  init(
    _ recording: Recording, layer: Int, queryHead: Int, withoutFirst sinks: Int, ahead: Int, policy: String,
    wantsCovariance: Bool
  ) throws {
    guard let queries = recording.queriesBeforeRotation(layer: layer, queryHead: queryHead),
      let rotation = recording.meanRotation(layer: layer, ahead: ahead)
    else { throw EvidenceError.noRotation(policy: policy) }
    let dimension = recording.shape.headDimension
    var centred = Array(queries[min(queries.count, sinks * dimension)...])
    let count = max(1, centred.count / dimension)
    var mean = Self.mean(centred, dimension: dimension)
    centred.withUnsafeMutableBufferPointer { centred in
      for token in 0..<centred.count / dimension {
        for index in 0..<dimension { centred[token * dimension + index] -= mean[index] }
      }
    }
    if wantsCovariance {
      var moments = [Float](repeating: 0, count: dimension * dimension)
      laq_second_moments(centred, Int32(centred.count / dimension), Int32(dimension), &moments)
      let factor = 1 / Float(count)
      for index in moments.indices { moments[index] *= factor }
      for row in 0..<dimension { Self.turn(&moments, from: row * dimension, step: 1, rotation) }
      for column in 0..<dimension { Self.turn(&moments, from: column, step: dimension, rotation) }
      covariance = moments
    } else {
      covariance = nil
    }
    Self.turn(&mean, from: 0, step: 1, rotation)
    self.mean = mean
  }

  /// The mean of some vectors, in their order.
  static func mean(_ vectors: [Float], dimension: Int) -> [Float] {
    var sums = [Float](repeating: 0, count: dimension)
    vectors.withUnsafeBufferPointer { vectors in
      sums.withUnsafeMutableBufferPointer { sums in
        for token in 0..<vectors.count / dimension {
          for index in 0..<dimension { sums[index] += vectors[token * dimension + index] }
        }
      }
    }
    let count = Float(max(1, vectors.count / dimension))
    return sums.map { $0 / count }
  }

  /// Turns a vector, whose elements stand `step` apart, in place.
  private static func turn(
    _ elements: inout [Float], from start: Int, step: Int, _ rotation: (cosines: [Float], sines: [Float])
  ) {
    let half = rotation.cosines.count
    for index in 0..<half {
      let (low, high) = (start + index * step, start + (index + half) * step)
      let (a, b) = (elements[low], elements[high])
      elements[low] = a * rotation.cosines[index] - b * rotation.sines[index]
      elements[high] = b * rotation.cosines[index] + a * rotation.sines[index]
    }
  }
}
