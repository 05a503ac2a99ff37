import Exploration
import Foundation

/// The file that grows: a header line with the plan, then a line for each case as it comes, in any order.
///
/// A line is written by one call and is on the disk before the next case is taken, so that whatever ends the
/// process costs at most the cases that were running. A torn last line is dropped when the file is opened
/// again.
package struct RowFile: Sendable {
  /// The first line.
  struct Header: Codable {
    var schema = EvaluationFormat.schema
    var version = EvaluationFormat.version
    let plan: EvaluationPlan
    let shard: Shard
  }

  /// What a file holds.
  package struct Contents: Sendable {
    /// The plan of its header.
    package let plan: EvaluationPlan
    /// The part of the plan that the file is for.
    package let shard: Shard
    /// Rows in the order in which they came.
    package let rows: [EvaluationRow]
    /// The bytes of whole lines; a torn line stands behind them.
    let wholeBytes: Int
  }

  /// Where the rows lie.
  package let path: String
  /// The rows that were there when the file was opened.
  package let earlierRows: [EvaluationRow]
  private let descriptor: Int32

  /// Opens a file to append to, or begins it.
  /// - Parameter replacing: whether another evaluation's file is begun anew; what is no evaluation's is never
  ///   replaced.
  /// - Throws: `EvaluationError`: of another plan or shard, of another process, or of reading and writing.
  package init(_ path: String, plan: EvaluationPlan, shard: Shard = .whole, replacing: Bool = false) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path) }
    do {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw errno == EWOULDBLOCK ? EvaluationError.inUse(path) : Self.failure(path)
      }
      if let contents = try Self.contents(
        try Self.read(path), of: plan, shard, path: path, replacing: replacing)
      {
        guard ftruncate(descriptor, off_t(contents.wholeBytes)) == 0, lseek(descriptor, 0, SEEK_END) >= 0
        else {
          throw Self.failure(path)
        }
        earlierRows = contents.rows
      } else {
        guard ftruncate(descriptor, 0) == 0 else { throw Self.failure(path) }
        try Self.append(try CanonicalJSON.data(Header(plan: plan, shard: shard)), to: descriptor, path: path)
        earlierRows = []
      }
    } catch {
      _ = Foundation.close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  /// Appends a row; it is on the disk when this returns.
  /// - Throws: `EvaluationError.notWritten`.
  package func append(_ row: EvaluationRow) throws {
    try Self.append(try CanonicalJSON.data(row), to: descriptor, path: path)
  }

  /// Closes the file, so that another process may go on with it.
  package func close() { _ = Foundation.close(descriptor) }

  /// Reads a file that nobody need have finished.
  /// - Throws: `EvaluationError`.
  package static func contents(of path: String) throws -> Contents {
    try contents(try read(path), path: path)
  }

  /// What there is to go on behind; `nil` where the file is to be begun anew.
  private static func contents(
    _ data: Data, of plan: EvaluationPlan, _ shard: Shard, path: String, replacing: Bool
  ) throws -> Contents? {
    guard !EvaluationFormat.isTornHeader(data) else { return nil }
    do {
      let contents = try contents(data, path: path)
      if let difference = plan.difference(from: contents.plan) {
        throw EvaluationError.otherPlan(path, difference: difference)
      }
      guard contents.shard == shard else {
        throw EvaluationError.otherShard(path, there: contents.shard, here: shard)
      }
      return contents
    } catch  where replacing && EvaluationFormat.isEvaluation(data) {
      return nil
    }
  }

  private static func contents(_ data: Data, path: String) throws -> Contents {
    var lines = data.split(separator: 0x0A, omittingEmptySubsequences: false)
    let torn = lines.popLast() ?? Data()
    guard let first = lines.first else {
      throw EvaluationError.notAnEvaluation(
        path, reason: data.isEmpty ? "it is empty" : "its first line is not whole")
    }
    let header: Header = try decoding(path, line: 1) {
      let version = try EvaluationFormat.check(Data(first), path: path)
      return try CanonicalJSON.value(Header.self, from: Data(first), version: version)
    }
    let planned = Set(header.shard.cases(of: header.plan).map(\.id))
    var known = Set<String>()
    let rows: [EvaluationRow] = try lines.dropFirst().enumerated().map { index, line in
      let row = try decoding(path, line: index + 2) {
        try CanonicalJSON.value(EvaluationRow.self, from: Data(line), version: header.version)
      }
      guard planned.contains(row.id) else { throw EvaluationError.unknownCase(row.id, file: path) }
      guard known.insert(row.id).inserted else {
        throw EvaluationError.repeatedRow(row.id, file: path, line: index + 2)
      }
      return row
    }
    return Contents(plan: header.plan, shard: header.shard, rows: rows, wholeBytes: data.count - torn.count)
  }

  private static func decoding<Value>(_ path: String, line number: Int, _ body: () throws -> Value) throws
    -> Value
  {
    do { return try body() } catch let error as EvaluationError {
      throw error
    } catch {
      throw EvaluationError.notAnEvaluation(path, reason: "line \(number): \(DecodingReason(error))")
    }
  }

  static func read(_ path: String) throws -> Data {
    do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw EvaluationError.unreadable(path, reason: (error as NSError).localizedDescription)
    }
  }

  private static func append(_ line: Data, to descriptor: Int32, path: String) throws {
    do {
      try AtomicFile.append(line + Data([0x0A]), to: descriptor, path: path)
    } catch ExportError.notWritten(_, let reason) {
      // What 'errno' says now is not what the write said.
      throw EvaluationError.notWritten(path, reason: reason)
    }
    // A pipe cannot be synchronised.
    guard fdatasync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
  }

  private static func failure(_ path: String) -> EvaluationError {
    .notWritten(path, reason: String(cString: strerror(errno)))
  }
}

/// What is wrong with JSON, in a few words.
struct DecodingReason: CustomStringConvertible {
  let error: any Error

  init(_ error: any Error) { self.error = error }

  var description: String {
    guard let error = error as? DecodingError else { return (error as NSError).localizedDescription }
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.isEmpty
        ? "" : " in '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
    }
    switch error {
    case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing" + place(context)
    case .typeMismatch(let type, let context): return "\(type) was expected" + place(context)
    case .valueNotFound(let type, let context): return "\(type) was expected, null found" + place(context)
    case .dataCorrupted(let context):
      return context.debugDescription.isEmpty ? "no JSON" : context.debugDescription + place(context)
    @unknown default: return "no JSON that is understood"
    }
  }
}
