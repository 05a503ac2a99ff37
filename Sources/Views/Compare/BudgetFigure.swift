import Exploration
import Screen

/// What is plotted against budget.
enum BudgetFigure: CaseIterable {
  case massRecall, divergence, topOne, answer, recall

  /// The figure that a column of the comparison is about, if it has one.
  init?(_ column: CompareColumn) {
    switch column {
    case .recall: self = .recall
    case .massRecall: self = .massRecall
    case .divergence: self = .divergence
    case .topOne: self = .topOne
    case .answer: self = .answer
    case .policy, .outputError, .kept, .window, .chosen, .bytes, .time: return nil
    }
  }

  /// The figures of a run's plots, the sorted one first; a trace has no answers.
  static func all(of scene: Scene) -> [BudgetFigure] {
    let possible = allCases.filter {
      switch $0 {
      case .massRecall, .recall: scene.run.decodeMass != nil || !scene.run.isFinished
      case .divergence, .topOne, .answer: scene.run.hasModel
      }
    }
    let first = BudgetFigure(scene.display.compare.sortColumn).flatMap { possible.contains($0) ? $0 : nil }
    return (first.map { [$0] } ?? []) + possible.filter { $0 != first }
  }

  /// What it is called.
  func title(_ run: Run) -> String {
    switch self {
    case .massRecall: "mass recall"
    case .recall: "recall"
    case .divergence: "KL, nats"
    case .topOne: "top-1"
    case .answer: run.settings.expected.isEmpty ? "answer stays full's" : "expected in answer"
    }
  }

  /// Its value at a budget, once it is known.
  func value(_ point: BudgetSweep.Point) -> Double? {
    switch self {
    case .massRecall: point.massRecall
    case .recall: point.recall
    case .divergence: point.answer?.divergence
    case .topOne: point.answer?.agreement
    case .answer: point.answer.flatMap { $0.expectedShare ?? $0.sameShare }
    }
  }

  /// The value of a run's own result.
  func value(_ result: PolicyResult, of run: Run) -> Double? {
    value(
      BudgetSweep.Point(
        budget: run.settings.budget, recall: result.recall, massRecall: result.massRecall,
        answer: result.hasAnswer && run.full != nil ? BudgetSweep.Answer(result, of: run) : nil))
  }

  /// What its height stands for.
  func scale(_ values: [Double]) -> PlotScale { self == .divergence ? .divergence(values) : .share }
}
