import Eviction

/// What the kept sets of a policy at a budget were made of, over all prompts: what stands beside its scores.
///
/// A mark, `!`, says that a number is not what the others' is: a total other than the budget, a window other
/// than the reference policy's.
package struct ChoiceSummary: Sendable {
  private let budget: Int?
  private let keptTokens: Double?
  private let choices: [OutcomeChoice]
  private let promptCount: Int

  /// Gathers the outcomes of one policy at one budget.
  package init(_ outcomes: [Outcome]) {
    let run = outcomes.filter { $0.unavailable == nil }
    promptCount = run.count
    choices = run.compactMap(\.choice)
    let budgets = Set(choices.map(\.budget))
    budget = budgets.count == 1 ? budgets.first : nil
    let kept = run.compactMap(\.keptTokens)
    keptTokens = kept.isEmpty ? nil : kept.reduce(0, +) / Double(kept.count)
  }

  /// The summaries of all columns of results, or of the rows that there are so far.
  package static func all(_ rows: [EvaluationRow]) -> [EvaluationSummary.Column: ChoiceSummary] {
    Dictionary(grouping: rows.flatMap(\.outcomes)) { EvaluationSummary.Column($0.policy, $0.budget) }
      .mapValues(ChoiceSummary.init)
  }

  /// Whether nothing is known, as of the full cache and of results that are older than this.
  package var isEmpty: Bool { choices.isEmpty }

  /// Tokens per head, the mean after the allocation.
  package var kept: String {
    guard let keptTokens else { return "–" }
    let isOther = budget.map { ChoiceFigures.isOther(keptTokens, than: $0) } ?? false
    return ChoiceFigures.text(keptTokens) + (isOther ? "!" : "")
  }

  /// The observing tokens: those of the prompt's end, and pseudo tokens behind a plus.
  /// - Parameter reference: the summary of the policy that the others are compared with.
  package func window(beside reference: ChoiceSummary?) -> String {
    guard !choices.isEmpty else { return "–" }
    let windows = choices.map(\.window)
    let pseudo = Self.range(choices.compactMap(\.pseudoTokens)).map { "+\($0)" } ?? ""
    let own = windows.contains(nil) ? "all" : Self.range(windows.compactMap(\.self)) ?? ""
    let others = reference.map { Set($0.choices.map(\.window)) }
    // Who has no window at all is not told another one.
    let isOther =
      others.map { !$0.isEmpty && Set(windows) != $0 && windows != windows.map { _ in 0 } } ?? false
    return own + pseudo + (isOther ? "!" : "")
  }

  /// Tokens per head that were kept for their score.
  package var chosen: String {
    choices.isEmpty
      ? "–" : ChoiceFigures.text(choices.reduce(0) { $0 + $1.chosenTokens } / Double(choices.count))
  }

  /// Kept, window and chosen as they stand in CSV, without marks.
  package var fields: [String] {
    [keptTokens.map { String($0) } ?? ""]
      + (choices.isEmpty
        ? ["", ""]
        : [
          window(beside: nil), String(choices.reduce(0) { $0 + $1.chosenTokens } / Double(choices.count)),
        ])
  }

  /// Whether in some prompt no token was chosen by score.
  var choosesNothing: Bool { choices.contains { $0.notes[PolicyNote.Kind.choosesNothing.rawValue] != nil } }

  /// What did nothing, in sentences, with the share of the prompts where it was so in some only.
  package func notes(_ column: EvaluationSummary.Column) -> [String] {
    PolicyNote.Kind.allCases.compactMap { kind in
      let figures = choices.compactMap { $0.notes[kind.rawValue] }
      guard !figures.isEmpty else { return nil }
      let note = PolicyNote(kind, figures.reduce(0, +) / Double(figures.count))
      let sentence = note.sentence(column.policy, budget: column.budget?.description ?? "all")
      return sentence + (figures.count < promptCount ? " (\(figures.count) of \(promptCount) prompts)" : "")
    }
  }

  private static func range(_ values: [Int]) -> String? {
    guard let least = values.min(), let most = values.max() else { return nil }
    return least == most ? String(least) : "\(least)–\(most)"
  }
}

extension [EvaluationSummary.Column: ChoiceSummary] {
  /// Sentences about columns in which something did nothing, each named once with the budgets.
  package func notes(_ columns: [EvaluationSummary.Column]) -> [String] {
    columns.flatMap { column in
      (self[column]?.notes(column) ?? []).map {
        "\(column.policy.name) at \(column.budget?.description ?? "all"): \($0)"
      }
    }
  }
}
