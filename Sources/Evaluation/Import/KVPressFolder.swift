import Foundation

/// A folder that an evaluation of kvpress has written: `config.yaml`, `predictions.csv`, `metrics.json`.
struct KVPressFolder {
  /// One question with the answer that was given, and what would have been right.
  struct Answer {
    /// What is asked: the benchmark's own task, or the benchmark.
    let task: String
    let question: String
    let references: [String]
    let classes: [String]
    let given: String
    /// Of a needle, its depth in per cent.
    let depth: Int?
  }

  let path: String
  let config: KVPressConfig
  let dataset: String
  let answers: [Answer]
  /// The share that was evicted, by the rows; `nil` where they do not say.
  let ratio: Double?
  let metrics: KVPressMetrics

  /// The files' names.
  static let names = ["config.yaml", "predictions.csv", "metrics.json"]

  /// Reads a folder.
  /// - Throws: `ImportError`, `EvaluationError.unreadable`.
  init(_ path: String) throws {
    self.path = path
    let files = Self.names.map { (path as NSString).appendingPathComponent($0) }
    let text = try RowFile.read(files[0])
    guard let words = String(validating: text, as: UTF8.self) else {
      throw ImportError(
        files[0], expected: "UTF-8", found: "other bytes", cure: "copy the folder again as kvpress wrote it")
    }
    config = try KVPressConfig(words, file: files[0])
    dataset = try config.text("dataset")
    guard KVPressScores.datasets.contains(dataset) else {
      throw ImportError(
        files[0], "key 'dataset'", expected: "one of \(KVPressScores.datasets.joined(separator: ", "))",
        found: ImportError.quoted(dataset),
        cure: "leave this folder out: its answers are not scored one by one here")
    }
    let table = try CSVRecords(try RowFile.read(files[1]), file: files[1])
    answers = try Self.answers(table, dataset: dataset)
    let ratios = table.columns["compression_ratio"].map { column in
      table.rows.compactMap { Double($0.fields[column]) }
    }
    ratio = ratios.flatMap { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) }
    metrics = try KVPressMetrics(try RowFile.read(files[2]), file: files[2])
  }

  private static func answers(_ table: CSVRecords, dataset: String) throws -> [Answer] {
    let given = try table.column("predicted_answer")
    let isNeedle = dataset == KVPressScores.needle
    let isLongBench = ["longbench", "longbench-e"].contains(dataset)
    let right = try table.column(isNeedle ? "needle" : isLongBench ? "answers" : "answer")
    let task = isLongBench || dataset == "ruler" ? try table.column("task") : nil
    let (question, classes) = (table.columns["question"], table.columns["all_classes"])
    let depth = isNeedle ? try table.column("needle_depth") : nil
    return try table.rows.map { row in
      func list(_ column: Int, _ name: String) throws -> [String] {
        do { return try PythonList.texts(row.fields[column]) } catch {
          let isAbridged = error as? PythonList.Failure == .abridged
          throw ImportError(
            table.file, "line \(row.line), column '\(name)'", expected: "a list of texts in quotes",
            found: isAbridged ? "one that NumPy has abridged" : ImportError.quoted(row.fields[column]),
            cure: isAbridged
              ? "write it whole: numpy.set_printoptions(threshold=10**9) before the evaluation"
              : "copy the file again as kvpress wrote it")
        }
      }
      let place = try depth.map { column -> Int in
        guard let depth = Int(row.fields[column]), NeedleSuite.depthRange.contains(depth) else {
          throw ImportError(
            table.file, "line \(row.line), column 'needle_depth'", expected: "a number from 0 to 100",
            found: ImportError.quoted(row.fields[column]), cure: "copy the file again as kvpress wrote it")
        }
        return depth
      }
      return Answer(
        task: task.map { row.fields[$0] } ?? dataset, question: question.map { row.fields[$0] } ?? "",
        references: isNeedle ? [row.fields[right]] : try list(right, isLongBench ? "answers" : "answer"),
        classes: try classes.map { try list($0, "all_classes") } ?? [], given: row.fields[given],
        depth: place)
    }
  }
}
