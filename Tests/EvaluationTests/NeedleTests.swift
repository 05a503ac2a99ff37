import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct NeedleTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  private func text(_ prompt: CasePrompt) -> String { String(decoding: prompt.prompt.text, as: UTF8.self) }

  @Test func aMadeUpNeedleStandsAtItsDepthInOneHaystack() throws {
    let suite = try NeedleSuite(lengths: [600], depths: [0, 50, 100], seeds: 3..<4)
    let prompts = try suite.cases().map { try suite.prompt(for: $0, model: place.model) }
    let needle = try #require(prompts.first?.references.first)
    #expect(
      prompts.allSatisfy {
        $0.references == prompts[0].references && (550...600).contains($0.prompt.tokens.count)
      })
    #expect(text(prompts[0]).hasPrefix(needle) && text(prompts[2]).hasSuffix(needle))
    let parts = text(prompts[1]).components(separatedBy: needle)
    #expect(parts.count == 2)
    let share = Double(parts[0].count) / Double(parts[0].count + parts[1].count)
    #expect((0.44...0.5).contains(share), "\(share)")
  }

  @Test func aFolderOfTextsHidesAGivenNeedleBehindASentence() throws {
    for (name, words) in [
      ("b.txt", "Second file. "), ("a.txt", "First file, which is longer. And more."), ("c.md", "no"),
    ] {
      try Data(words.utf8).write(to: URL(fileURLWithPath: place.path(name)))
    }
    let haystack = try Haystack(folder: place.folder)
    let needle = NeedleText(
      needle: "\nThe best thing to do in San Marino is eat a fig.\n",
      question: "The best thing to do in San Marino is: ")
    #expect(needle.answer == "eat a fig.")
    let suite = try NeedleSuite(
      lengths: [200], depths: [0, 33, 66, 100], text: needle, haystack: haystack, frame: .book)
    for one in suite.cases() {
      let prompt = try suite.prompt(for: one, model: place.model)
      let text = text(prompt)
      #expect((180...200).contains(prompt.prompt.tokens.count), "\(prompt.prompt.tokens.count) tokens")
      #expect(text.hasPrefix("<|im_start|> This is a very long story book: <book> "))
      #expect(
        text.hasSuffix(
          " </book>.\n Based on the content of the book, Question: The best thing to do in San Marino is: \nAnswer:"
        ))
      // As the authors' script: 30 tokens, or up to the line's end.
      let lineEnd = place.model.checkpoint.tokenizer.encode([0x0A], addingSpecialTokens: false).map(\.id)
      #expect(prompt.answerLimit == 30 && Array(prompt.endTokens) == lineEnd && !prompt.needsAnswer)
      let expected = suite.expected(of: prompt)
      #expect(expected.count == 1 && expected[0].isIn("Well, EAT  a fig") && !expected[0].isIn("eat figs"))
      let before = try #require(text.components(separatedBy: needle.needle).first)
      let depth = one.parameters["depth"]?.integer ?? 0
      #expect(depth == 100 || before.hasSuffix(depth == 0 ? "<book> " : "."), "\(before.suffix(20))")
    }
    let again = try NeedleSuite(options: suite.options)
    #expect(again.options == suite.options && again.cases() == suite.cases())
    try Data("changed".utf8).write(to: URL(fileURLWithPath: place.path("a.txt")))
    #expect(throws: EvaluationError.self) { try NeedleSuite(options: suite.options) }
    #expect(throws: EvaluationError.self) { try Haystack(folder: place.path("nowhere")) }
  }

  /// A tokenizer may leave out what it has no tokens for: all of a text, or all of it but its end.
  @Test func aHaystackOfWhichNothingIsLeftIsRefused() throws {
    let source = URL(fileURLWithPath: try EmbeddedModel.folder())
    let folder = URL(fileURLWithPath: place.path("model"))
    try FileManager.default.copyItem(at: source, to: folder)
    let file = folder.appendingPathComponent("tokenizer.json")
    let json = try String(contentsOf: file, encoding: .utf8).replacing(
      #""normalizer": null"#,
      with: #""normalizer": {"type": "Replace", "pattern": {"String": "x"}, "content": ""}"#)
    try Data(json.utf8).write(to: file)
    let tokenizer = try Checkpoint(path: folder.path).tokenizer
    func hidden(_ hay: String) throws -> [UInt8] {
      let texts = place.path(UUID().uuidString)
      try FileManager.default.createDirectory(atPath: texts, withIntermediateDirectories: true)
      try Data(hay.utf8).write(to: URL(fileURLWithPath: texts + "/a.txt"))
      return try Haystack(folder: texts).hiding("Needle.", atDepth: 50, length: 40, tokenizer: tokenizer)
    }
    #expect(throws: CaseError.self) { try hidden("xxxx") }
    let prose = String(repeating: "The mill was quiet. ", count: 20)
    let late = try hidden(String(repeating: "x", count: 100_000) + prose)
    #expect(String(decoding: late, as: UTF8.self).contains("Needle."))
  }

  /// `rouge_score` 0.1.2, `RougeScorer(['rouge1'], use_stemmer=True)`; made by `Fixtures/make_rouge.py`.
  @Test func rougeCountsAsThePackageDoes() throws {
    for example in try RougeFixture.read().examples {
      let found = Rouge1(target: example.target, prediction: example.prediction)
      #expect(abs(found.precision - example.precision) < 1e-12, "\(example.target) | \(example.prediction)")
      #expect(abs(found.recall - example.recall) < 1e-12)
      #expect(abs(found.fMeasure - example.fmeasure) < 1e-12)
    }
  }

  @Test func stemsAreThoseOfNLTK() throws {
    for (word, stem) in try RougeFixture.read().stems { #expect(PorterStemmer.stem(word) == stem, "\(word)") }
  }

  @Test func scoresTellNearMissesFromAnswers() throws {
    let suite = try NeedleSuite(lengths: [100])
    let prompt = CasePrompt(
      prompt: try Prompt(name: "any", text: [65], tokenizer: place.model.checkpoint.tokenizer),
      references: ["The best thing is to eat a fig.", "eat a fig."], answerLimit: 9)
    func scores(_ text: String) -> [String: Double] { suite.scores(of: CaseAnswer(text: text), to: prompt) }
    #expect(scores(" Eat a  fig")["exact"] == 1)
    #expect(scores("Meat a fig.")["exact"] == 0)
    let near: [String: Double] = ["rouge1": 4.0 / 11, "recall": 2.0 / 3, "exact": 0]
    #expect(scores("eat a date.") == near)
    let nothing: [String: Double] = ["rouge1": 0, "recall": 0, "exact": 0]
    #expect(scores("") == nothing)
  }

  @Test func mapsAverageTheSeedsOfACell() throws {
    let suite = try NeedleSuite(lengths: [200, 100], depths: [50, 0], seeds: 0..<2)
    let plan = try place.plan(suite)
    let full = Policy.named("full")
    func row(_ one: EvaluationCase, _ value: Double) throws -> EvaluationRow {
      EvaluationRow(
        one,
        prompt: CasePrompt(
          prompt: try Prompt(name: "a", text: [65], tokenizer: place.model.checkpoint.tokenizer),
          references: [], answerLimit: 1),
        outcomes: [Outcome(policy: full, budget: nil, scores: ["rouge1": value])])
    }
    let rows = try suite.cases().filter { $0.parameters["length"] == 200 }.enumerated().map {
      try row($1, Double($0))
    }
    let map = NeedleMap(plan: plan, rows: rows)
    #expect(map.lengths == [100, 200] && map.depths == [0, 50] && map.columns.count == 5)
    let column = map.columns[0]
    #expect(
      map.value(column, length: 200, depth: 50) == 0.5 && map.value(column, length: 200, depth: 0) == 2.5)
    #expect(
      map.value(column, length: 100, depth: 0) == nil && map.mean(column) == 1.5
        && map.mean(map.columns[1]) == nil)
    // Two seeds at one length: a needle at its depths is one draw.
    #expect(map.estimate(column)?.clusterCount == 2 && map.estimate(column)?.count == 4)
    #expect(map.markdown.contains("| 150.0 |"))
    #expect(map.notes.contains("(2 needles: too few for an interval)"))
    let many = try NeedleSuite(lengths: [200], depths: [50, 0], seeds: 0..<6)
    let enough = NeedleMap(
      plan: try place.plan(many), rows: try many.cases().map { try row($0, Double(($0.seed ?? 0) % 2)) })
    let line = try #require(enough.markdown.split(separator: "\n").first { $0.hasPrefix("| full") })
    #expect(line.contains(#/\| +50\.0 \| +\d+–\d+ \|$/#) && enough.notes.contains("(6 needles)"), "\(line)")
    #expect(map.cases(length: 100, depth: 50).map(\.id) == ["needle-100-50-0", "needle-100-50-1"])
    #expect(map.csv.split(separator: "\n").count == 1 + 5 * 4)
  }
}

/// Scores and stems of other people's code.
struct RougeFixture: Decodable {
  struct Example: Decodable {
    let target: String, prediction: String
    let precision: Double, recall: Double, fmeasure: Double
  }

  let examples: [Example]
  let stems: [String: String]

  static func read() throws -> RougeFixture {
    let url = URL(fileURLWithPath: try Places.fixture("rouge.json", in: .module))
    return try JSONDecoder().decode(RougeFixture.self, from: Data(contentsOf: url))
  }
}
