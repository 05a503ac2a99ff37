import Exploration
import Foundation

/// A finished evaluation: its plan, and a row for each of its cases in the plan's order.
///
/// The file says nothing of times, shards or the order in which rows came: an evaluation that was
/// interrupted, one that was not and merged shards have the same bytes.
package struct EvaluationResults: Sendable, Hashable {
  /// What was run.
  package let plan: EvaluationPlan
  /// What came of it, one row per case.
  package let rows: [EvaluationRow]

  /// Puts rows in the plan's order.
  /// - Throws: `EvaluationError.missingCases`.
  package init(plan: EvaluationPlan, rows: [EvaluationRow]) throws {
    let known = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
    let missing = plan.cases.map(\.id).filter { known[$0] == nil }
    guard missing.isEmpty else {
      throw EvaluationError.missingCases(
        Array(missing.prefix(5)), count: missing.count, planned: plan.cases.count)
    }
    self.plan = plan
    self.rows = plan.cases.compactMap { known[$0.id] }
  }

  /// Merges the files of shards, or of an evaluation that was not finished with results.
  /// - Throws: `EvaluationError` naming files of different plans, cases that are missing or in two files.
  package init(merging paths: [String]) throws {
    var plan: (plan: EvaluationPlan, file: String)?
    var rows: [EvaluationRow] = []
    var files: [String: String] = [:]
    for path in paths {
      let contents = try RowFile.contents(of: path)
      if let first = plan, let difference = contents.plan.difference(from: first.plan) {
        throw EvaluationError.unlike(first.file, path, difference: difference)
      }
      plan = plan ?? (contents.plan, path)
      for row in contents.rows {
        if let other = files.updateValue(path, forKey: row.id) {
          throw EvaluationError.doubledCase(row.id, first: other, second: path)
        }
      }
      rows += contents.rows
    }
    guard let plan else { throw EvaluationError.nothingToDo(suite: "merge") }
    try self.init(plan: plan.plan, rows: rows)
  }

  private struct Contents: Decodable {
    let plan: EvaluationPlan
    let rows: [EvaluationRow]
  }

  /// Reads a results file.
  /// - Throws: `EvaluationError`.
  package init(contentsOf path: String) throws {
    try self.init(try RowFile.read(path), path: path)
  }

  /// Reads the bytes of a results file.
  /// - Parameter path: what errors call it.
  /// - Throws: `EvaluationError`.
  package init(_ data: Data, path: String) throws {
    do {
      let version = try EvaluationFormat.check(data, path: path)
      let contents = try CanonicalJSON.value(Contents.self, from: data, version: version)
      try self.init(plan: contents.plan, rows: contents.rows)
    } catch let error as EvaluationError {
      throw error
    } catch {
      throw EvaluationError.notAnEvaluation(path, reason: "\(DecodingReason(error))")
    }
  }

  /// The file's bytes: one JSON object, the plan in a line, each row in a line.
  package func data() throws -> Data {
    var data = Data(
      "{\"schema\":\"\(EvaluationFormat.schema)\",\"version\":\(EvaluationFormat.version),\n\"plan\":".utf8)
    data += try CanonicalJSON.data(plan)
    data += Data(",\n\"rows\":[\n".utf8)
    for (index, row) in rows.enumerated() {
      data += try CanonicalJSON.data(row)
      data += Data((index + 1 < rows.count ? ",\n" : "\n").utf8)
    }
    return data + Data("]}\n".utf8)
  }

  /// Writes the file, complete or not at all.
  /// - Throws: `ExportError`.
  package func write(to path: String, replacing: Bool = false) throws {
    try AtomicFile.write(try data(), to: path, replacing: replacing)
  }
}
