import Eviction
import Exploration
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Evaluation

/// `eval heads`: where prompts come from, what its rows hold, that it goes on and ends in the same bytes; and
/// its statistics against numbers worked out by hand.
@Suite struct HeadsTests {
  static let filler = String(
    repeating: "Nothing of note happened at the mill that day, and the miller slept. ", count: 6)

  static func text(_ value: Int, _ name: String = "Munathow") -> String {
    filler + "The favour of \(name) is \(value). " + filler
  }

  private func suite(_ place: Workplace, _ paths: [String], limit: Int? = nil, seed: Int = 0) throws
    -> HeadsSuite
  {
    HeadsSuite(source: try HeadsSource(paths.map(place.path)), limit: limit, seed: seed, answerLimit: 16)
  }

  private func lines(_ values: [Int]) -> String {
    values.map { value in
      """
      {"text": "\(Self.text(value))", "question": "Question: What is the favour of Munathow?\\nAnswer:", "expected": "\(value)", \
      "needle": "The favour of Munathow is \(value)."}
      """
    }.joined(separator: "\n") + "\n"
  }

  private func settings(_ granularity: Granularity = .kvHead) -> EvaluationSettings {
    EvaluationSettings(
      policies: [.named("streaming"), .named("oracle")], budgets: [.tokens(24)], granularity: granularity)
  }

  @Test(arguments: Granularity.allCases)
  func rowsHoldEveryHead(_ granularity: Granularity) async throws {
    let place = try Workplace()
    try Data(lines([905, 411]).utf8).write(to: URL(fileURLWithPath: place.path("prompts.jsonl")))
    let suite = try suite(place, ["prompts.jsonl"])
    let plan = try EvaluationPlan(suite, model: place.model.identity, settings: settings(granularity))
    let rows = try await place.run(suite, plan: plan, to: "heads.jsonl")
    let shape = place.model.checkpoint.configuration.shape
    let sets = granularity.headCount(in: shape)
    for row in rows {
      #expect(row.unavailable == nil, "\(row.unavailable ?? "")")
      let full = try #require(row.outcomes.first)
      #expect(
        full.series["shape"] == [shape.layerCount, shape.queryHeadCount, shape.kvHeadCount].map(Double.init))
      #expect(full.series["retrieval"]?.count == shape.layerCount * shape.queryHeadCount)
      #expect(full.scores["right"] == 1 && full.scores["copied"] ?? 0 >= 3)
      let streaming = try #require(row.outcome(.named("streaming"), .tokens(24)))
      #expect(streaming.scores["right"] == 0, "the needle is far from both ends")
      #expect(streaming.series["gain"]?.count == shape.layerCount * sets)
      #expect(streaming.series["cost"]?.count == shape.layerCount * sets)
    }
    let summary = HeadsSummary(plan: plan, rows: rows)
    #expect(summary.columns.count == 2 && summary.promptCount == 2)
    let gain = try #require(summary.figure(.gain, summary.columns[0]))
    #expect(gain.groupSize == shape.queryHeadCount / sets && gain.prompts == plan.cases.map(\.id))
    let table = HeadsTable(try EvaluationResults(plan: plan, rows: rows))
    #expect(table.markdown.contains("streaming at 24: 2 of 2 answers lost"))
    let csv = table.csv.split(separator: "\n")
    #expect(csv.count == 1 + 2 * shape.layerCount * shape.queryHeadCount)
    #expect(Set(csv.map { $0.filter { $0 == "," }.count }).count == 1)
  }

  /// What is written does not hang on jobs or interruptions, and is a profile that a policy takes.
  @Test func interruptedAndParallelRunsHaveTheSameBytes() async throws {
    let place = try Workplace()
    try Data(lines([905, 411, 62]).utf8).write(to: URL(fileURLWithPath: place.path("prompts.jsonl")))
    let suite = try suite(place, ["prompts.jsonl"])
    let plan = try EvaluationPlan(suite, model: place.model.identity, settings: settings())
    let whole = try EvaluationResults(
      plan: plan, rows: try await place.run(suite, plan: plan, jobs: 3, to: "a.jsonl"))
    // The file of a run that was stopped within its second row.
    let bytes = try place.bytes("a.jsonl")
    let ends = bytes.indices.filter { bytes[$0] == 0x0A }
    try bytes[..<(ends[1] + 40)].write(to: URL(fileURLWithPath: place.path("b.jsonl")))
    let rest = try EvaluationResults(
      plan: plan, rows: try await place.run(suite, plan: plan, to: "b.jsonl"))
    #expect(try whole.data() == rest.data())
    try whole.write(to: place.path("heads.json"))
    let read = try EvaluationResults(contentsOf: place.path("heads.json"))
    #expect(read == whole && HeadsTable(read).markdown == HeadsTable(whole).markdown)
    let shape = place.model.checkpoint.configuration.shape
    for measure in HeadMeasure.allCases {
      let policy = Policy.named("snapkv/heads(\(place.path("heads.json")),by=\(measure.rawValue))")
      try policy.checkProfile(shape)
    }
    // Of another profile of the same name the plan is another.
    var profiled = settings()
    profiled.policies = [.named("snapkv/heads(\(place.path("heads.json")))")]
    let first = try EvaluationPlan(suite, model: place.model.identity, settings: profiled)
    try (whole.data() + Data(" ".utf8)).write(to: URL(fileURLWithPath: place.path("heads.json")))
    let second = try EvaluationPlan(suite, model: place.model.identity, settings: profiled)
    #expect(second.difference(from: first)?.contains("profiles") == true)
  }

  @Test func foldersTextsAndOtherResultsArePrompts() async throws {
    let place = try Workplace()
    let folder = place.path("prompts")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(Self.text(905).utf8).write(to: URL(fileURLWithPath: folder + "/b.txt"))
    try Data(lines([411, 62]).utf8).write(to: URL(fileURLWithPath: folder + "/a.jsonl"))
    try Data("no prompt".utf8).write(to: URL(fileURLWithPath: folder + "/notes.md"))
    var asking = HeadsSource.Asking()
    (asking.question, asking.expected) = ("Question: What is the favour of Munathow?\nAnswer:", ["905"])
    let suite = HeadsSuite(source: try HeadsSource([folder], asking: asking))
    let cases = try suite.cases()
    #expect(cases.map(\.id) == ["a.jsonl:1", "a.jsonl:2", "b.txt"].map { "\(folder)/\($0)" })
    let (prompt, needle) = try suite.source.asked(cases[0], model: place.model, answerLimit: 16)
    #expect(suite.expected(of: prompt).map(\.description) == ["411"] && needle.count == 1)
    let (other, none) = try suite.source.asked(cases[2], model: place.model, answerLimit: 16)
    #expect(suite.expected(of: other).map(\.description) == ["905"] && none.isEmpty)
    // A suite is what its options say.
    let again = try HeadsSuite(options: suite.options)
    #expect(again.options == suite.options)
    #expect(try again.cases() == cases)

    let retrieval = try RetrievalSuite(families: [.single], lengths: [256], seeds: 0..<2)
    let plan = try EvaluationPlan(retrieval, model: place.model.identity, settings: settings())
    let rows = try await place.run(retrieval, plan: plan, to: "retrieval.jsonl")
    try EvaluationResults(plan: plan, rows: rows).write(to: place.path("retrieval.json"))
    for name in ["retrieval.json", "retrieval.jsonl"] {
      let source = try HeadsSource([place.path(name)])
      #expect(try source.cases() == plan.cases)
      let asked = try source.asked(plan.cases[0], model: place.model, answerLimit: 4).prompt
      let own = try retrieval.prompt(for: plan.cases[0], model: place.model)
      #expect(asked.prompt.hash == own.prompt.hash && asked.answerLimit == own.answerLimit)
      #expect(source.expected(of: asked) == retrieval.expected(of: own))
    }
    #expect(throws: EvaluationError.self) { try HeadsSource([place.path("retrieval.json"), folder]) }
  }

  /// As many as are wanted, the same for the same seed, in their order.
  @Test func aLimitDrawsBySeed() throws {
    let place = try Workplace()
    try Data(lines(Array(100..<140)).utf8).write(to: URL(fileURLWithPath: place.path("prompts.jsonl")))
    func drawn(_ seed: Int) throws -> [Int] {
      try suite(place, ["prompts.jsonl"], limit: 5, seed: seed).cases().compactMap {
        $0.parameters["line"]?.integer
      }
    }
    #expect(try drawn(0) == drawn(0) && drawn(0) != drawn(1))
    #expect(try drawn(0).count == 5 && drawn(0) == drawn(0).sorted())
    #expect(try suite(place, ["prompts.jsonl"], limit: 50).cases().count == 40)
  }

  /// Prompts that tell nothing say why, in their rows, and the others count.
  @Test func whatTellsNothingDoesNotCount() async throws {
    let place = try Workplace()
    let bad = """
      {"question": "What?"}
      {"text": "The favour of Munathow is 905. Question: What is the favour of Munathow? Answer:", "expected": "a wombat"}
      {"text": "A text.", "expected": "/(/"}
      [1]

      """
    try Data((lines([905]) + bad).utf8).write(to: URL(fileURLWithPath: place.path("prompts.jsonl")))
    let suite = try suite(place, ["prompts.jsonl"])
    let plan = try EvaluationPlan(suite, model: place.model.identity, settings: settings())
    let rows = try await place.run(suite, plan: plan, to: "heads.jsonl")
    #expect(rows.map { $0.unavailable == nil } == [true, false, false, false, false])
    for (row, reason) in zip(
      rows.dropFirst(),
      ["'text' is missing", "own answer misses it", "an expected answer '/(/'", "one a line"])
    {
      #expect(row.unavailable?.contains(reason) == true, "\(row.unavailable ?? "")")
      #expect(row.unavailable?.contains("prompts.jsonl") == true)
    }
    let table = HeadsTable(try EvaluationResults(plan: plan, rows: rows))
    #expect(table.summary.promptCount == 1 && table.notes.contains("without outcome"))
    let nothing = try EvaluationResults(
      plan: plan, rows: plan.cases.map { EvaluationRow($0, unavailable: "no such prompt") })
    #expect(
      HeadsTable(nothing).markdown.isEmpty && HeadsSummary(plan: plan, rows: nothing.rows).layerCount == 0)
  }

  @Test func placesThatHoldNoPromptsAreRefused() throws {
    let place = try Workplace()
    #expect(throws: EvaluationError.self) { try suite(place, ["nowhere.txt"]).cases() }
    try FileManager.default.createDirectory(atPath: place.path("empty"), withIntermediateDirectories: true)
    #expect(throws: EvaluationError.self) { try suite(place, ["empty"]).cases() }
    #expect(throws: EvaluationError.self) { try HeadsSuite(options: ["seed": 0, "steps": 16]) }
    #expect(throws: EvaluationError.self) {
      try HeadsSuite(options: ["prompts": .list([]), "seed": 0, "steps": 0])
    }
  }

  /// The sample that a person without a model looks at: small, of the embedded model, and a profile of it.
  @Test func theSampleIsAProfileOfTheEmbeddedModel() throws {
    let place = try Workplace()
    let file = Places.root.appendingPathComponent("Samples/Heads/embedded.json").path
    let results = try EvaluationResults(contentsOf: file)
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count < 100_000)
    #expect(
      results.plan.model.digest == place.model.identity.digest, "Samples/Heads/make_heads.py makes it anew")
    let shape = place.model.checkpoint.configuration.shape
    let summary = HeadsSummary(plan: results.plan, rows: results.rows)
    #expect(summary.layerCount == shape.layerCount && summary.headCount == shape.queryHeadCount)
    #expect(summary.promptCount == 10 && summary.columns.allSatisfy { summary.counts[$0]?.lost == 9 })
    for measure in HeadMeasure.allCases {
      try Policy.named("laq/heads(\(file),by=\(measure.rawValue))").checkProfile(shape)
    }
  }

  // MARK: Statistics

  @Test func meansSpreadsAndTopsAreThoseByHand() {
    // 11 heads: the top ones are 2.
    let first = [0.9, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0]
    let second = [0.1, 0.6, 0.3, 0, 0, 0, 0, 0, 0, 0, -1]
    let found = HeadStability([first, second])
    #expect(found.top == 2 && found.promptCount == 2)
    #expect(abs(found.mean[0] - 0.5) < 1e-12 && abs(found.spread[0] - 0.8 / 2.0.squareRoot()) < 1e-12)
    // In the first prompt two heads share the second place: neither is in it.
    #expect(found.topCount.prefix(4) == [1, 1, 1, 0] && found.mean[10] == -0.5)
    #expect(HeadStability([first]).spread.allSatisfy { $0 == 0 } && HeadStability([first]).halves == nil)
    #expect([1, 10, 11, 99, 270, 960].map(HeadStability.topCount(of:)) == [1, 1, 2, 10, 10, 10])
  }

  /// Spearman's correlation as scipy.stats.spearmanr gives it, ties included.
  @Test func ranksCorrelateAsSpearmansDo() throws {
    func close(_ a: [Double], _ b: [Double], _ wanted: Double) -> Bool {
      HeadStability.rankCorrelation(a, b).map { abs($0 - wanted) < 1e-12 } ?? false
    }
    #expect(close([1, 2, 3, 4], [10, 20, 30, 45], 1) && close([1, 2, 3], [3, 2, 1], -1))
    #expect(close([1, 2, 3, 4, 5], [5, 6, 7, 8, 7], 0.8207826816681233))
    #expect(close([1, 1, 2, 3], [1, 2, 2, 0], -0.5))
    #expect(
      HeadStability.rankCorrelation([1, 1], [1, 2]) == nil && HeadStability.rankCorrelation([], []) == nil)
    let halves = HeadStability([[1, 2, 3], [3, 2, 1], [1, 2, 3], [3, 2, 1]]).halves
    #expect(try #require(halves) == -1, "every other prompt")
  }
}
