import Eviction
import Foundation
import Testing

@testable import Evaluation

/// Files of evaluations that no run of this program has written: they are refused with a sentence, whatever
/// they hold.
@Suite struct HostileFileTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// A results file with a part of its text put in another's place.
  private func refusal(_ part: String, _ other: String) async throws -> String {
    let suite = CountingSuite(caseCount: 3)
    let rows = try await place.run(suite, to: UUID().uuidString)
    let text = String(
      decoding: try EvaluationResults(plan: place.plan(suite), rows: rows).data(), as: UTF8.self)
    try #require(text.contains(part), "\(text.prefix(2000))")
    do {
      _ = try EvaluationResults(Data(text.replacing(part, with: other).utf8), path: "file.json")
      return "not refused"
    } catch { return String(describing: error) }
  }

  @Test(arguments: [
    (
      #""third":0.3333333333333333"#, #""third":1e300"#,
      "figures up to 1000000000.0 were expected, 1e+300 found"
    ),
    (#""third":0.3333333333333333"#, #""third":-1e10"#, "figures up to 1000000000.0 were expected"),
    (#""policy":"laq""#, #""keptTokens":1e300,"policy":"laq""#, "figures up to 1000000000.0 were expected"),
    (
      #""policy":"laq""#, #""series":{"any":[1,1e15]},"policy":"laq""#,
      "figures up to 1000000000.0 were expected"
    ),
    (
      #""policy":"laq""#, #""series":{"shape":[1000000]},"policy":"laq""#,
      "a shape of up to 10000 layers and heads was expected"
    ),
    (
      #""policy":"laq""#, #""series":{"shape":[-1]},"policy":"laq""#,
      "a shape of up to 10000 layers and heads was expected"
    ),
    (#""id":"case-1","parameters""#, #""id":"case-0","parameters""#, "the case case-0 would be run twice"),
  ]) func figuresAndCasesThatNobodyHasAreRefused(_ part: String, _ other: String, _ reason: String)
    async throws
  {
    let refusal = try await refusal(part, other)
    #expect(refusal.contains("file.json") && refusal.contains(reason), "\(refusal)")
  }

  @Test func aPlanWithoutCasesIsRefused() throws {
    let plan = String(
      decoding: try CanonicalJSON.data(place.plan(CountingSuite(caseCount: 1))), as: UTF8.self)
    let empty = plan.replacing(#/"cases":\[.*?\]/#, with: #""cases":[]"#)
    let file = #"{"schema":"laq-tui.evaluation","version":1,"plan":\#(empty),"rows":[]}"#
    do {
      _ = try EvaluationResults(Data(file.utf8), path: "file.json")
      Issue.record("not refused")
    } catch { #expect("\(error)".contains("these options leave no case to run"), "\(error)") }
  }

  @Test(arguments: [(0, 0), (1, 0), (0, 4), (5, 4), (-1, -1), (1, Int.max)])
  func aShardThatIsNoPartIsRefused(_ number: Int, _ count: Int) throws {
    let text = #"{"count":\#(count),"number":\#(number)}"#
    #expect(throws: DecodingError.self) { try CanonicalJSON.value(Shard.self, from: Data(text.utf8)) }
  }

  @Test func shardsReadBackAsTheyWereWritten() throws {
    let shard = try #require(Shard("3/16"))
    #expect(String(decoding: try CanonicalJSON.data(shard), as: UTF8.self) == #"{"count":16,"number":3}"#)
    #expect(try CanonicalJSON.value(Shard.self, from: CanonicalJSON.data(shard)) == shard)
  }

  /// Fields of a later version may be of other types: the version is told, not the field.
  @Test func aLaterVersionIsToldBeforeAnythingElseIsRead() async throws {
    let head = #""schema":"laq-tui.evaluation","version":3"#
    #expect(throws: EvaluationError.laterVersion("file.json", version: 3)) {
      try EvaluationResults(Data("{\(head),\"plan\":7,\"rows\":{}}".utf8), path: "file.json")
    }
    try Data("{\"plan\":{\"cases\":[]},\(head)}\n".utf8).write(
      to: URL(fileURLWithPath: place.path("rows.jsonl")))
    #expect(throws: EvaluationError.laterVersion(place.path("rows.jsonl"), version: 3)) {
      try RowFile.contents(of: place.path("rows.jsonl"))
    }
  }

  @Test func aCaseThatStandsTwiceInOneFileIsNamedWithItsLine() async throws {
    let suite = CountingSuite(caseCount: 3)
    try await place.run(suite, to: "rows.jsonl")
    let lines = try place.bytes("rows.jsonl").split(separator: 0x0A)
    let data = try place.bytes("rows.jsonl") + lines[1] + Data([0x0A])
    try data.write(to: URL(fileURLWithPath: place.path("rows.jsonl")))
    #expect(throws: EvaluationError.repeatedRow("case-0", file: place.path("rows.jsonl"), line: 5)) {
      try RowFile.contents(of: place.path("rows.jsonl"))
    }
  }

  private func parameters(_ length: Int, _ depth: Int) -> [String: CaseParameter] {
    ["length": .integer(length), "depth": .integer(depth)]
  }

  /// What a file's cases name, its options must have: the work of making a prompt is bounded by them.
  @Test(arguments: [
    (Int.min, 50, 0), (Int.max, 50, 0), (-1, 50, 0), (200, -50, 0), (200, 101, 0), (200, 50, 9),
    (200, Int.max, 0),
  ])
  func promptsAreMadeOfThePlansOwnCasesOnly(_ length: Int, _ depth: Int, _ seed: Int) throws {
    let hay = place.path("hay.txt")
    try Data("One sentence. And another one.".utf8).write(to: URL(fileURLWithPath: hay))
    for haystack in [nil, try Haystack(folder: place.folder)] {
      let needle = try NeedleSuite(lengths: [200], depths: [50], haystack: haystack)
      let one = EvaluationCase(
        id: "changed", task: "needle", parameters: parameters(length, depth), seed: seed)
      #expect(throws: CaseError.foreign("changed")) { try needle.prompt(for: one, model: place.model) }
    }
    guard depth == 50 else { return }
    let retrieval = try RetrievalSuite(families: [.single], lengths: [200], seeds: 0..<1)
    let one = EvaluationCase(id: "changed", task: "single", parameters: parameters(length, depth), seed: seed)
    #expect(throws: CaseError.foreign("changed")) { try retrieval.prompt(for: one, model: place.model) }
  }

  /// A text of ten million tokens takes longer than anybody waits, and more than any memory where there is no
  /// end.
  @Test func lengthsFarBeyondTheContextAreRefusedAtOnce() throws {
    let suites: [any EvaluationSuite] = [
      try NeedleSuite(lengths: [10_000_000], depths: [0]),
      try RetrievalSuite(families: [.single], lengths: [1_000_000], seeds: 0..<1),
    ]
    for suite in suites {
      let one = try #require(try suite.cases().first)
      let start = ContinuousClock.now
      #expect(throws: CaseError.self) { try suite.prompt(for: one, model: place.model) }
      #expect(ContinuousClock.now - start < .seconds(5))
    }
  }

  @Test(arguments: [(-1, 2), (Int.min, 2), (0, -1), (0, Int.min), (Int.max, 2), (0, Int.max)])
  func linesThatStandNowhereAreSaid(_ offset: Int, _ bytes: Int) throws {
    try Data("{}\n".utf8).write(to: URL(fileURLWithPath: place.path("trec.jsonl")))
    let one = EvaluationCase(
      id: "trec.jsonl:1", task: "trec",
      parameters: ["file": "trec.jsonl", "line": 1, "offset": .integer(offset), "bytes": .integer(bytes)])
    let suite = LongBenchSuite(path: place.folder)
    #expect(throws: CaseError.self) { try suite.prompt(for: one, model: place.model) }
  }

  /// A length and a depth of its own with each case: cells are counted, not laid out.
  @Test func aMapOfManyLengthsAndDepthsIsAsLargeAsItsCases() throws {
    let cases = (0..<20_000).map {
      EvaluationCase(id: "\($0)", task: "needle", parameters: parameters(64 + $0, $0), seed: 0)
    }
    let plan = try EvaluationPlan(
      suite: "needle", model: place.model.identity, settings: place.settings, options: [:], cases: cases)
    let map = NeedleMap(plan: plan, rows: [])
    #expect(map.depths == Array(0...100) && map.lengths.count == 101)
    #expect(map.columns.allSatisfy { map.mean($0) == nil })
  }
}
