import Eviction
import Transformer

/// How consistent policies' views of one prompt are with what the model attends to while it answers: the
/// motivation of Lookahead Q-Cache (Wang et al. 2025, section 3), head by head.
public struct PromptConsistency: Sendable {
  /// Tokens that the full cache's answer fed: the decode rows.
  public let decodeRowCount: Int
  /// The prompt's last rows that stand for the window of policies without one of their own.
  public let standardWindow: Int
  /// The mean cosine of their sum with each decode row, `[layer][queryHead]`.
  public let windowCosine: [[RowAgreement]]
  /// The mean cosine of the decode rows' own sum with each of them, `[layer][queryHead]`: how far a sum can
  /// go.
  public let decodeCosine: [[RowAgreement]]
  /// Every policy at every budget, budgets of a policy together: what its kept tokens cover of the decode
  /// attention is its agreement.
  public let results: [Result<PolicyResult, Unavailable>]
  /// The cosine of the standard window's sum with each decode row alone, the mean over all query heads,
  /// `[step]`.
  public let windowSteps: [RowAgreement]
  /// The same of the decode rows' own sum.
  public let decodeSteps: [RowAgreement]
  private let lookaheadCosines: [LookaheadKey: (heads: [[RowAgreement]], steps: [RowAgreement])]
  private let windowCosines: [ResultKey: (size: Int, heads: [[RowAgreement]], steps: [RowAgreement])]
  private let coverage: [ResultKey: [Agreement]]

  /// What a window hangs on, which may be a share of the budget, and a kept set.
  private struct ResultKey: Hashable {
    let policy: Policy
    let budget: TokenBudget?

    init(_ result: PolicyResult) { (policy, budget) = (result.policy, result.tokenBudget) }
  }

  /// The mean cosine of a result's summed lookahead rows with each decode row, `[layer][queryHead]`; `nil`
  /// without a lookahead.
  public func lookaheadCosine(_ result: PolicyResult) -> [[RowAgreement]]? {
    result.lookaheadKey.flatMap { lookaheadCosines[$0]?.heads }
  }

  /// The rows of a result's own window, and the mean cosine of their sum with each decode row,
  /// `[layer][queryHead]`; `nil` for policies without a window.
  public func windowCosine(_ result: PolicyResult) -> (size: Int, cosines: [[RowAgreement]])? {
    windowCosines[ResultKey(result)].map { ($0.size, $0.heads) }
  }

  /// The cosine of a result's summed lookahead rows with each decode row alone, the mean over all query heads,
  /// `[step]`; `nil` without a lookahead.
  public func lookaheadSteps(_ result: PolicyResult) -> [RowAgreement]? {
    result.lookaheadKey.flatMap { lookaheadCosines[$0]?.steps }
  }

  /// The same of a result's own window; `nil` for policies without one.
  public func windowSteps(_ result: PolicyResult) -> [RowAgreement]? {
    windowCosines[ResultKey(result)]?.steps
  }

  /// How well a result's kept sets cover each decode row alone, the mean over all query heads, `[step]`: of
  /// the row's own top tokens and of its attention.
  public func coverage(_ result: PolicyResult) -> [Agreement] { coverage[ResultKey(result)] ?? [] }
}

/// A prompt whose answer is over before a token of it is fed has no decode queries to compare with.
public struct NoTrueRows: Error, Hashable, CustomStringConvertible {
  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    "the full cache's answer ends at once, so there are no decode queries to compare with; "
      + "choose another text or question"
  }
}

extension RunEngine {
  /// Measures every policy at every budget against the true decode queries of the full cache's answer;
  /// nothing is decoded on what the policies keep.
  ///
  /// Cost: a prefill, the full cache's answer, a lookahead for each budget; then an attention row per head
  /// for each row that is compared.
  /// - Throws: as `results`; `NoTrueRows`.
  public func consistency(_ request: RunRequest) throws -> PromptConsistency {
    var request = request
    request.parts = .agreement
    return try PromptConsistency(complete(request))
  }
}

extension PromptConsistency {
  init(_ active: ActiveRun) throws {
    guard let recording = active.run.recording, let decode = active.run.decodeQueries, decode.count > 0 else {
      throw NoTrueRows()
    }
    var places: [LookaheadKey: Int] = [:]
    var lookaheads: [QueryRows] = []
    for result in active.run.results {
      guard let key = result.lookaheadKey, let rows = result.lookahead?.queries, rows.count > 0,
        places[key] == nil
      else {
        continue
      }
      places[key] = lookaheads.count
      lookaheads.append(rows)
    }
    let run = active.run
    let sizes = run.windowSizes
    let rows = ComparedRows(
      decode: decode, windows: sizes, lookaheads: lookaheads, comparesDecode: true)
    let steps = try StepFigures(recording, rows, sets: run.results.map(StepFigures.KeptSet.init))
    let heads = steps.heads
    func window(_ size: Int) -> (heads: [[RowAgreement]], steps: [RowAgreement]) {
      let place = sizes.firstIndex(of: size) ?? 0
      return (heads.map { $0.map { $0.window(place) } }, steps.cosines[place])
    }
    decodeRowCount = decode.count
    standardWindow = run.windowSize(of: nil)
    (windowCosine, windowSteps) = window(standardWindow)
    windowCosines = Dictionary(
      run.results.compactMap { result in
        run.ownWindow(of: result).map { size in
          let (heads, steps) = window(size)
          return (ResultKey(result), (size: size, heads: heads, steps: steps))
        }
      }
    ) { first, _ in first }
    decodeCosine = heads.map { $0.map(\.decode) }
    decodeSteps = steps.cosines.last ?? []
    lookaheadCosines = places.mapValues { place in
      (heads.map { $0.map { $0.lookahead(place) } }, steps.cosines[sizes.count + place])
    }
    coverage = Dictionary(zip(run.results.map(ResultKey.init), steps.coverage)) { first, _ in first }
    results = Array(active.results.dropFirst())
  }
}
