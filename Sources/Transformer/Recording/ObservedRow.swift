import Kernels

/// A row of attention over a prompt: whose query it is, and how many keys it sees.
public struct ObservedRow: Sendable, Hashable {
  /// Whose query it is.
  public let row: Recording.Row
  /// It sees the keys before this index, if no sliding window hides them.
  public let visible: Int

  /// Makes a row.
  public init(row: Recording.Row, visible: Int) {
    self.row = row
    self.visible = visible
  }
}

extension Recording {
  /// The prompt's newest rows, each seeing the keys up to its own position.
  public func newestRows(_ count: Int) -> [ObservedRow] {
    (max(0, tokenCount - count)..<tokenCount).map { ObservedRow(row: .prompt(position: $0), visible: $0 + 1) }
  }

  /// Rows from beyond the prompt, which see all of it.
  public func rows(beyond indices: Range<Int>) -> [ObservedRow] {
    indices.map { ObservedRow(row: .beyond(row: $0), visible: tokenCount) }
  }
}

/// The attention of some rows of one query head, which is there while a closure runs.
public struct ObservedWeights {
  /// Rows, in the order in which they were asked for.
  public let rowCount: Int
  /// Prompt tokens.
  public let tokenCount: Int
  private let weights: UnsafePointer<Float>
  private let stride: Int

  init(_ weights: UnsafePointer<Float>, rowCount: Int, tokenCount: Int, stride: Int) {
    self.rowCount = rowCount
    self.tokenCount = tokenCount
    self.weights = weights
    self.stride = stride
  }

  /// The weights of one row, `[tokenCount]`; zero where it may not look.
  public subscript(row: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: weights + row * stride, count: tokenCount)
  }

  /// The sum of all rows, in their order, over the first `count` keys.
  public func sums(_ count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: max(1, count)) { sums, filled in
      sums.initialize(repeating: 0)
      if let start = sums.baseAddress {
        for row in 0..<rowCount { laq_add_scaled(start, weights + row * stride, 1, Int32(count)) }
      }
      filled = count
    }
  }
}
