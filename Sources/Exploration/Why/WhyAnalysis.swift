import Transformer

/// The search for what a policy's answer lacked, on the model: one aim after the other, each beside what
/// those before it have brought back.
///
/// A class: the search reports while it goes on, and what it knows stays when it is stopped.
final class WhyAnalysis {
  /// Evicted tokens that are restored alone, for the first aim and for a later one.
  private static let aloneCounts = (first: 32, later: 12)
  /// Sets that are looked for beside the first one.
  private static let otherSets = 2

  private(set) var finding: WhyFinding
  private let trials: WhyTrials
  /// Tokens that tries may still pass through the model.
  private var work: Int { didSet { finding.passedTokens += oldValue - work } }
  /// Sets that were tried before this search went on.
  private let earlierTries: Int
  /// What of them is left to later aims.
  private var reserve = 0
  private let onUpdate: (WhyFinding) -> Void
  private var run: Run { trials.run }

  init(
    _ finding: WhyFinding, _ trials: WhyTrials, work: Int, onUpdate: @escaping (WhyFinding) -> Void
  ) {
    (self.finding, self.trials, self.work, self.onUpdate) = (finding, trials, work, onUpdate)
    earlierTries = finding.tries
  }

  /// Looks for what was asked for, then for the next difference each, for what is expected, and for the
  /// whole.
  /// - Throws: `CancellationError`, looked for at every decoded token, and what decoding throws.
  func search() throws {
    var next = finding.parts.isEmpty ? finding.aim : aimAfterLast
    // A search that goes on begins with the first aim that is not settled, as far as that had come.
    if let open = finding.parts.firstIndex(where: { !$0.isSettled }) {
      finding.parts.removeLast(finding.parts.count - 1 - open)
      try look(for: finding.parts[open].aim, goesOn: true)
      next = aimAfterLast
    }
    while let aim = next {
      try look(for: aim)
      next = aimAfterLast
    }
    try joinToWhole()
    finding.stage = finding.parts.contains { !$0.sets.isEmpty } ? .found : .notFound
  }

  /// What is aimed at next: the next difference, or else what is expected, if that is not there yet. What was
  /// looked for once stays open.
  private var aimAfterLast: WhyAim? {
    let next = finding.parts.last?.following.map { WhyAim(target: .first, tokens: $0...$0) }
    if isNew(next) { return next }
    let expected =
      finding.hasExpected ? nil : finding.expectedTokens.map { WhyAim(target: .expected, tokens: $0) }
    return isNew(expected) ? expected : nil
  }

  private func isNew(_ aim: WhyAim?) -> Bool {
    aim.map { aim in !finding.parts.contains { $0.aim.tokens == aim.tokens } } ?? false
  }

  /// - Parameter goesOn: whether the newest part is about it already.
  private func look(for aim: WhyAim, goesOn: Bool = false) throws {
    let known = goesOn ? finding.parts.last : nil
    if known == nil { finding.parts.append(WhyPart(aim, before: finding.restored)) }
    let (isFirst, base) = (finding.parts.count == 1, finding.parts[finding.parts.count - 1].before)
    finding.stage = .searching
    let kept = trials.kept(base)
    let wanted = try LostToken.ranked(run, kept: kept, steps: aim.chosenSteps)
    if isFirst {
      (finding.lost, finding.lostCount) = (Array(wanted.prefix(WhyFinding.listLimit)), wanted.count)
    }
    report()
    var search = makeSearch(aim, base: base, share: 2)
    if let known { known.teach(&search) }
    let near = wanted.map(WhyPiece.eviction)
    let heads = LostHead.ranked(kept, lost: wanted).map(WhyPiece.head)
    let alone = near.prefix(isFirst ? Self.aloneCounts.first : Self.aloneCounts.later)
    let singles = try search.outcomes([[]] + alone.map { [$0] }).dropFirst()
    var found = zip(alone, singles).filter { $1?.isBack == true }.map {
      WhySearch<WhyPiece>.Found(pieces: [$0.0], isSmallest: true)
    }
    if found.isEmpty, let enough = known?.sets.first {
      found = [
        enough.isSmallest
          ? .init(pieces: enough.pieces, isSmallest: true)
          : try search.reduce(enough.pieces, ranked: enough.pieces)
      ]
    }
    if found.isEmpty { found = try smallest(near, heads, aim, kept, &search).map { [$0] } ?? [] }
    if found.isEmpty, reserve > 0, finding.expectedTokens == nil {
      // Nothing comes after what is not found: it has all of the work.
      reserve = 0
      found = try smallest(near, heads, aim, kept, &search).map { [$0] } ?? []
    }
    found = try reaching(aim, found, near, heads, kept, base: base)
    search.onShrink = { _ in }
    change { $0.sets = [] }
    if !found.isEmpty { try close(found, with: base) }
    if isFirst {
      while !found.isEmpty, found.count <= Self.otherSets,
        let other = try search.another(near, beside: found),
        try reach(aim, [other], base)[0]
      {
        found.append(other)
      }
      change { $0.sets = found.map { WhySet(pieces: $0.pieces, isSmallest: $0.isSmallest) } }
      _ = try search.outcomes(heads.map { [$0] })
    }
    let end: WhyPart.Stage = !found.isEmpty ? .found : search.isExhausted ? .exhausted : .notFound
    change { $0.stage = end }
  }

  /// The sets with which the policy by itself comes beyond a difference: told what comes before, a cache may
  /// say a token that it would not come to. If none does, one is looked for that says what comes before, too.
  private func reaching(
    _ aim: WhyAim, _ found: [WhySearch<WhyPiece>.Found], _ near: [WhyPiece], _ heads: [WhyPiece],
    _ kept: KeptTokens, base: [WhyPiece]
  ) throws -> [WhySearch<WhyPiece>.Found] {
    let reached = zip(found, try reach(aim, found, base)).filter(\.1).map(\.0)
    guard reached.isEmpty, !found.isEmpty else { return reached }
    let strict = WhyAim(target: .first, tokens: 0...aim.tokens.upperBound)
    var search = makeSearch(strict, base: base, share: 2)
    guard let enough = try smallest(near, heads, strict, kept, &search) else { return [] }
    return try reach(aim, [enough], base)[0] ? [enough] : []
  }

  /// Whether the policy by itself comes beyond a difference with each of some sets; of other aims that is not
  /// asked.
  private func reach(
    _ aim: WhyAim, _ found: [WhySearch<WhyPiece>.Found], _ base: [WhyPiece]
  ) throws -> [Bool] {
    guard aim.target == .first, !found.isEmpty else { return found.map { _ in true } }
    work -= found.count * trials.cost(aim)
    return try trials.reaching(beyond: aim.tokens.upperBound, found.map { base + $0.pieces })
  }

  /// Few pieces that are enough together: evicted tokens that are looked at when the aim's tokens are chosen,
  /// then those that are looked at before, too, then whole heads; `nil` if nothing that may be tried is.
  private func smallest(
    _ near: [WhyPiece], _ heads: [WhyPiece], _ aim: WhyAim, _ kept: KeptTokens,
    _ search: inout WhySearch<WhyPiece>
  ) throws -> WhySearch<WhyPiece>.Found? {
    if let found = try search.smallest(of: near) { return found }
    let known = Set(near.map(\.place))
    let far = try LostToken.ranked(
      run, kept: kept, steps: 0..<aim.chosenSteps.lowerBound, asksQuestion: true
    ).filter { !known.contains($0.place) }.map(WhyPiece.eviction)
    if let found = try search.smallest(of: near + far) { return found }
    return try search.grow(heads).map { try search.shrink($0) }
  }

  /// Takes the sets of the newest aim, and what the policy answers with the first of them.
  private func close(_ found: [WhySearch<WhyPiece>.Found], with base: [WhyPiece]) throws {
    change { $0.sets = found.map { WhySet(pieces: $0.pieces, isSmallest: $0.isSmallest) } }
    let answer = try trials.answer(with: base + found[0].pieces)
    work -= trials.greedy.question.count + answer.tokens.count
    let (following, hasExpected) = (answer.firstDifference(from: trials.answer), run.hasExpected(answer))
    change {
      $0.stage = .found
      ($0.answer, $0.following, $0.hasExpected) = (answer, following, hasExpected)
    }
  }

  /// The pieces of several aims, which bring the whole answer back together, are made as few as that needs.
  private func joinToWhole() throws {
    let parts = finding.parts.filter { !$0.sets.isEmpty }
    guard parts.count > 1, let last = parts.last, last.aim.target != .whole, last.answer != nil,
      last.following == nil
    else { return }
    let pieces = finding.restored
    let aim = WhyAim(target: .whole, tokens: finding.wholeTokens)
    finding.parts.append(WhyPart(aim, before: []))
    var search = makeSearch(aim, base: [], share: 1)
    guard try search.outcomes([pieces])[0]?.isBack == true else {
      finding.parts.removeLast()
      return
    }
    let smallest = try search.reduce(pieces, ranked: pieces)
    try close([smallest], with: [])
  }

  /// A search for the newest aim.
  /// - Parameter share: it may use this part of the work that is left, 2 for a half.
  private func makeSearch(_ aim: WhyAim, base: [WhyPiece], share: Int) -> WhySearch<WhyPiece> {
    var search = WhySearch<WhyPiece>(group: { [trials] in trials.keptSet(of: $0) }) { [trials] sets in
      try trials.outcomes(aim, base, sets)
    }
    reserve = work - work / share
    search.room = { [self] in
      min(WhyFinding.triesLimit - (finding.tries - earlierTries), (work - reserve) / trials.cost(aim))
    }
    search.onBatch = { [self] sets, outcomes in
      for set in sets { work -= trials.cost(aim, set) }
      change { part in
        part.tries += sets.count
        for (set, outcome) in zip(sets, outcomes) { part.take(set, outcome) }
      }
    }
    search.onShrink = { [self] pieces in
      change {
        $0.stage = .shrinking(count: pieces.count)
        $0.sets = [WhySet(pieces: pieces, isSmallest: false)]
      }
    }
    return search
  }

  private func change(_ body: (inout WhyPart) -> Void) {
    body(&finding.parts[finding.parts.count - 1])
    report()
  }

  private func report() { onUpdate(finding) }
}

extension WhyAim {
  /// The steps at which its tokens are chosen that are not said yet.
  fileprivate var chosenSteps: Range<Int> {
    target == .first ? tokens.upperBound..<tokens.upperBound + 1 : tokens.lowerBound..<tokens.upperBound + 1
  }
}
