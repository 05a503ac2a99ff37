/// A piece as it is exported: an evicted token, or a head with how many tokens it lacks.
struct WhyPieceEntry: Encodable {
  let layer: Int, queryHead: Int
  let count: Int
  let position: Int?, id: Int?
  let text: String?
  let share: Float?

  init(_ piece: WhyPiece, _ run: Run) {
    (layer, queryHead) = (piece.layer, piece.queryHead)
    switch piece {
    case .eviction(let token):
      (count, position, share) = (1, token.position, token.share)
      (id, text) = (run.prompt.tokens[token.position].id, run.text(at: token.position))
    case .head(let head):
      (count, position, share, id, text) = (head.count, nil, nil, nil, nil)
    }
  }
}

/// A set of pieces as it is exported: how many there are, and the first of them. A set that was not made
/// smallest may have thousands.
struct WhyPiecesEntry: Encodable {
  let count: Int
  let listed: [WhyPieceEntry]

  init(_ pieces: [WhyPiece], _ run: Run) {
    count = pieces.count
    listed = pieces.prefix(WhyFinding.listLimit).map { WhyPieceEntry($0, run) }
  }
}

/// What was found out about one aim, as it is exported.
struct WhyPartEntry: Encodable {
  private let target: String
  private let firstToken: Int, lastToken: Int
  private let outcome: String
  /// How many pieces earlier aims have restored: those of their first sets.
  private let beforeCount: Int
  private let without: OutcomeEntry?
  private let sets: [SetEntry]
  private let alone: [TrialEntry]
  private let nearest: TrialsEntry?
  private let largestSet: Int, tries: Int
  private let answer: String?
  private let nextDifference: Int?
  private let hasExpected: Bool?

  private struct SetEntry: Encodable {
    let isSmallest: Bool
    let pieces: WhyPiecesEntry
  }

  private struct OutcomeEntry: Encodable {
    let isBack: Bool
    let saidCount: Int
    let said: WhyExport.Said?
    let rank: Int?
    let probability: Double
    let divergence: Double?

    init(_ outcome: WhyOutcome, _ run: Run) {
      (isBack, saidCount, rank) = (outcome.isBack, outcome.saidCount, outcome.rank)
      (probability, divergence) = (outcome.probability, outcome.divergence)
      said = WhyExport.Said(outcome.said, run)
    }
  }

  private struct TrialEntry: Encodable {
    let piece: WhyPieceEntry
    let outcome: OutcomeEntry
  }

  private struct TrialsEntry: Encodable {
    let pieces: WhyPiecesEntry
    let outcome: OutcomeEntry
  }

  init(_ part: WhyPart, _ run: Run) {
    target = part.aim.target.description
    (firstToken, lastToken) = (part.aim.tokens.lowerBound, part.aim.tokens.upperBound)
    outcome =
      switch part.stage {
      case .searching: "unfinished"
      case .shrinking: "found, fewer were tried"
      case .found: "found"
      case .notFound: "not found"
      case .exhausted: part.sets.isEmpty ? "not found in the tries" : "found"
      }
    beforeCount = part.before.count
    without = part.without.map { OutcomeEntry($0, run) }
    sets = part.sets.map { set in
      SetEntry(isSmallest: set.isSmallest, pieces: WhyPiecesEntry(set.pieces, run))
    }
    alone = part.alone.map {
      TrialEntry(piece: WhyPieceEntry($0.piece, run), outcome: OutcomeEntry($0.outcome, run))
    }
    nearest = part.nearest.map { nearest in
      TrialsEntry(
        pieces: WhyPiecesEntry(nearest.pieces, run), outcome: OutcomeEntry(nearest.outcome, run))
    }
    (largestSet, tries) = (part.largestCount, part.tries)
    answer = part.answer.map { run.vocabulary.text($0.tokens) }
    (nextDifference, hasExpected) = (part.following, part.hasExpected)
  }
}
