import Eviction
import Exploration

/// How the comparison is shown.
package struct CompareDisplay: Sendable {
  /// The column by which it is sorted.
  package var sortColumn = CompareColumn.divergence
  /// Whether its order is the other way round.
  package var reversesOrder = false
  /// Policies whose recall is plotted beside the active and the pinned one's.
  package var plotted: Set<Policy> = []
  /// Whether the policies' settings are shown in place of the plot.
  package var showsSettings = false
}

/// The rows of the comparison in the order in which they are shown: the full cache, which is the measure,
/// then the policies as they are sorted, equal ones by their KL. The oracle is sorted among them: it is a ceiling
/// for mass recall only.
struct CompareTable {
  /// A row.
  struct Row {
    /// The policy's place in the settings' list; `nil` for the full cache.
    let index: Int?
    let title: String
    let result: PolicyResult?
    let figures: ResultFigures?
  }

  let rows: [Row]

  init(_ scene: Scene) {
    let run = scene.run
    let full = Row(
      index: nil, title: "full", result: run.full,
      figures: run.full.map { ResultFigures($0, of: run) })
    let results = Dictionary(run.results.map { ($0.policy, $0) }) { first, _ in first }
    let policies = scene.setup.settings.policies.enumerated().map { index, policy in
      let result = results[policy]
      return Row(
        index: index, title: policy.title, result: result,
        figures: result.map { ResultFigures($0, of: run) })
    }
    let column = scene.display.compare.sortColumn
    let keys = policies.enumerated().map { index, row in row.figures.flatMap { column.key($0, index: index) }
    }
    let ties = policies.map { $0.figures?.divergence ?? .infinity }
    let descends = column.largestFirst != scene.display.compare.reversesOrder
    let order = policies.indices.sorted { a, b in
      switch (keys[a], keys[b]) {
      case (let x?, let y?):
        x != y ? (descends ? x > y : x < y) : ties[a] != ties[b] ? ties[a] < ties[b] : a < b
      case (.some, nil): true
      case (nil, .some): false
      case (nil, nil): a < b
      }
    }
    rows = [full] + order.map { policies[$0] }
  }
}
