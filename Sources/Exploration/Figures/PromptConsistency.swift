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
  private let lookaheadCosines: [LookaheadKey: [[RowAgreement]]]
  private let windowCosines: [WindowKey: (size: Int, cosines: [[RowAgreement]])]

  /// What a window hangs on: it may be a share of the budget.
  private struct WindowKey: Hashable {
    let policy: Policy
    let budget: TokenBudget?

    init(_ result: PolicyResult) { (policy, budget) = (result.policy, result.tokenBudget) }
  }

  /// The mean cosine of a result's summed lookahead rows with each decode row, `[layer][queryHead]`; `nil`
  /// without a lookahead.
  public func lookaheadCosine(_ result: PolicyResult) -> [[RowAgreement]]? {
    result.lookaheadKey.flatMap { lookaheadCosines[$0] }
  }

  /// The rows of a result's own window, and the mean cosine of their sum with each decode row,
  /// `[layer][queryHead]`; `nil` for policies without a window.
  public func windowCosine(_ result: PolicyResult) -> (size: Int, cosines: [[RowAgreement]])? {
    windowCosines[WindowKey(result)]
  }
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
    let heads = try HeadFigures.heads(
      recording, decode: decode, windows: sizes, lookaheads: lookaheads, comparesDecode: true)
    func cosines(_ size: Int) -> [[RowAgreement]] {
      let place = sizes.firstIndex(of: size) ?? 0
      return heads.map { $0.map { $0.window(place) } }
    }
    decodeRowCount = decode.count
    standardWindow = run.windowSize(of: nil)
    windowCosine = cosines(standardWindow)
    windowCosines = Dictionary(
      run.results.compactMap { result in
        run.ownWindow(of: result).map { (WindowKey(result), (size: $0, cosines: cosines($0))) }
      }
    ) { first, _ in first }
    decodeCosine = heads.map { $0.map(\.decode) }
    lookaheadCosines = places.mapValues { place in heads.map { $0.map { $0.lookahead(place) } } }
    results = Array(active.results.dropFirst())
  }
}
