import Eviction

extension Run {
  /// The share of each answer token's own attention that falls on what each policy keeps, `[step]`, the mean
  /// over all query heads: a mean over the whole answer does not say how far ahead a lookahead sees.
  /// - Throws: `CancellationError`, looked for before each layer.
  func stepMasses() throws -> [Policy: [Double]] {
    guard let recording, let decodeQueries, decodeQueries.count > 0 else { return [:] }
    let rows = ComparedRows(decode: decodeQueries, windows: [], lookaheads: [], comparesDecode: false)
    let sets = results.map {
      StepFigures.KeptSet(kept: $0.kept, budget: $0.tokenBudget?.tokens ?? settings.budget)
    }
    let coverage = try StepFigures(recording, rows, sets: sets).coverage
    return Dictionary(
      zip(results.map(\.policy), coverage.map { $0.map(\.massRecall) })
    ) { first, _ in first }
  }
}
