import Eviction
import Kernels

/// How alike two rows of attention are: 1 for the same direction, 0 for nothing in common.
public struct RowAgreement: Sendable, Hashable {
  /// The cosine without the first keys, the sinks, which nearly every row looks at whatever it looks for.
  public private(set) var withoutSinks = 0.0
  /// The cosine over all keys.
  public private(set) var withSinks = 0.0

  /// No agreement.
  init() {}

  /// Adds that of two rows over the same keys; a row of zeros agrees with none.
  mutating func add(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) {
    let count = min(a.count, b.count)
    guard let first = a.baseAddress, let second = b.baseAddress, count > 0 else { return }
    let sinks = min(HeadFigures.sinkCount, count)
    withSinks += laq_cosine(first, second, Int32(count))
    if count > sinks { withoutSinks += laq_cosine(first + sinks, second + sinks, Int32(count - sinks)) }
  }

  /// How alike two rows are.
  init(of first: [Float], with second: UnsafeBufferPointer<Float>) {
    self.init()
    first.withUnsafeBufferPointer { add($0, second) }
  }

  /// Adds a sum of others.
  mutating func add(_ other: RowAgreement) {
    withSinks += other.withSinks
    withoutSinks += other.withoutSinks
  }

  /// Turns a sum to the mean of so many.
  mutating func divide(by count: Int) {
    withoutSinks /= Double(max(1, count))
    withSinks /= Double(max(1, count))
  }
}

extension Run {
  /// The prompt's last rows that a result's policy chooses by, or its cheap stage; `nil` for policies without a
  /// window.
  public func ownWindow(of result: PolicyResult) -> Int? {
    guard let recording else { return nil }
    let facts = prompt.facts(budget: result.tokenBudget?.tokens ?? result.kept.tokenCount)
    return result.policy.window(for: facts).map { min($0, recording.tokenCount) }
  }

  /// The same, or where there is none as many rows as SnapKV's window has.
  public func windowSize(of result: PolicyResult?) -> Int {
    result.flatMap(ownWindow) ?? min(AttentionRows.standardWindow, recording?.tokenCount ?? 0)
  }

  /// Every size that a window has here, ascending.
  var windowSizes: [Int] {
    Set(results.map { windowSize(of: $0) } + [windowSize(of: nil)]).sorted()
  }
}
