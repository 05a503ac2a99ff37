import Checkpoint
import Exploration
import Foundation

/// Where prompts about which heads are asked come from: texts and JSON Lines, alone or in folders, or another
/// evaluation's results, whose prompts are made again.
package struct HeadsSource: Sendable {
  /// What is asked of texts that ask nothing themselves.
  package struct Asking: Sendable {
    /// Put behind every text.
    package var question: String?
    /// What a right answer has in it, all of these.
    package var expected: [String] = []
    /// What an answer copies from.
    package var needle: String?

    /// Asks nothing.
    package init() {}
  }

  /// Files and folders as they were named.
  let paths: [String]
  /// What is asked of texts.
  let asking: Asking
  /// The plan and the suite of the results that were named.
  let results: (plan: EvaluationPlan, suite: any EvaluationSuite)?
  private let expectations: [ExpectedAnswer]

  /// Looks at what was named.
  /// - Throws: `EvaluationError` for results that cannot be read or are not alone; `ExpectedAnswerError`.
  package init(_ paths: [String], asking: Asking = Asking()) throws {
    self.paths = paths
    self.asking = asking
    expectations = try asking.expected.map { try ExpectedAnswer(parsing: $0) }
    guard let path = paths.first(where: EvaluationFormat.isEvaluation) else {
      results = nil
      return
    }
    guard paths.count == 1 else {
      throw EvaluationError.badOption(
        Self.key, expected: "one file of results, or texts, JSON Lines and folders",
        found: paths.joined(separator: ", "))
    }
    let plan =
      path.hasSuffix(".jsonl")
      ? try RowFile.contents(of: path).plan : try EvaluationResults(contentsOf: path).plan
    results = (plan, try SuiteRegistry.suite(of: plan))
  }

  private static let key = "prompts"

  /// Reads what `options` says.
  /// - Throws: `EvaluationError.badOption`, and as the other.
  init(options: [String: CaseParameter]) throws {
    var asking = Asking()
    asking.question = options["question"]?.text
    asking.expected = options["expected"]?.list?.compactMap(\.text) ?? []
    asking.needle = options["needle"]?.text
    do {
      try self.init(OptionReader(options).list(Self.key, of: "files and folders", \.text), asking: asking)
    } catch let error as ExpectedAnswerError {
      throw EvaluationError.badOption("expected", expected: "texts or /expressions/", found: "\(error)")
    }
  }

  var options: [String: CaseParameter] {
    let files = (try? self.files()) ?? []
    var options: [String: CaseParameter] = [
      Self.key: .list(paths.map { .text($0) }),
      "digests": .list(files.map { .text(FileDigest.digest(of: $0)) }),
    ]
    options["question"] = asking.question.map { .text($0) }
    if !asking.expected.isEmpty { options["expected"] = .list(asking.expected.map { .text($0) }) }
    options["needle"] = asking.needle.map { .text($0) }
    return options
  }

  /// The files that prompts are read from, folders opened: their `.txt` and `.jsonl` in the order of their
  /// names.
  /// - Throws: `EvaluationError.unreadable`, `.badOption` for a folder without one.
  private func files() throws -> [String] {
    try paths.flatMap { path -> [String] in
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw EvaluationError.unreadable(path, reason: "there is no such file or folder")
      }
      guard isFolder.boolValue else { return [path] }
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { $0.hasSuffix(".txt") || $0.hasSuffix(".jsonl") }.sorted()
        .map { (path as NSString).appendingPathComponent($0) }
        .filter { !EvaluationFormat.isEvaluation($0) }
      guard !names.isEmpty else {
        throw EvaluationError.badOption(
          Self.key, expected: "a folder with .txt or .jsonl files", found: path)
      }
      return names
    }
  }

  /// One case a text, a line, or a case of the results.
  /// - Throws: `EvaluationError`, `BenchmarkError` for files that cannot be read.
  func cases() throws -> [EvaluationCase] {
    if let results { return results.plan.cases }
    return try files().flatMap { file -> [EvaluationCase] in
      guard file.hasSuffix(".jsonl") else {
        return [EvaluationCase(id: file, task: HeadsSuite.name, parameters: ["file": .text(file)])]
      }
      return try JSONLines(path: file).places().map { place in
        EvaluationCase(
          id: "\(file):\(place.number)", task: HeadsSuite.name,
          parameters: [
            "file": .text(file), "line": .integer(place.number), "offset": .integer(place.offset),
            "bytes": .integer(place.length),
          ])
      }
    }
  }

  /// A case's prompt, and what its answer copies from where that is known.
  /// - Throws: `CaseError`, `PromptError`.
  func asked(
    _ one: EvaluationCase, model: EvaluationModel, answerLimit: Int
  ) throws -> (prompt: CasePrompt, needle: [ExpectedAnswer]) {
    if let results {
      let prompt = try results.suite.prompt(for: one, model: model)
      // A needle's suite says the needle before the right answer.
      let needle = results.plan.suite == NeedleSuite.name ? prompt.references.first : nil
      return (prompt, Self.needle(needle))
    }
    guard let file = one.parameters["file"]?.text, try files().contains(file) else {
      throw CaseError.foreign(one.id)
    }
    let tokenizer = model.checkpoint.tokenizer
    guard let number = one.parameters["line"]?.integer else {
      let (name, text) = try PromptReader.read(file)
      let prompt = try Prompt(
        name: name, text: text, tokenizer: tokenizer, framing: model.framing(question: asking.question))
      return (
        CasePrompt(prompt: prompt, references: asking.expected, answerLimit: answerLimit),
        Self.needle(asking.needle)
      )
    }
    let line: HeadsLine
    do {
      let place = JSONLines.Place(
        number: number, offset: one.parameters["offset"]?.integer ?? 0,
        length: one.parameters["bytes"]?.integer ?? 0)
      line = try HeadsLine(try JSONLines(path: file).bytes(place), path: file, number: number)
    } catch let error as BenchmarkError {
      throw CaseError(error.description)
    }
    let prompt = try Prompt(
      name: one.id, text: Array(line.text.utf8), tokenizer: tokenizer,
      framing: model.framing(question: line.question ?? asking.question))
    let expected = line.expected.isEmpty ? asking.expected : line.expected
    return (
      CasePrompt(
        prompt: prompt, references: expected, answerLimit: answerLimit,
        task: line.isAny ? HeadsLine.anyTask : ""), Self.needle(line.needle ?? asking.needle)
    )
  }

  private static func needle(_ text: String?) -> [ExpectedAnswer] {
    text.flatMap { ExpectedAnswer(anyOf: [$0]) }.map { [$0] } ?? []
  }

  /// What a right answer has in it.
  func expected(of prompt: CasePrompt) -> [ExpectedAnswer] {
    if let results { return results.suite.expected(of: prompt) }
    if prompt.task == HeadsLine.anyTask {
      return ExpectedAnswer(anyOf: prompt.references).map { [$0] } ?? []
    }
    return prompt.references.compactMap { try? ExpectedAnswer(parsing: $0) }
  }
}
