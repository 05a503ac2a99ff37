import Eviction
import Exploration
import Foundation
import Testing

@testable import Evaluation

/// What decides the answers stands in the plan.
@Suite struct PlanTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: place.path(name)))
  }

  @Test func chatIsSaidWhereItIsUsed() throws {
    let suite = CountingSuite(caseCount: 1)
    func plan(_ usesChat: Bool) throws -> EvaluationPlan {
      try EvaluationPlan(suite, model: place.model.identity, settings: place.settings, usesChat: usesChat)
    }
    #expect(try plan(false).options == suite.options)
    #expect(try plan(false).usesChat == nil)
    #expect(try plan(true).usesChat == true)
    #expect(try plan(true).difference(from: plan(false)) == "the option 'chat' is none there and yes here")
    let said = try EvaluationPlan(
      ConsistencySuite(texts: ["a"]), model: place.model.identity, settings: place.settings, usesChat: true)
    #expect(said.usesChat == true)
  }

  @Test func variablesOfTheTemplateAreSaidWhereThereAreAny() throws {
    func plan(_ variables: [String]) throws -> EvaluationPlan {
      try EvaluationPlan(
        CountingSuite(caseCount: 1), model: place.model.identity, settings: place.settings, usesChat: true,
        variables: TemplateVariables(parsing: variables))
    }
    #expect(try plan([]).variables() == nil && plan([]).options["template"] == nil)
    let told = try plan(["enable_thinking=false", "date=\"2024\""])
    #expect(try told.variables()?.arguments == ["date=\"2024\"", "enable_thinking=false"])
    #expect(
      try told.difference(from: plan([]))
        == "the option 'template' is none there and date=\"2024\", enable_thinking=false here")
    let types = try plan(["a=1"]).difference(from: plan(["a=1.0"]))
    #expect(types == "the option 'template' is a=1.0 there and a=1 here")
    let damaged = try EvaluationPlan(
      suite: "counting", model: place.model.identity, settings: place.settings,
      options: ["template": .list(["a"])], cases: told.cases)
    #expect(throws: EvaluationError.self) { try damaged.variables() }
  }

  /// The new text is as long as the old one, so that names, offsets and lengths are the same.
  @Test func aTextThatHasChangedIsAnotherPlan() throws {
    let line = #"{"context": "Anna is mayor.", "input": "Who?", "answers": ["Anna"]}"#
    let suites: [any EvaluationSuite] = [
      LongBenchSuite(path: place.folder), LongBenchSuite(path: place.path("hotpotqa.jsonl")),
      ConsistencySuite(texts: [place.path("hotpotqa.jsonl")]),
    ]
    for suite in suites {
      try write(line, "hotpotqa.jsonl")
      let before = try place.plan(suite)
      #expect(try place.plan(suite).difference(from: before) == nil)
      try write(line.replacing("Anna", with: "Bert"), "hotpotqa.jsonl")
      let after = try place.plan(suite)
      #expect(after.difference(from: before)?.hasPrefix("the option 'digests' is ") == true)
      #expect(after.cases == before.cases)
    }
  }

  @Test func whatCannotBeReadHasNoDigest() throws {
    #expect(
      ConsistencySuite(texts: [place.path("none"), place.folder, "-"]).options["digests"]
        == .list(["", "", ""]))
    try write("abc", "abc.txt")
    #expect(
      FileDigest.digest(of: place.path("abc.txt"))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  /// `eval longbench .` begins its rows among the data.
  @Test func rowsOfEvaluationsAreNoData() async throws {
    try write(#"{"context": "a", "input": "b", "answers": ["c"]}"# + "\n", "hotpotqa.jsonl")
    let suite = LongBenchSuite(path: place.folder)
    let plan = try place.plan(suite)
    try RowFile(place.path("longbench.jsonl"), plan: plan).close()
    try RowFile(place.path("trec.jsonl"), plan: plan).close()
    #expect(try place.plan(suite) == plan)
    let rows = try await place.run(suite, to: "longbench.jsonl")
    #expect(rows.count == 1 && rows[0].unavailable == nil)
    #expect(try place.plan(suite) == plan)
  }

  @Test(arguments: ["../other.jsonl", "none.jsonl", "notes.txt", ""]) func casesAreReadBelowTheirFolderOnly(
    _ name: String
  ) throws {
    try FileManager.default.createDirectory(atPath: place.path("data"), withIntermediateDirectories: true)
    try write("{}", "other.jsonl")
    try write("{}", "data/notes.txt")
    #expect(try BenchmarkFiles.file(name, of: place.path("data"), dataset: "trec") == nil)
  }

  @Test func optionsThatNoCommandGivesAreRefused() throws {
    let texts: [String: CaseParameter] = ["texts": .list(["a"]), "steps": 8, "chat": false]
    #expect(throws: Never.self) { try ConsistencySuite(options: texts) }
    for other: [String: CaseParameter] in [["steps": .integer(.max)], ["steps": 0], ["texts": .list(["-"])]] {
      #expect(throws: EvaluationError.self) { try ConsistencySuite(options: texts.merging(other) { $1 }) }
    }
    for other: [String: CaseParameter] in [["limit": -1], ["tokenLimit": 0], ["limit": "all"]] {
      #expect(throws: EvaluationError.self) {
        try LongBenchSuite(options: ["path": "a"].merging(other) { $1 })
      }
    }
  }

  @Test func plansAreComparedBesideTheirSeeds() throws {
    func plan(
      lengths: [Int] = [200], seeds: Range<Int> = 0..<2, budgets: [Budget] = [.tokens(24)],
      model: String = "a"
    ) throws
      -> EvaluationPlan
    {
      try EvaluationPlan(
        NeedleSuite(lengths: lengths, depths: [0], seeds: seeds),
        model: ModelIdentity(name: model, digest: model),
        settings: EvaluationSettings(policies: [.named("laq")], budgets: budgets))
    }
    let one = try plan()
    #expect(try plan(seeds: 7..<10, budgets: [.tokens(48)]).differenceBesideSeeds(from: one) == nil)
    #expect(
      try plan(lengths: [300]).differenceBesideSeeds(from: one)
        == "the option 'lengths' is 200 there and 300 here")
    #expect(try plan(model: "b").differenceBesideSeeds(from: one) == "the model is a there and b here")
  }
}
