import Eviction
import Foundation

/// Figures against budget as a file: the numbers of the plots.
package struct SweepExport: Encodable {
  private let schema = "laq-tui.budgets"
  private let version = 1
  private let program = Release.name
  private let model: String, prompt: String, promptHash: String
  private let policies: [PolicyEntry]

  private struct PolicyEntry: Encodable {
    let name: String, title: String
    let granularity: String
    /// Why there are none.
    let unavailable: String?
    let points: [PointEntry]
  }

  private struct PointEntry: Encodable {
    let budget: Int
    let recall: Double?, massRecall: Double?
    let divergence: Double?
    let agreeing: Int?, compared: Int?
    let expectedShare: Double?, sameShare: Double?
    let mark: String?
  }

  /// Gathers what is known of some lines.
  /// - Throws: `ExportError.nothingYet` where nothing is.
  package init(_ sweep: BudgetSweep, _ keys: [BudgetSweep.Key], of run: Run) throws {
    (model, prompt, promptHash) = (run.modelName, run.prompt.name, run.prompt.hash)
    policies = keys.map { key in
      PolicyEntry(
        name: key.policy.name, title: key.policy.title, granularity: key.granularity.rawValue,
        unavailable: sweep.unavailable[key],
        points: sweep.points(key).map { point in
          PointEntry(
            budget: point.budget, recall: point.recall, massRecall: point.massRecall,
            divergence: point.answer?.divergence, agreeing: point.answer?.agreeing,
            compared: point.answer?.compared, expectedShare: point.answer?.expectedShare,
            sameShare: point.answer?.sameShare, mark: point.answer?.mark?.rawValue)
        })
    }
    guard policies.contains(where: { !$0.points.isEmpty || $0.unavailable != nil }) else {
      throw ExportError.nothingYet
    }
  }

  /// As JSON; equal sweeps have equal bytes.
  package func json() throws -> Data { try ExportedJSON.lines(self) }

  /// As a table, a line for each policy's budget; a policy without any has one with its reason.
  package func csv() -> Data {
    var table = CSVTable([
      "policy", "granularity", "budget", "recall", "mass", "kl", "agreeing", "compared", "expected_share",
      "same_share",
      "mark", "unavailable",
    ])
    for policy in policies {
      for point in policy.points {
        table.add([
          .text(policy.name), .text(policy.granularity), .count(point.budget), .number(point.recall),
          .number(point.massRecall), .number(point.divergence), .count(point.agreeing),
          .count(point.compared), .number(point.expectedShare), .number(point.sameShare), .text(point.mark),
          .text(nil),
        ])
      }
      if let reason = policy.unavailable {
        table.add(
          [.text(policy.name), .text(policy.granularity)] + Array(repeating: .text(nil), count: 9)
            + [.text(reason)])
      }
    }
    return table.data
  }
}
