/// Why an evaluation does not run, go on or merge; the sentence says which file or option, what was found and
/// what to do.
package enum EvaluationError: Error, Hashable, CustomStringConvertible {
  /// A file or folder cannot be read.
  case unreadable(String, reason: String)
  /// A file cannot be written.
  case notWritten(String, reason: String)
  /// A file is not of this program.
  case notAnEvaluation(String, reason: String)
  /// A file was written by a later version of the program.
  case laterVersion(String, version: Int)
  /// Another process is writing the file.
  case inUse(String)
  /// The file holds another evaluation than is asked for.
  case otherPlan(String, difference: String)
  /// The file holds another part of the plan than is asked for.
  case otherShard(String, there: Shard, here: Shard)
  /// Two files to be merged come from different evaluations.
  case unlike(String, String, difference: String)
  /// Two files to be compared differ in more than their seeds.
  case incomparable(String, String, difference: String)
  /// Cases of the plan that no file has.
  case missingCases([String], count: Int, planned: Int)
  /// A case that two files have.
  case doubledCase(String, first: String, second: String)
  /// A case that has two rows in one file; the line is the second's.
  case repeatedRow(String, file: String, line: Int)
  /// A row of a case that the plan does not have.
  case unknownCase(String, file: String)
  /// Two cases of a suite have one name.
  case repeatedCase(String)
  /// The suite has no case.
  case nothingToDo(suite: String)
  /// A suite that this program does not have.
  case unknownSuite(String, known: [String])
  /// An option of a suite is missing or means nothing.
  case badOption(String, expected: String, found: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read (\(reason)); check the path and its permissions"
    case .notWritten(let path, let reason):
      "\(path): not written (\(reason)); free the way, or name another file with --to"
    case .notAnEvaluation(let path, let reason):
      "\(path): this is no file of an evaluation (\(reason)); name one that laq-tui eval has written"
    case .laterVersion(let path, let version):
      "\(path): written by a later laq-tui (version \(version) of the format); update this one"
    case .inUse(let path):
      "\(path): another process is writing it; wait for it, or name another file with --to"
    case .otherPlan(let path, let difference):
      """
      \(path): this file holds another evaluation (\(difference)); give the options that it was begun with, name another \
      file with --to, or replace it with --force
      """
    case .otherShard(let path, let there, let here):
      "\(path): this file holds shard \(there), and shard \(here) was asked for; name another file with --to"
    case .unlike(let first, let second, let difference):
      "\(second): this is not of the same evaluation as \(first) (\(difference)); merge the shards of one run"
    case .incomparable(let first, let second, let difference):
      "\(second): this cannot be compared with \(first) (\(difference)); name results that differ in their seeds"
    case .missingCases(let names, let count, let planned):
      """
      \(count) of \(planned) cases are in none of the files (\(names.joined(separator: ", "))\(count > names.count ? ", …" : "")); \
      finish their shards, then merge again
      """
    case .doubledCase(let name, let first, let second):
      "the case \(name) is in \(first) and in \(second); name each shard once"
    case .repeatedRow(let name, let file, let line):
      "\(file), line \(line): the case \(name) has a row before this one; the file was changed: delete one of the two lines"
    case .unknownCase(let name, let file):
      "\(file): the case \(name) is not one of its own plan; the file was changed"
    case .repeatedCase(let name):
      "the case \(name) would be run twice; name each length, depth, file and seed once"
    case .nothingToDo(let suite): "\(suite): these options leave no case to run; give at least one of each"
    case .unknownSuite(let name, let known):
      "the suite '\(name)' is unknown; this program has \(known.joined(separator: ", "))"
    case .badOption(let name, let expected, let found):
      "the option '\(name)' must be \(expected), and it is \(found)"
    }
  }
}
