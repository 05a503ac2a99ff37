import Evaluation
import Exploration
import Foundation

/// The files of one evaluation: the results, and the rows beside them.
struct EvalFiles {
  /// The results.
  let results: String
  /// The rows, of the whole or of a shard.
  let rows: String
  /// The rows of all shards, for a shell.
  let pattern: String

  /// - Parameter target: the results' path, which ends in `.json`.
  init(target: String, shard: Shard) {
    results = (target as NSString).expandingTildeInPath
    let stem = (results as NSString).deletingPathExtension
    rows = shard.isWhole ? stem + ".jsonl" : "\(stem).\(shard.number)-of-\(shard.count).jsonl"
    pattern = "\(stem).*-of-\(shard.count).jsonl"
  }

  /// The results if they are there already.
  /// - Parameter replacing: whether another evaluation's are as good as none; what is no evaluation's is
  ///   never replaced.
  /// - Throws: `EvaluationError` when they are another evaluation's, or none's.
  func finished(_ plan: EvaluationPlan, replacing: Bool) throws -> EvaluationResults? {
    guard FileManager.default.fileExists(atPath: results) else { return nil }
    do {
      let found = try EvaluationResults(contentsOf: results)
      if let difference = plan.difference(from: found.plan) {
        throw EvaluationError.otherPlan(results, difference: difference)
      }
      return found
    } catch  where replacing && EvaluationFormat.isEvaluation(results) {
      return nil
    }
  }
}
