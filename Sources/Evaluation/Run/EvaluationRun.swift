import Eviction
import Exploration
import Foundation
import Transformer

/// Runs the cases of a plan that are not done yet, several at once, and writes each row as it comes.
package struct EvaluationRun<Suite: EvaluationSuite>: Sendable {
  /// What is run.
  package let plan: EvaluationPlan
  /// The part of it.
  package let shard: Shard
  private let suite: Suite
  private let model: EvaluationModel

  /// Prepares to run a plan, or a part of it.
  package init(_ suite: Suite, plan: EvaluationPlan, shard: Shard = .whole, model: EvaluationModel) {
    self.suite = suite
    self.plan = plan
    self.shard = shard
    self.model = model
  }

  /// Runs what `file` lacks.
  ///
  /// Cancelling the task stops the cases that run; rows that were written stay, and the next run goes on
  /// behind them.
  /// - Parameters:
  ///   - jobs: cases at once, each on an engine of its own.
  ///   - onRow: called after a row has been written, one call at a time.
  /// - Returns: all rows of this part, in the plan's order.
  /// - Throws: `CancellationError`; `EvaluationError.notWritten`; what stops every case, as a model that
  ///   cannot be opened.
  package func rows(
    _ file: RowFile, jobs: Int = 1, onRow: @Sendable (EvaluationProgress, EvaluationRow) -> Void = { _, _ in }
  ) async throws -> [EvaluationRow] {
    let cases = shard.cases(of: plan)
    var rows = Dictionary(file.earlierRows.map { ($0.id, $0) }) { first, _ in first }
    let open = cases.filter { rows[$0.id] == nil }
    var progress = EvaluationProgress(earlier: rows.count, total: cases.count)
    var waiting = open.makeIterator()
    try await withThrowingTaskGroup(of: (row: EvaluationRow, engine: RunEngine).self) { group in
      func start(_ one: EvaluationCase, _ engine: RunEngine) {
        group.addTask { (try await self.row(one, engine), engine) }
      }
      for _ in 0..<max(1, jobs) {
        if let one = waiting.next() { start(one, model.engine()) }
      }
      while let (row, engine) = try await group.next() {
        try file.append(row)
        rows[row.id] = row
        progress.count()
        onRow(progress, row)
        if let one = waiting.next() { start(one, engine) }
      }
    }
    return cases.compactMap { rows[$0.id] }
  }

  /// A case's row; what concerns the case alone is said there.
  private func row(_ one: EvaluationCase, _ engine: RunEngine) async throws -> EvaluationRow {
    do {
      return try await suite.row(for: one, plan: plan, model: model, engine: engine)
    } catch let error as CaseError {
      return EvaluationRow(one, unavailable: error.description)
    } catch let error as PromptError {
      return EvaluationRow(one, unavailable: error.description)
    } catch let error as BudgetError {
      return EvaluationRow(one, unavailable: error.description)
    } catch let error as TransformerError where error.isAboutPrompt {
      return EvaluationRow(one, unavailable: error.description)
    }
  }
}
