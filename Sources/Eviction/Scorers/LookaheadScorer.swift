import Transformer

/// Lookahead Q-Cache's final stage (Wang et al. 2025, arXiv 2505.20334): the attention of the pseudo
/// tokens' queries, against the full prompt's keys.
///
///     s[j] = pool_7( Σ_i softmax_j(q_i·k_j / √d) ),  rows i: the last w2 prompt tokens, then the lookahead
///
/// The softmax runs over prompt keys only. LAQ has w2 = 0 and protects nothing; LAQ++ has w2 = 8, here
/// a third of the budget at most, and keeps those eight. (`run_LAQ.sh` calls the latter's setting LAQ in a
/// comment, evidently LAQ++.) Where the pseudo tokens came from is nothing to the scores.
package struct LookaheadScorer: GroupScorer, Hashable {
  /// Which keys a row may see.
  package enum Mask: String, Sendable, Hashable, CaseIterable {
    /// A window row sees keys up to its own position, a lookahead row sees all.
    case causal
    /// The authors' code: one triangle over the last w2 + m prompt columns, as if the lookahead rows
    /// were the prompt's last. Row i of A sees keys `j <= n − A + i`, so window rows are cut off m
    /// columns too early, and lookahead rows lose the newest keys.
    case reference
  }

  /// w2: observing prompt tokens beside the lookahead, always kept.
  package let localWindow: Window
  /// Width of the pooling, odd.
  package let kernel: Int
  /// Kind of the pooling.
  package let pooling: Pooling
  /// Which keys a row may see.
  package let mask: Mask
  /// Where the pseudo tokens come from, which says what must be there first.
  package let source: LookaheadSettings.Source

  /// LAQ++'s local window unless it is said.
  static let standardWindow = Window.bounded(8)

  /// Makes the scorer.
  package init(
    localWindow: Window = .tokens(0), kernel: Int = 7, pooling: Pooling = .max, mask: Mask = .causal,
    source: LookaheadSettings.Source = .greedy
  ) {
    self.localWindow = localWindow
    self.kernel = kernel
    self.pooling = pooling
    self.mask = mask
    self.source = source
  }

  package var observedTokens: Int? { localWindow.reach }

  package func resolved(for facts: PromptFacts) throws -> any Scorer {
    LookaheadScorer(
      localWindow: try localWindow.resolved(for: facts), kernel: kernel, pooling: pooling, mask: mask,
      source: source)
  }

  package var needs: Set<Requirement> { source == .truth ? [.lookahead, .decode] : [.lookahead] }

  /// Its rows come from beyond the prompt, and are not decoded anew.
  package var following: DecodeFollowing? { nil }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    newest(localWindow.count + localWindow.behind, of: tokenCount)
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    try rows(evidence).scores(
      evidence.recording, layer: layer, kvHead: kvHead, pooling: pooling, kernel: kernel)
  }

  package func observation(_ evidence: Evidence) throws -> Observation? { try rows(evidence) }

  private func rows(_ evidence: Evidence) throws -> Observation {
    guard let lookahead = evidence.lookahead, lookahead.count > 0 else {
      let policy = localWindow == .tokens(0) ? "laq" : "laq++"
      throw source == .greedy
        ? EvidenceError.noLookahead(policy: policy)
        : .noPseudoQueries(policy: "\(policy)(source=\(source.rawValue))", source: source)
    }
    let tokenCount = evidence.recording.tokenCount
    let local = Observation.window(localWindow, of: evidence.recording)
    let rows = local.rows.map(\.row) + (0..<lookahead.count).map(Recording.Row.beyond)
    let observed = rows.enumerated().map { index, row in
      switch (mask, row) {
      case (.causal, .prompt(let position)): ObservedRow(row: row, visible: position + 1)
      case (.causal, .beyond): ObservedRow(row: row, visible: tokenCount)
      case (.reference, _): ObservedRow(row: row, visible: tokenCount - rows.count + index + 1)
      }
    }
    return Observation(rows: observed, beyond: lookahead, candidateCount: local.candidateCount)
  }
}
