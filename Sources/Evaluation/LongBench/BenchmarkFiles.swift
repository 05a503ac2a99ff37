import Foundation

/// The data sets' files of a folder, or one file.
struct BenchmarkFiles {
  /// A file, and the data set that it holds.
  struct File: Sendable, Hashable {
    /// The path from the folder that was named, or the file's name: what cases are called by.
    let name: String
    /// Where it is read.
    let path: String
    /// `nil` where the name tells none.
    let task: BenchmarkTask?
  }

  /// In the order of their names.
  let files: [File]

  /// Lists the `.jsonl` files below a folder, or takes a file. Rows of evaluations, which are begun in the
  /// folder where one stands unless `--to` says otherwise, are no data.
  /// - Parameter dataset: the data set of every file; `nil`: by the files' names.
  /// - Throws: `BenchmarkError`.
  init(_ path: String, dataset: String? = nil) throws {
    let given = try Self.given(dataset)
    guard try Self.isFolder(path) else {
      let name = (path as NSString).lastPathComponent
      guard let task = given ?? Self.task(name) else { throw BenchmarkError.unnamedTask(path) }
      files = [File(name: name, path: path, task: task)]
      return
    }
    let names = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
      .filter {
        $0.hasSuffix(".jsonl")
          && !EvaluationFormat.isEvaluation((path as NSString).appendingPathComponent($0))
      }.sorted()
    guard !names.isEmpty else { throw BenchmarkError.noFiles(path) }
    files = names.map {
      File(name: $0, path: (path as NSString).appendingPathComponent($0), task: given ?? Self.task($0))
    }
  }

  /// One file by its name, without a look at the others of its folder; `nil` if it is not there, or not below
  /// the folder.
  /// - Throws: `BenchmarkError`.
  static func file(_ name: String, of path: String, dataset: String?) throws -> File? {
    guard try isFolder(path) else {
      return try BenchmarkFiles(path, dataset: dataset).files.first { $0.name == name }
    }
    let file = (path as NSString).appendingPathComponent(name)
    guard name.hasSuffix(".jsonl"), !(name as NSString).pathComponents.contains(".."),
      FileManager.default.fileExists(atPath: file)
    else { return nil }
    return File(name: name, path: file, task: try given(dataset) ?? task(name))
  }

  private static func given(_ dataset: String?) throws -> BenchmarkTask? {
    try dataset.map { name in
      guard let task = BenchmarkTask.named(name) else { throw BenchmarkError.unknownTask(name) }
      return task
    }
  }

  private static func isFolder(_ path: String) throws -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw BenchmarkError.unreadable(path, reason: "there is no such file or folder")
    }
    return isFolder.boolValue
  }

  /// The data set that a file's name tells, or its folder's (RULER writes `niah_single_1/validation.jsonl`):
  /// the longest name that stands in it between other signs than letters and digits, as in
  /// `LongBench-hotpotqa_e.jsonl`.
  static func task(_ name: String) -> BenchmarkTask? {
    for part in (name as NSString).pathComponents.reversed() {
      let stem = (part as NSString).deletingPathExtension
      let found = BenchmarkTask.all.filter { task in
        stem.ranges(of: task.name).contains { range in
          !(stem[..<range.lowerBound].last?.isLetterOrDigit ?? false)
            && !(stem[range.upperBound...].first?.isLetterOrDigit ?? false)
        }
      }
      if let longest = found.max(by: { $0.name.count < $1.name.count }) { return longest }
    }
    return nil
  }
}

extension Character {
  fileprivate var isLetterOrDigit: Bool { isLetter || isNumber }
}
