import Checkpoint
import Exploration

/// LongBench's data sets, and RULER's, from their own `.jsonl` files: one case a line.
///
/// A line that cannot be used is a case, too: its row says which file and line, what was expected and what
/// was found.
package struct LongBenchSuite: EvaluationSuite {
  package static let name = "longbench"
  package static let primaryScore = "score"

  /// The folder or file.
  private let path: String
  /// The data set of every file; `nil`: by the files' names.
  private let dataset: String?
  /// Lines of each file at most, from its beginning.
  private let limit: Int?
  /// Tokens of a prompt at most; `nil`: what the model's context leaves beside the answer.
  private let tokenLimit: Int?

  /// Reads a benchmark's files with a model.
  /// - Parameters:
  ///   - dataset: the data set of every file; `nil`: by the files' names.
  ///   - limit: lines of each file at most.
  ///   - tokenLimit: tokens of a prompt at most, from which LongBench's are cut in the middle.
  package init(path: String, dataset: String? = nil, limit: Int? = nil, tokenLimit: Int? = nil) {
    self.path = path
    self.dataset = dataset
    self.limit = limit
    self.tokenLimit = tokenLimit
  }

  package init(options: [String: CaseParameter]) throws {
    guard let path = options["path"]?.text else {
      throw EvaluationError.badOption(
        "path", expected: "a folder or a file", found: options["path"]?.description ?? "missing")
    }
    func count(_ key: String) throws -> Int? {
      guard options[key] != nil else { return nil }
      return try OptionReader(options).value(key, "a whole number from 1") {
        $0.integer.flatMap { $0 >= 1 ? $0 : nil }
      }
    }
    self.init(
      path: path, dataset: options["dataset"]?.text, limit: try count("limit"),
      tokenLimit: try count("tokenLimit"))
  }

  package var options: [String: CaseParameter] {
    // Where the files cannot be listed, neither can the cases, which says why.
    let files = (try? BenchmarkFiles(path, dataset: dataset).files) ?? []
    var options: [String: CaseParameter] = [
      "path": .text(path),
      "digests": .list(files.filter { $0.task != nil }.map { .text(FileDigest.digest(of: $0.path)) }),
    ]
    options["dataset"] = dataset.map { .text($0) }
    options["limit"] = limit.map { .integer($0) }
    options["tokenLimit"] = tokenLimit.map { .integer($0) }
    return options
  }

  package func cases() throws -> [EvaluationCase] {
    try BenchmarkFiles(path, dataset: dataset).files.flatMap { file in
      let places = file.task == nil ? [] : try JSONLines(path: file.path).places()
      let task = file.task?.name ?? "unknown"
      // A file without lines has a row, which says so.
      guard !places.isEmpty else {
        return [EvaluationCase(id: file.name, task: task, parameters: ["file": .text(file.name)])]
      }
      return places.prefix(limit ?? .max).map { place in
        EvaluationCase(
          id: "\(file.name):\(place.number)", task: task,
          parameters: [
            "file": .text(file.name), "line": .integer(place.number), "offset": .integer(place.offset),
            "bytes": .integer(place.length),
          ])
      }
    }
  }

  package func prompt(for one: EvaluationCase, model: EvaluationModel) throws -> CasePrompt {
    do {
      let (line, task) = try line(one)
      var framing = model.framing(isTurn: task.usesChat)
      var text = line.prompt
      if task.benchmark == .longBench {
        text = MiddleTruncation(tokenLimit: try tokenLimit(task, framing: framing, model: model))
          .truncated(text, tokenizer: model.checkpoint.tokenizer)
      }
      if framing.asksAfterEviction {
        framing.questionOffset = try questionOffset(in: text, line, task, one.id)
      }
      let tokenizer = model.checkpoint.tokenizer
      let prompt = try Prompt(
        name: one.id, text: Array((text + line.answerPrefix).utf8), tokenizer: tokenizer, framing: framing)
      // The last token of a line's end, as the reference has it.
      let newline = tokenizer.encode([0x0A], addingSpecialTokens: false).last?.id
      return CasePrompt(
        prompt: prompt, references: line.answers, answerLimit: task.answerLimit,
        endTokens: task.endsAtNewline ? Set(newline.map { [$0] } ?? []) : [], needsAnswer: task.endsAtNewline,
        decodesAlone: true, task: task.name, choices: line.classes)
    } catch let error as BenchmarkError {
      throw CaseError(error.description)
    }
  }

  package func expected(of prompt: CasePrompt) -> [ExpectedAnswer] {
    switch BenchmarkTask.named(prompt.task)?.metric {
    case .containsAll: prompt.references.compactMap { ExpectedAnswer(anyOf: [$0]) }
    case .answerF1, .containsAny, .classification, .retrieval:
      ExpectedAnswer(anyOf: prompt.references).map { [$0] } ?? []
    default: []
    }
  }

  package func scores(of answer: CaseAnswer, to prompt: CasePrompt) -> [String: Double] {
    guard let task = BenchmarkTask.named(prompt.task) else { return [:] }
    let text = task.trimming.trimmed(answer.text)
    func score(_ metric: Metric) -> Double? {
      try? metric.score(text, answers: prompt.references, classes: prompt.choices)
    }
    var scores: [String: Double] = [:]
    scores[Self.primaryScore] = score(task.metric)
    // What `fuzzywuzzy` computes hangs on what else is installed; both are told.
    if task.metric == .codeSimilarity {
      scores[Metric.codeSimilarityLevenshtein.rawValue] = score(.codeSimilarityLevenshtein)
    }
    return scores
  }

  /// The byte with which a prompt's question begins.
  /// - Throws: `CaseError` where the benchmark does not say, or the question was cut.
  private func questionOffset(in text: String, _ line: BenchmarkLine, _ task: BenchmarkTask, _ id: String)
    throws -> Int
  {
    guard let question = line.question else {
      throw CaseError(
        "\(id): lines of \(task.benchmark.rawValue) do not say where their question begins; use --compress all"
      )
    }
    // Bytes, not characters: a mark at the question's beginning would join the context's last character.
    let (bytes, asked) = (Array(text.utf8), Array(question.utf8))
    guard !asked.isEmpty, bytes.count > asked.count, bytes.suffix(asked.count).elementsEqual(asked) else {
      throw CaseError(
        "\(id): of this prompt's question a part was cut, or it has none; allow more tokens (--max-length), or use --compress all"
      )
    }
    return bytes.count - asked.count
  }

  /// Reads a case's line again.
  private func line(_ one: EvaluationCase) throws -> (BenchmarkLine, BenchmarkTask) {
    guard let name = one.parameters["file"]?.text,
      let file = try BenchmarkFiles.file(name, of: path, dataset: dataset)
    else {
      throw BenchmarkError.unreadable("\(path)/\(one.id)", reason: "the file is not there any more")
    }
    guard let task = file.task else { throw BenchmarkError.unnamedTask(file.path) }
    guard let number = one.parameters["line"]?.integer, let offset = one.parameters["offset"]?.integer,
      let length = one.parameters["bytes"]?.integer
    else { throw BenchmarkError.emptyFile(file.path) }
    let bytes = try JSONLines(path: file.path).bytes(
      JSONLines.Place(number: number, offset: offset, length: length))
    return (try BenchmarkLine(bytes, task: task, path: file.path, number: number), task)
  }

  /// Tokens of a prompt at most: what was asked for, or what the context leaves beside the answer, the chat's
  /// turns, and a few where the halves of a text meet.
  private func tokenLimit(_ task: BenchmarkTask, framing: PromptFraming, model: EvaluationModel) throws -> Int
  {
    if let tokenLimit { return tokenLimit }
    let tokenizer = model.checkpoint.tokenizer
    let framed = try Prompt(name: "a turn", text: Array("x".utf8), tokenizer: tokenizer, framing: framing)
      .tokens.count
    let room = model.checkpoint.configuration.contextLength - task.answerLimit - framed - 8
    guard room > 0 else {
      throw CaseError(
        """
        \(task.name): answers of \(task.answerLimit) tokens fill this model's context of \
        \(model.checkpoint.configuration.contextLength); use a model with a longer one
        """)
    }
    return room
  }
}

/// LongBench's way with prompts that are too long: the middle is left out, because instructions stand at both
/// ends (`pred.py`).
struct MiddleTruncation {
  /// Tokens of a prompt at most, those that begin a text included.
  let tokenLimit: Int

  /// The text as it is, or its first and last half of the tokens, each decoded by itself and put together.
  ///
  /// As in the reference, the result is read anew, so that it may have a token more or less where the halves
  /// meet.
  func truncated(_ text: String, tokenizer: Tokenizer) -> String {
    let tokens = tokenizer.encode(Array(text.utf8)).map(\.id)
    guard tokens.count > tokenLimit else { return text }
    let half = max(0, tokenLimit / 2)
    // A half of no tokens: Python's `tokens[-0:]` would be all of them; here it is none.
    return tokenizer.decode(tokens.prefix(half), startsText: true)
      + tokenizer.decode(tokens.suffix(half), startsText: true)
  }
}
