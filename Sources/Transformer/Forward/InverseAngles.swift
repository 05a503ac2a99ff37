import Synchronization

/// What undoes each layer's rotation at every position of a prompt; layers with the same rotation share one
/// table.
///
/// Tables are made when they are first asked for: few policies look at vectors before their rotation, and
/// those of long prompts are large.
final class InverseAngles: Sendable {
  private let rotations: [RotaryEmbedding?]
  private let tokenCount: Int
  private let tables = Mutex<[RotaryEmbedding: [Float]]>([:])

  init(_ rotations: [RotaryEmbedding?], tokenCount: Int) {
    self.rotations = rotations
    self.tokenCount = tokenCount
  }

  /// A layer's table, `[position][cosines | sines]`; empty for a layer without positions.
  func table(_ layer: Int) -> [Float] {
    guard rotations.indices.contains(layer), let rotation = rotations[layer] else { return [] }
    return tables.withLock { tables in
      if let known = tables[rotation] { return known }
      let table = rotation.inverseAngles(tokenCount: tokenCount)
      tables[rotation] = table
      return table
    }
  }
}

extension RotaryEmbedding {
  /// The factor of sines and cosines is undone, too.
  fileprivate func inverseAngles(tokenCount: Int) -> [Float] {
    let half = frequencies.count
    let factor = 1 / (magnitude * magnitude)
    return [Float](unsafeUninitializedCapacity: 2 * half * tokenCount) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      for position in 0..<tokenCount {
        let row = start + 2 * half * position
        fill(row, position: position)
        for index in 0..<half {
          row[index] *= factor
          row[half + index] *= -factor
        }
      }
      count = 2 * half * tokenCount
    }
  }
}
