import Foundation

/// How much `swift test` goes through of what can be combined without end.
///
/// Each run takes the same part of it, which holds every single setting; `.ci/nightly` goes through the
/// whole.
package enum Sample {
  /// Whether everything is gone through.
  package static let isExhaustive = ProcessInfo.processInfo.environment["LAQ_EXHAUSTIVE"] != nil

  /// Every so many-th of some cases, or all of them.
  /// - Parameter start: which case is the first, counted around: another one for each of several lists gives
  ///   parts that differ.
  package static func oneIn<Case>(_ step: Int, of cases: [Case], from start: Int = 0) -> [Case] {
    isExhaustive ? cases : stride(from: start % step, to: cases.count, by: step).map { cases[$0] }
  }
}
