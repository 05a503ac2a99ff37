import Exploration
import Screen

/// The columns of the comparison.
package enum CompareColumn: String, Sendable, CaseIterable {
  case policy, recall, massRecall, divergence, topOne, kept, window, chosen, bytes, time, answer

  /// The head of the column.
  var title: String {
    switch self {
    case .policy: "policy"
    case .recall: "recall"
    case .massRecall: "mass"
    case .divergence: "KL"
    case .topOne: "top-1"
    case .kept: "kept"
    case .window: "window"
    case .chosen: "by score"
    case .bytes: "KV kept"
    case .time: "evict"
    case .answer: "answer"
    }
  }

  /// Columns that it takes, and how early it goes where room is short: the larger, the earlier; those of 0
  /// stay.
  var layout: (width: Int, rank: Int) {
    switch self {
    case .policy: (20, 0)
    case .recall: (7, 5)
    case .massRecall: (7, 0)
    case .divergence: (8, 1)
    case .topOne: (8, 3)
    case .kept: (7, 0)
    case .window: (8, 0)
    case .chosen: (10, 2)
    case .bytes: (11, 4)
    case .time: (9, 6)
    case .answer: (0, 0)
    }
  }

  /// What the column is, in a few words.
  func note(_ keys: KeyTable) -> String {
    switch self {
    case .policy: "One prompt is no benchmark: try others, and other budgets (\(keys.label(.budgetDown)))."
    case .recall: "recall: share of the B tokens with the most true attention that is kept, mean of all heads"
    case .massRecall: "mass: share of the true attention on kept tokens, mean of all heads"
    case .divergence: "KL(full | policy), nats per token: how differently the cache predicts"
    case .topOne: "top-1: of the full answer's tokens and its end, how many this cache says, too"
    case .kept: "kept: tokens per head, the mean after the allocation; ! where that is not the budget"
    case .window:
      "window: prompt tokens that are looked at, +pseudo tokens; ! where the pinned policy has another"
    case .chosen: "by score: tokens per head that are kept for their score, neither window nor sink"
    case .bytes: "KV kept: memory of the kept keys and values"
    case .time: "evict: scoring and selection; lookahead and answers are decoded together"
    case .answer: "answer: how long it stays the full cache's; the first other token is marked"
    }
  }

  /// Whether larger numbers come first.
  var largestFirst: Bool {
    switch self {
    case .recall, .massRecall, .topOne, .kept, .window, .chosen, .answer: true
    case .policy, .divergence, .bytes, .time: false
    }
  }

  /// The number to sort by; results without one come last.
  func key(_ figures: ResultFigures, index: Int) -> Double? {
    switch self {
    case .policy: Double(index)
    case .recall: figures.recall
    case .massRecall: figures.massRecall
    case .divergence: figures.divergence
    case .topOne: figures.compared > 0 ? Double(figures.agreeing) / Double(figures.compared) : nil
    case .kept: figures.keptPerHead
    case .window: figures.choice.map { $0.window.map(Double.init) ?? .infinity }
    case .chosen: figures.choice?.chosenPerHead
    case .bytes: Double(figures.bytes)
    case .time: figures.evictionSeconds
    case .answer: figures.firstDifference.map(Double.init) ?? .infinity
    }
  }

  /// The figure as it is written.
  /// - Parameter pinned: the figures of the policy that the others are compared with.
  func text(_ figures: ResultFigures, pinned: ResultFigures? = nil) -> String {
    switch self {
    case .policy, .answer: ""
    case .recall: figures.recall.map { decimal($0, 3) } ?? "-"
    case .massRecall: figures.massRecall.map { decimal($0, 3) } ?? "-"
    case .divergence: figures.divergence.map { decimal($0, $0 < 10 ? 4 : 2) } ?? "-"
    case .topOne: figures.compared > 0 ? "\(figures.agreeing)/\(figures.compared)" : "-"
    case .kept: ChoiceWords(figures, pinned: pinned).kept
    case .window: ChoiceWords(figures, pinned: pinned).window
    case .chosen: ChoiceWords(figures, pinned: pinned).chosen
    case .bytes: mebibytes(figures.bytes)
    case .time: milliseconds(figures.evictionSeconds)
    }
  }
}

/// Milliseconds, or seconds where they are many.
func milliseconds(_ seconds: Double) -> String {
  seconds < 1 ? "\(decimal(seconds * 1000, seconds < 0.1 ? 1 : 0)) ms" : "\(decimal(seconds, 1)) s"
}
