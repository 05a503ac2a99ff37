/// Seconds of work, and of work that is done several times.
package enum Stopwatch {
  /// The seconds that something takes, and its result.
  /// - Parameter now: the time, which a test may tell.
  package static func seconds<Result>(
    now: () -> ContinuousClock.Instant = { .now }, _ body: () throws -> Result
  ) rethrows -> (seconds: Double, result: Result) {
    let start = now()
    let result = try body()
    return ((now() - start) / .seconds(1), result)
  }

  /// The fewest seconds of some runs, at least one, and the last run's result: what disturbs a run only adds
  /// to it.
  package static func fastest<Result>(of repeats: Int, _ body: () throws -> Result) rethrows -> (
    seconds: Double, result: Result
  ) {
    try fastest(of: repeats, with: {}, { try body() })
  }

  /// As the one above, for work on something that is made for each run, outside the time.
  /// - Parameter now: the time, which a test may tell.
  package static func fastest<Input, Result>(
    of repeats: Int, with prepare: () throws -> Input, now: () -> ContinuousClock.Instant = { .now },
    _ body: (Input) throws -> Result
  ) rethrows -> (seconds: Double, result: Result) {
    var input = try prepare()
    var best = try seconds(now: now) { try body(input) }
    for _ in 1..<max(1, repeats) {
      input = try prepare()
      let next = try seconds(now: now) { try body(input) }
      best = (min(best.seconds, next.seconds), next.result)
    }
    return best
  }
}
