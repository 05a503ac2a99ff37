import Exploration
import Foundation
import Testing

@testable import Evaluation

@Suite struct LongBenchTests {
  static let context = "The mayor of Rome is Anna. The river is wide. "
  static let line =
    #"{"context": "\#(context)", "input": "Who is the mayor?", "answers": ["Anna"], "all_classes": null}"#
  /// Lines that hold no case, each with what is said of it.
  static let malformed: [(line: String, reason: String)] = [
    (#"{"context": "x", "input":"#, "is not valid JSON"),
    (#"{"context": "x", "input": "y"}"#, "'answers' is missing"),
    (
      #"{"context": "x", "input": "y", "answers": "z"}"#,
      "'answers' is of another type; a list of texts was expected"
    ),
    (
      #"{"context": "x", "input": "y", "answers": [1]}"#,
      "'answers[0]' is of another type; a text was expected"
    ),
    (#"{"context": null, "input": "y", "answers": ["z"]}"#, "'context' is null; a text was expected"),
    (#"{"context": "x", "input": "y", "answers": []}"#, "'answers' is empty"),
    ("[1, 2]", "is no JSON object"),
    ("17", "is no JSON object"),
  ]

  private func write(_ lines: [Data], _ name: String, in place: Workplace) throws {
    let data = lines.reduce(Data()) { $0 + $1 + Data("\n".utf8) }
    try data.write(to: URL(fileURLWithPath: place.path(name)))
  }

  @Test func malformedLinesAreNamedAndTheOthersGoOn() async throws {
    let place = try Workplace()
    var lines = [Data(Self.line.utf8)] + Self.malformed.map { Data($0.line.utf8) }
    lines += [
      Data(#"{"context": ""#.utf8) + Data([0xFF, 0xFE]) + Data(#"", "input": "y", "answers": ["z"]}"#.utf8)
    ]
    lines += [Data(Self.line.utf8)]
    try write(lines, "hotpotqa.jsonl", in: place)
    try write([], "trec.jsonl", in: place)
    try write([Data("{}".utf8)], "others.jsonl", in: place)
    let suite = LongBenchSuite(path: place.folder)
    let rows = try await place.run(suite, to: "rows.jsonl.part")
    let path = place.path("hotpotqa.jsonl")
    let reasons = Self.malformed.map(\.reason) + ["is not valid UTF-8"]
    #expect(rows.count == lines.count + 2)
    for (index, reason) in reasons.enumerated() {
      #expect(rows[index + 1].unavailable == "\(path), line \(index + 2): \(reason)")
    }
    for index in [0, lines.count - 1] {
      #expect(rows[index].unavailable == nil)
      #expect(rows[index].outcomes.allSatisfy { $0.scores["score"] != nil })
    }
    #expect(rows[lines.count].unavailable?.contains("its name holds no data set's") == true)
    #expect(
      rows[lines.count + 1].unavailable == BenchmarkError.emptyFile(place.path("trec.jsonl")).description)

    let table = LongBenchTable(try EvaluationResults(plan: try place.plan(suite), rows: rows))
    #expect(table.notes.contains("11 of 13 lines have no outcome:"))
    #expect(table.markdown.contains("2 of 11"))
  }

  @Test func aLineIsReadAgainAsTheSameCase() throws {
    let place = try Workplace()
    try write([Data("\n".utf8), Data(Self.line.utf8)], "hotpotqa.jsonl", in: place)
    let suite = LongBenchSuite(path: place.folder)
    let one = try #require(try suite.cases().first)
    #expect(one.id == "hotpotqa.jsonl:3" && one.task == "hotpotqa")
    let again = try LongBenchSuite(options: suite.options)
    let (first, second) = (
      try suite.prompt(for: one, model: place.model), try again.prompt(for: one, model: place.model)
    )
    #expect(
      first.prompt.hash == second.prompt.hash && first.references == ["Anna"] && first.answerLimit == 32)
    let text = String(decoding: first.prompt.text, as: UTF8.self)
    #expect(
      text.hasPrefix("Answer the question based on the given passages.")
        && text.hasSuffix("Who is the mayor?\nAnswer:"))
  }

  @Test func longPromptsLoseTheirMiddle() throws {
    let place = try Workplace()
    let tokenizer = place.model.checkpoint.tokenizer
    let text = (0..<200).map { "word \($0) " }.joined() + "end"
    let tokens = tokenizer.encode(Array(text.utf8)).map(\.id)
    let cut = MiddleTruncation(tokenLimit: 101).truncated(text, tokenizer: tokenizer)
    #expect(cut == tokenizer.decode(tokens.prefix(50)) + tokenizer.decode(tokens.suffix(50)))
    #expect(cut.hasPrefix("word 0 word 1 ") && cut.hasSuffix("end") && !cut.contains("word 100 "))
    #expect(MiddleTruncation(tokenLimit: tokens.count).truncated(text, tokenizer: tokenizer) == text)
  }

  @Test func aPromptFitsTheContextWithItsAnswer() throws {
    let place = try Workplace()
    let long = String(repeating: Self.context, count: 2000)
    try write(
      [Data(#"{"context": "\#(long)", "input": "Who?", "answers": ["Anna"]}"#.utf8)], "gov_report.jsonl",
      in: place)
    let suite = LongBenchSuite(path: place.path("gov_report.jsonl"))
    let prompt = try suite.prompt(for: try #require(try suite.cases().first), model: place.model)
    let context = place.model.checkpoint.configuration.contextLength
    #expect(prompt.prompt.tokens.count <= context - 512 && prompt.prompt.tokens.count > context - 512 - 40)
    #expect(String(decoding: prompt.prompt.text, as: UTF8.self).hasSuffix("Summary:"))
    let short = LongBenchSuite(path: place.path("gov_report.jsonl"), tokenLimit: 200)
    let cut = try short.prompt(for: try #require(try short.cases().first), model: place.model)
    #expect((190...202).contains(cut.prompt.tokens.count))
  }

  @Test func rulersLinesAreWholePromptsAndTheirAnswersBegunByThem() throws {
    let place = try Workplace()
    try write(
      [
        Data(
          #"{"index": 0, "input": "The number of X is 7.", "outputs": ["7", "8"], "length": 9, "answer_prefix": " It is"}"#
            .utf8)
      ],
      "niah_single_2.jsonl", in: place)
    let suite = LongBenchSuite(path: place.folder)
    let prompt = try suite.prompt(for: try #require(try suite.cases().first), model: place.model)
    #expect(String(decoding: prompt.prompt.text, as: UTF8.self) == "The number of X is 7. It is")
    #expect(prompt.answerLimit == 128)
    #expect(suite.scores(of: CaseAnswer(text: "\u{0} 7."), to: prompt) == ["score": 0.5])
  }

  @Test func codeIsScoredInBothOfTheWaysThatTheOfficialScorerHas() throws {
    let place = try Workplace()
    try write(
      [Data(#"{"context": "a", "input": "", "answers": ["return abcd"]}"#.utf8)], "lcc.jsonl", in: place)
    let suite = LongBenchSuite(path: place.folder)
    let prompt = try suite.prompt(for: try #require(try suite.cases().first), model: place.model)
    let scores = suite.scores(of: CaseAnswer(text: "# first\nreturn dcba"), to: prompt)
    #expect(Set(scores.keys) == ["score", "code-levenshtein"])
  }

  @Test func dialoguesEndWithTheirLineButAreNotEmpty() async throws {
    let place = try Workplace()
    try write([Data(#"{"context": "a", "input": "b", "answers": ["c"]}"#.utf8)], "samsum.jsonl", in: place)
    let suite = LongBenchSuite(path: place.folder)
    let prompt = try suite.prompt(for: try #require(try suite.cases().first), model: place.model)
    #expect(prompt.needsAnswer && prompt.endTokens.count == 1)

    let engine = place.model.engine()
    var request = RunRequest(prompt: prompt.prompt, policies: [], budgets: [], answerLimit: 3)
    let first = try #require(try await engine.results(request).first?.get().answer.tokens.first)
    request.endTokens = [first]
    #expect(try await engine.results(request).first?.get().answer.tokens.isEmpty == true)
    request.needsAnswer = true
    let answer = try #require(try await engine.results(request).first?.get().answer.tokens)
    #expect(!answer.isEmpty && !answer.contains(first))
  }

  @Test func errorsNameThePathAndWhatToDo() throws {
    let place = try Workplace()
    #expect(throws: BenchmarkError.noFiles(place.folder)) { try BenchmarkFiles(place.folder) }
    #expect(throws: BenchmarkError.unknownTask("hotpot")) {
      try BenchmarkFiles(place.folder, dataset: "hotpot")
    }
    try write([Data("{}".utf8)], "x.jsonl", in: place)
    #expect(throws: BenchmarkError.unnamedTask(place.path("x.jsonl"))) {
      try BenchmarkFiles(place.path("x.jsonl"))
    }
    #expect(try BenchmarkFiles(place.path("x.jsonl"), dataset: "trec").files.first?.task?.name == "trec")
    #expect(throws: BenchmarkError.self) { try BenchmarkFiles(place.path("none")) }
  }
}
