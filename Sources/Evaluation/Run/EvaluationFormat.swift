import Eviction
import Foundation

/// The format of rows and of results: by what their files are known, and which versions of it are read.
package enum EvaluationFormat {
  /// The format's name.
  static let schema = "laq-tui.evaluation"
  /// It rises when a field changes its meaning. Before 2, policies' windows did not go by the budget.
  static let version = 2

  /// A policy's name in a file of some version.
  /// - Throws: `PolicyNameError`.
  static func policy(_ name: String, in decoder: any Swift.Decoder) throws -> Policy {
    if let policy = PolicyElsewhere.policy(name) { return policy }
    let policy = try Policy(parsing: name)
    let told = CanonicalJSON.versionKey.flatMap { decoder.userInfo[$0] as? Int }
    return told ?? version < 2 ? policy.withFixedWindows : policy
  }

  /// How a file of rows begins: the header's keys are sorted, so that its schema stands behind the plan.
  private static let rowsBeginning = Data("{\"plan\":{\"cases\":[".utf8)
  private static let resultsBeginning = Data("{\"schema\":\"\(schema)\"".utf8)

  /// Whether a file begins as evaluations do; one that cannot be read does not.
  ///
  /// Cost: one reading of a few bytes.
  package static func isEvaluation(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    return isEvaluation((try? file.read(upToCount: 64)) ?? Data())
  }

  /// Whether bytes begin as evaluations do.
  static func isEvaluation(_ data: Data) -> Bool {
    data.starts(with: rowsBeginning) || data.starts(with: resultsBeginning)
  }

  /// Whether bytes without a whole line are what was left of the header of rows, rather than something of
  /// somebody else's.
  static func isTornHeader(_ data: Data) -> Bool {
    !data.contains(0x0A) && (data.starts(with: rowsBeginning) || rowsBeginning.starts(with: data))
  }

  /// Looks at schema and version alone, before anything is read of which a later version may think otherwise.
  /// - Throws: `EvaluationError.notAnEvaluation`, `.laterVersion`; `DecodingError` where neither is found.
  /// - Returns: the version.
  static func check(_ data: Data, path: String) throws -> Int {
    struct Head: Decodable {
      let schema: String
      let version: Int
    }
    let head = try CanonicalJSON.value(Head.self, from: data)
    guard head.schema == schema else {
      throw EvaluationError.notAnEvaluation(path, reason: "its schema is '\(head.schema)'")
    }
    guard head.version <= version else { throw EvaluationError.laterVersion(path, version: head.version) }
    return head.version
  }
}
