import Checkpoint
import Kernels

/// Matrices of weights one below the other, where they lie in a file: products of few rows read them there,
/// and those of many rows become floats a few outputs at a time, in a buffer that stays in a cache.
struct MappedWeights: Sendable {
  private let parts: [MappedMatrix]
  /// The output that each part begins with.
  private let starts: [Int]
  /// Bytes of all elements.
  let byteCount: Int
  /// Inputs.
  let columns: Int

  /// Floats of a buffer: half of a small second-level cache.
  private static let bufferSize = 1 << 16

  /// Takes matrices of the same inputs.
  init(_ parts: [MappedMatrix]) {
    self.parts = parts
    var starts: [Int] = []
    var count = 0
    for part in parts {
      starts.append(count)
      count += part.rows
    }
    self.starts = starts
    byteCount = parts.reduce(0) { $0 + $1.byteCount }
    columns = parts.first?.columns ?? 0
  }

  /// Outputs that are multiplied together where there are many rows: a multiple of 16.
  var tile: Int { max(16, Self.bufferSize / max(1, columns) / 16 * 16) }

  /// Multiplies a few rows by some of the rows of the file, in its order: blocks that do not overlap write to
  /// different places of `y`, whatever the order of the outputs.
  /// - Parameter y: a row of all outputs for each of `rows`, `stride` apart.
  func multiply(
    _ fileRows: Range<Int>, by x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    each(fileRows) { part, start, rowsOfPart in
      part.withStored {
        laq_few_products_stored(
          $0, Int32(rowsOfPart.lowerBound), Int32(rowsOfPart.count), x, Int32(rows), y + start, Int32(stride))
      }
    }
  }

  /// Writes the weights of some outputs as floats, `[outputs][columns]`.
  func widen(_ outputs: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    each(outputs) { part, start, outputsOfPart in
      part.withStored {
        laq_widen_stored(
          $0, Int32(outputsOfPart.lowerBound), Int32(outputsOfPart.count),
          target + (start + outputsOfPart.lowerBound - outputs.lowerBound) * columns)
      }
    }
  }

  /// Lends the weights of some outputs as floats.
  func withWidened<Result>(
    _ outputs: Range<Int>, _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    let floats = UnsafeMutablePointer<Float>.allocate(capacity: max(1, outputs.count * columns))
    defer { floats.deallocate() }
    widen(outputs, to: floats)
    return try body(floats)
  }

  /// Goes through the parts that a range of outputs, or of the file's rows, touches.
  private func each(_ range: Range<Int>, _ body: (MappedMatrix, _ start: Int, Range<Int>) -> Void) {
    for (part, start) in zip(parts, starts) {
      let own = range.clamped(to: start..<start + part.rows)
      if !own.isEmpty { body(part, start, own.lowerBound - start..<own.upperBound - start) }
    }
  }
}
