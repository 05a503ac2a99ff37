import Eviction
import Foundation

/// Results of kvpress' evaluations as results of this program: each folder is a press at a budget, each row
/// of its predictions an answer.
package struct KVPressImport {
  /// What the suite is called in the results.
  package static let suite = "kvpress"

  /// The results.
  package let results: EvaluationResults
  /// What a person should know: folders without results, figures that are not kvpress' own.
  package private(set) var notes: [String] = []

  /// Reads a folder of results, or a folder of such folders.
  /// - Throws: `ImportError`, `EvaluationError`.
  package init(_ path: String) throws {
    let (paths, unfinished) = Self.folders(path)
    guard !paths.isEmpty else {
      throw ImportError(
        path, expected: "folders with \(KVPressFolder.names.joined(separator: ", "))", found: "none",
        cure: "name the folder that kvpress was given as --output_dir")
    }
    let names = KVPressFolder.names.joined(separator: ", ")
    notes = unfinished.map { "\($0): left out, as it has not all of \(names)" }
    let folders = try paths.map(KVPressFolder.init)
    let first = folders[0]
    for folder in folders.dropFirst() {
      for key in ["model", "query_aware"] where folder.config[key] != first.config[key] {
        throw ImportError(
          folder.config.file, "key '\(key)'",
          expected: "\(first.config[key] ?? "none"), as in \(first.config.file)",
          found: folder.config[key] ?? "none", cure: "import each kind of folder into a file of its own")
      }
    }
    var cases: [EvaluationCase] = []
    var origins: [String: (answer: KVPressFolder.Answer, folder: KVPressFolder)] = [:]
    var outcomes: [String: [Outcome]] = [:]
    var (policies, budgets): ([Policy], [Budget]) = ([], [])
    for folder in folders {
      let (policy, budget) = try Self.column(folder)
      if let budget {
        policies.append(policy)
        budgets.append(budget)
      }
      let scores = try Self.scores(folder, notes: &notes)
      for (index, answer) in folder.answers.enumerated() {
        let one = Self.makeCase(folder, answer, index)
        if let origin = origins[one.id] {
          guard origin.answer.question == answer.question, origin.answer.references == answer.references
          else {
            let theirs = ImportError.quoted(origin.answer.question)
            throw ImportError(
              (folder.path as NSString).appendingPathComponent("predictions.csv"), "row \(index + 1)",
              expected: "the question of \(origin.folder.path), \(theirs)",
              found: ImportError.quoted(answer.question),
              cure: "the folders are of different samples: import each into a file of its own")
          }
        } else {
          origins[one.id] = (answer, folder)
          cases.append(one)
        }
        if outcomes[one.id]?.contains(where: { $0.policy == policy && $0.budget == budget }) ?? false {
          throw ImportError(
            folder.path, expected: "\(policy.name) at \(budget?.description ?? "all") in one folder",
            found: "a second one", cure: "move the one that does not count elsewhere, or rename its press")
        }
        outcomes[one.id, default: []].append(
          Outcome(policy: policy, budget: budget, answer: answer.given, scores: scores[index]))
      }
    }
    let settings = EvaluationSettings(policies: policies, budgets: budgets.sorted(by: Self.isSmaller))
    let datasets = Set(folders.map(\.dataset)).sorted().map { CaseParameter.text($0) }
    let plan = try EvaluationPlan(
      suite: Self.suite, program: Self.suite,
      model: ModelIdentity(name: try first.config.text("model"), digest: ""), settings: settings,
      options: ["datasets": .list(datasets), "compress": .text(first.config.compressed.rawValue)],
      cases: cases)
    let order = plan.settings.columns
    results = try EvaluationResults(
      plan: plan,
      rows: cases.map { one in
        EvaluationRow(
          one, references: origins[one.id]?.answer.references ?? [],
          outcomes: order.flatMap { column in
            (outcomes[one.id] ?? []).filter { $0.policy == column.policy && $0.budget == column.budget }
          })
      })
  }

  /// Folders with all three files, and those that have only some, in the order of their paths; a repeated run
  /// lies in a folder of the first one's.
  private static func folders(_ path: String) -> (whole: [String], unfinished: [String]) {
    let files = FileManager.default
    var (whole, unfinished): ([String], [String]) = ([], [])
    func look(_ folder: String, depth: Int) {
      let names = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).sorted()
      let count = KVPressFolder.names.count { names.contains($0) }
      if count == KVPressFolder.names.count {
        whole.append(folder)
      } else if count > 0 {
        unfinished.append(folder)
      }
      guard depth > 0 else { return }
      for name in names {
        let inside = (folder as NSString).appendingPathComponent(name)
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: inside, isDirectory: &isFolder), isFolder.boolValue {
          look(inside, depth: depth - 1)
        }
      }
    }
    look((path as NSString).expandingTildeInPath, depth: 3)
    return (whole, unfinished)
  }

  /// A folder's policy and budget; `nil` for the budget is the full cache's.
  private static func column(_ folder: KVPressFolder) throws -> (Policy, Budget?) {
    let press = try folder.config.press()
    if press == "no_press", let full = Policy("full") { return (full, nil) }
    guard let policy = PolicyElsewhere.policy(PolicyElsewhere.prefix + press) else {
      throw ImportError(
        folder.config.file, "key 'press_name'", expected: "a name of 120 letters at most",
        found: ImportError.quoted(press), cure: "rename the press in the file")
    }
    return (policy, try folder.config.budget(measured: folder.ratio))
  }

  private static func makeCase(_ folder: KVPressFolder, _ answer: KVPressFolder.Answer, _ index: Int)
    -> EvaluationCase
  {
    var parameters: [String: CaseParameter] = ["dataset": .text(folder.dataset), "row": .integer(index)]
    parameters["data"] = folder.config["data_dir"].map { .text($0) }
    parameters["fraction"] = folder.config["fraction"].flatMap { $0 == "1.0" ? nil : .text($0) }
    let length = folder.config["max_context_length"].flatMap { Int($0) }
    parameters["length"] = length.map { .integer($0) }
    parameters["depth"] = answer.depth.map { .integer($0) }
    var words = [folder.dataset, folder.config["data_dir"], length.map { String($0) }].compactMap(\.self)
    let own = answer.task == folder.dataset ? "" : answer.task + " "
    words.append(answer.depth.map { "depth \($0)" } ?? "\(own)\(index + 1)")
    let task = [answer.task, folder.config["data_dir"]].compactMap(\.self)
    return EvaluationCase(
      id: words.joined(separator: "/"),
      task: folder.dataset == "ruler" ? task.joined(separator: " ") : answer.task, parameters: parameters,
      seed: answer.depth == nil ? nil : 0)
  }

  /// The scores of a folder's answers, which are held against kvpress' own figures.
  private static func scores(_ folder: KVPressFolder, notes: inout [String]) throws -> [[String: Double]] {
    let file = (folder.path as NSString).appendingPathComponent("metrics.json")
    if folder.dataset == KVPressScores.needle {
      guard let single = folder.metrics.single, single.count == folder.answers.count else {
        throw ImportError(
          file, expected: "a score for each of \(folder.answers.count) answers",
          found: "\(folder.metrics.single?.count ?? 0)", cure: "copy the folder again as kvpress wrote it")
      }
      return single.map { one in
        one.merging(one["rouge-1"].map { [LongBenchSuite.primaryScore: $0] } ?? [:]) { first, _ in first }
      }
    }
    let scores: [[String: Double]] = try folder.answers.enumerated().map { index, answer in
      do { return try KVPressScores.scores(answer, dataset: folder.dataset) } catch let error as MetricError {
        throw ImportError(
          (folder.path as NSString).appendingPathComponent("predictions.csv"), "row \(index + 1)",
          expected: "an answer that '\(answer.task)' can be scored by", found: "\(error)",
          cure: "leave this folder out")
      }
    }
    for (task, theirs) in folder.metrics.means.sorted(by: { $0.key < $1.key }) {
      let mine = zip(folder.answers, scores).filter { task.isEmpty || $0.0.task == task }.map(\.1)
      let means = [LongBenchSuite.primaryScore, Metric.codeSimilarityLevenshtein.rawValue].compactMap {
        name -> Double? in
        let values = mine.compactMap { $0[name] }
        return values.isEmpty ? nil : 100 * values.reduce(0, +) / Double(values.count)
      }
      guard let mean = means.first, !means.contains(where: { abs($0 - theirs) < 0.011 }) else { continue }
      notes.append(
        "\(file): \(task.isEmpty ? folder.dataset : task) is \(theirs) there, and \(mean) by the answers as "
          + "they are scored here")
    }
    return scores
  }

  private static func isSmaller(_ a: Budget, _ b: Budget) -> Bool {
    func key(_ budget: Budget) -> (Int, Double) {
      switch budget {
      case .tokens(let count): (0, Double(count))
      case .share: (1, Double(budget.description.dropLast()) ?? 0)
      case .bytes(let bytes): (2, Double(bytes))
      }
    }
    return key(a) < key(b)
  }
}

extension EvaluationPlan {
  /// The score that tables show unless another is asked for; `nil` where the suite is unknown.
  package var primaryScore: String? {
    suite == KVPressImport.suite
      ? LongBenchSuite.primaryScore : SuiteRegistry.all.first { $0.name == suite }?.primaryScore
  }

  /// The policies at the budgets that tables show: of another program's results, those that it ran.
  package func columns(of rows: some Sequence<EvaluationRow>) -> [EvaluationSummary.Column] {
    guard suite == KVPressImport.suite else { return settings.columns }
    let run = Set(rows.flatMap { $0.outcomes.map { EvaluationSummary.Column($0.policy, $0.budget) } })
    return settings.columns.filter(run.contains)
  }

  /// Whether cases are needles at lengths and depths, which heatmaps show.
  package var isMap: Bool {
    suite == NeedleSuite.name
      || suite == KVPressImport.suite && cases.allSatisfy { $0.parameters["depth"] != nil }
  }
}
