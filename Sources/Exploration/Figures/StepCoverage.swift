import Eviction
import Transformer

/// What every policy of a run keeps of each answer token's own attention, the means over all query heads: a
/// mean over the whole answer does not say at which token it was lost.
///
/// Computed off the screen's thread: every row of the answer is looked at in every head, once for all
/// policies.
public struct StepCoverage: Sendable {
  /// What was asked for; two requests are equal when their shares are.
  public struct Request: Sendable, Hashable {
    private let settings: ExplorationSettings
    private let promptHash: String
    private let decodeCount: Int
    private let resultCount: Int

    /// Asks for the shares of a run's policies; `nil` before there is an answer with queries, and policies.
    public init?(_ run: Run) {
      guard run.recording != nil, let decode = run.decodeQueries, decode.count > 0, !run.results.isEmpty
      else { return nil }
      (settings, promptHash, decodeCount) = (run.settings, run.prompt.hash, decode.count)
      resultCount = run.results.count
    }

    /// About how many multiplications it takes.
    public func work(_ run: Run) -> Int {
      guard let recording = run.recording else { return 0 }
      let shape = recording.shape
      return decodeCount * recording.tokenCount * shape.layerCount * shape.queryHeadCount
        * (shape.headDimension + 4 * resultCount)
    }
  }

  /// What was asked for.
  public let request: Request
  /// What each policy keeps of the attention of each answer token, `[row]`. The row of a token chooses the
  /// token behind it.
  public let rows: [Policy: [Agreement]]

  /// Looks at every row; `nil` where the run has none.
  public init?(_ request: Request, _ run: Run) {
    guard let rows = try? run.stepCoverage(), !rows.isEmpty else { return nil }
    (self.request, self.rows) = (request, rows)
  }
}

extension Run {
  /// What each policy keeps of each answer token's own attention, `[row]`; nothing before there is an answer.
  /// - Throws: `CancellationError`, looked for before each layer.
  func stepCoverage() throws -> [Policy: [Agreement]] {
    guard let recording, let decodeQueries, decodeQueries.count > 0 else { return [:] }
    let rows = ComparedRows(decode: decodeQueries, windows: [], lookaheads: [], comparesDecode: false)
    let coverage = try StepFigures(recording, rows, sets: results.map(StepFigures.KeptSet.init)).coverage
    return Dictionary(zip(results.map(\.policy), coverage)) { first, _ in first }
  }
}
