import Eviction
import Exploration

/// What screens show of a place in the run and takes longer than a frame: computed elsewhere, and kept
/// until another place is looked at.
package struct Details: Sendable {
  /// Something to compute.
  package enum Request: Sendable, Hashable {
    /// Rows of the heatmap.
    case attention(AttentionRows.Request)
    /// Who voted for each token, for the token inspector.
    case votes(TokenVotes.Request)
    /// What the heads make of the token at the cursor.
    case token(TokenFigures.Request)
    /// Where an eviction loses the true attention.
    case losses(LossList.Request)
    /// What is kept of each answer token's attention.
    case coverage(StepCoverage.Request)
    /// Figures against budget; the engine decodes for it.
    case sweep([BudgetSweep.Key])
    /// What a lookahead needs; the engine decodes for it.
    case study(LookaheadStudy.Request)

    /// Whether the engine computes it, which does one thing at a time.
    package var needsEngine: Bool {
      switch self {
      case .sweep, .study: true
      case .attention, .votes, .token, .losses, .coverage: false
      }
    }

    /// Whether it takes so little that it may be computed before the next frame.
    package func isQuick(_ run: Run) -> Bool {
      // About two milliseconds on one core.
      let limit = 8_000_000
      return switch self {
      case .attention(let request): request.work(run) <= limit
      case .votes(let request): request.work(run) <= limit
      case .token(let request): request.work(run) <= limit
      case .losses(let request): request.work(run) <= limit
      case .coverage(let request): request.work(run) <= limit
      case .sweep, .study: false
      }
    }
  }

  /// Something computed.
  package enum Answer: Sendable {
    case attention(AttentionRows)
    case votes(TokenVotes)
    case token(TokenFigures)
    case losses(LossList)
    case coverage(StepCoverage)
    case sweep(BudgetSweep)
    case study(LookaheadStudy)
  }

  /// The heatmap's rows.
  package private(set) var attention: AttentionRows?
  /// What is kept of each answer token's attention, under the settings that were asked about last.
  private(set) var coverage: StepCoverage?
  /// Figures against budget; they outlive settings.
  package internal(set) var sweep = BudgetSweep()
  /// The lines that a person has stopped.
  package var stoppedSweep: [BudgetSweep.Key]?
  /// The policies that have waited and that a person has stopped.
  package var stoppedPolicies: [Policy]?
  /// What the heads make of tokens.
  private(set) var tokens: [TokenFigures.Request: TokenFigures] = [:]
  /// The lists of losses that were asked for last.
  private(set) var losses: [LossList.Request: LossList] = [:]
  /// What a lookahead needs, as far as it is known; that of the policy that was looked at last.
  @CopyOnWrite package var study: LookaheadStudy?
  private var votes: [TokenVotes.Request: TokenVotes] = [:]

  /// Makes an empty set.
  package init() {}

  /// The votes of a result, if they are computed.
  func votes(_ request: TokenVotes.Request?) -> TokenVotes? { request.flatMap { votes[$0] } }

  /// Takes what was computed.
  package mutating func take(_ answer: Answer) {
    switch answer {
    case .attention(let rows): attention = rows
    case .coverage(let newer): coverage = newer
    case .sweep(let newer): sweep.merge(newer)
    case .study(let newer): study = newer
    case .votes(let newer):
      // The active and the pinned policy's, and those of the place before.
      if votes.count >= 4 { votes.removeAll() }
      votes[newer.request] = newer
    case .token(let newer):
      // Both policies' of the token, and those of some tokens before.
      if tokens.count >= 16 { tokens.removeAll() }
      tokens[newer.request] = newer
    case .losses(let newer):
      if losses.count >= 8 { losses.removeAll() }
      losses[newer.request] = newer
    }
  }

  /// Computes an answer from the run alone; `nil` for what needs the engine.
  package static func answer(_ request: Request, _ run: Run) -> Answer? {
    switch request {
    case .attention(let request): AttentionRows(request, run).map(Answer.attention)
    case .votes(let request): TokenVotes(request, run).map(Answer.votes)
    case .token(let request): TokenFigures(request, run).map(Answer.token)
    case .losses(let request): LossList(request, run).map(Answer.losses)
    case .coverage(let request): StepCoverage(request, run).map(Answer.coverage)
    case .sweep, .study: nil
    }
  }
}

extension ViewState {
  /// What the open view would show and is not computed yet.
  package var missingDetails: [Details.Request] {
    // Nothing of the view is seen under an overlay, and the engine is busy with what it shows.
    if overlays.showsWhy { return [] }
    return missingLosses + (overlays.showsLosses ? [] : missingInView)
  }

  /// The list of losses, where somebody looks at it or steps through it.
  private var missingLosses: [Details.Request] {
    guard let request = scene.lossRequest, details.losses[request] == nil,
      overlays.showsLosses || display.losses.asked == request
    else { return [] }
    return [.losses(request)]
  }

  private var missingInView: [Details.Request] {
    switch display.view {
    case .text:
      return [scene.result, scene.pinnedResult].compactMap { scene.votesRequest($0) }.filter {
        details.votes($0) == nil
      }.map(
        Details.Request.votes)
    case .heatmap:
      guard let request = scene.attentionRequest, details.attention?.request != request else { return [] }
      return [.attention(request)]
    case .compare:
      return scene.missingKeys.isEmpty || scene.isSweepStopped ? [] : [.sweep(scene.missingKeys)]
    case .lookahead:
      guard run.stage == .done, missingPolicies.isEmpty, let request = scene.studyRequest,
        scene.study?.isFinished != true
      else {
        return []
      }
      return [.study(request)]
    case .heads: return scene.missingTokens
    case .timeline:
      guard display.course.isShown, let request = scene.coverageRequest,
        details.coverage?.request != request
      else { return [] }
      return [.coverage(request)]
    }
  }

  /// Computes at once the list of losses that was asked for: keys that are played find it as a person does
  /// who waits.
  package mutating func settleLosses() {
    for request in missingLosses {
      if let answer = Details.answer(request, run) { take(answer) }
    }
  }

  /// Computes at once what the open view lacks and the run alone can give: for tests and printed screens.
  package mutating func settle() {
    for request in missingDetails {
      if let answer = Details.answer(request, run) { take(answer) }
    }
  }
}

extension Scene {
  /// The heatmap's rows at the chosen place.
  var attentionRequest: AttentionRows.Request? {
    let heads: AttentionRows.Heads =
      switch display.heatmap.headMode {
      case .single: .single(cursor.head)
      case .mean: .mean
      case .max: .max
      }
    return AttentionRows.Request(run, result: result, layer: cursor.layer, heads: heads)
  }

  /// The votes of a result at the chosen place.
  func votesRequest(_ result: PolicyResult?) -> TokenVotes.Request? {
    TokenVotes.Request(run, result: result, layer: cursor.layer, head: cursor.head)
  }

  /// The policies that are plotted, their places in the list: the active one, the pinned one, the chosen
  /// others in the order of the list.
  var plottedPolicies: [Int] {
    let first = [setup.policy, setup.pinned == setup.policy ? nil : setup.pinned].compactMap { $0 }.filter(
      setup.settings.policies.indices.contains)
    let others = setup.settings.policies.indices.filter {
      !first.contains($0) && display.compare.plotted.contains(setup.settings.policies[$0])
    }
    return first + others
  }

  /// The lines of the open view's plots of which more will come.
  var missingKeys: [BudgetSweep.Key] {
    // What has waited comes before.
    guard display.view == .compare, run.stage == .done, !display.compare.showsSettings,
      missingPolicies.isEmpty
    else { return [] }
    return plottedKeys.filter { !details.sweep.isComplete($0, of: run) }
  }

  /// Whether a person has stopped them.
  var isSweepStopped: Bool { !missingKeys.isEmpty && details.stoppedSweep == missingKeys }

  /// The lines of the plots against budget.
  var plottedKeys: [BudgetSweep.Key] {
    plottedPolicies.map { BudgetSweep.Key(setup.settings.policies[$0], setup.settings) }
  }
}
