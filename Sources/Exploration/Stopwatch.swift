/// Seconds of work that is done several times.
package enum Stopwatch {
  /// The seconds that something takes, and its result.
  package static func seconds<Result>(_ body: () throws -> Result) rethrows -> (seconds: Double, result: Result) {
    let start = ContinuousClock.now
    let result = try body()
    return ((ContinuousClock.now - start) / .seconds(1), result)
  }

  /// The fewest seconds of some runs, and the last run's result: what disturbs a run only adds to it.
  /// - Precondition: at least one run.
  package static func fastest<Result>(of repeats: Int, _ body: () throws -> Result) rethrows -> (seconds: Double, result: Result) {
    var best = try seconds(body)
    for _ in 1..<max(1, repeats) {
      let next = try seconds(body)
      best = (min(best.seconds, next.seconds), next.result)
    }
    return best
  }
}
