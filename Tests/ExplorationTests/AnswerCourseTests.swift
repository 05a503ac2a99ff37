import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// The course of an answer: what each step says is what the run says, and each policy's shares are its rows'.
@Suite struct AnswerCourseTests {
  static func run(
    _ names: [String], limit: Int = 12, text: String = RunTests.text, expected: [String] = []
  ) async throws -> (RunEngine, Run) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    let prompt = try Prompt(name: "", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
    var settings = ExplorationSettings(
      budget: 24, policies: names.compactMap { Policy($0) }, answerLimit: limit)
    settings.expected = try expected.map { try ExpectedAnswer(parsing: $0) }
    let run = await engine.run(
      Run(modelName: "", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer)))
    return (engine, run)
  }

  /// By plain sums, of even, pointed and far-off logits, at lengths that no vector divides.
  @Test func entropyIsThatOfAllNextTokens() throws {
    var generator = SeededGenerator(seed: 3)
    for count in [1, 7, 16, 50, 2049] {
      for spread: Float in [0, 1, 30] {
        let logits = (0..<count).map { _ in Float.random(in: 0...1, using: &generator) * spread - 5 }
        let weights = logits.map { exp(Double($0)) }
        let sum: Double = weights.reduce(0, +)
        var wanted = 0.0
        for weight in weights where weight > 0 { wanted -= weight / sum * log(weight / sum) }
        let found = Double(try #require(NextTokens(logits: logits).entropy))
        #expect(abs(found - wanted) < 1e-4 * max(1, wanted), "\(count) at \(spread): \(found), \(wanted)")
      }
    }
    let traced = NextTokens(tokens: [1, 2], logits: [3, 2], logSumExp: 4)
    #expect(traced.entropy == nil, "of the likeliest alone it is not known")
  }

  @Test func everyStepIsTheFullCachesAnswersOwn() async throws {
    let (_, run) = try await Self.run(["laq(m=4)", "snapkv", "streaming"])
    let request = try #require(StepCoverage.Request(run))
    let coverage = try #require(StepCoverage(request, run))
    let full = try #require(run.full)
    for result in run.results {
      let course = AnswerCourse(result, of: run, coverage: coverage)
      let figures = ResultFigures(result, of: run)
      #expect(course.steps.count == full.answer.steps.count)
      let known = course.steps.compactMap(\.divergence)
      #expect(known.count == figures.compared)
      #expect(abs(known.reduce(0, +) / Double(known.count) - (try #require(figures.divergence))) < 1e-9)
      #expect(course.steps.count { $0.agrees == true } == figures.agreeing)
      #expect(course.firstDifference == figures.firstDifference)
      #expect(course.steps.allSatisfy { ($0.entropy ?? -1) >= 0 })
      let first = course.steps.firstIndex { ($0.divergence ?? 0) > AnswerCourse.partingDivergence }
      #expect(course.firstDivergence == first)
      // The token's choice looks with the row before it.
      #expect(course.steps[0].coverage == nil)
      let rows = try #require(coverage.rows[result.policy])
      #expect(course.steps.dropFirst().map(\.coverage) == rows.prefix(course.steps.count - 1).map { $0 })
      let mean = rows.reduce(0) { $0 + $1.massRecall } / Double(rows.count)
      #expect(abs(mean - (try #require(result.massRecall))) < 1e-4, "\(result.policy)")
    }
    let course = AnswerCourse(full, of: run, coverage: nil)
    #expect(
      course.steps.allSatisfy { $0.divergence == 0 && $0.agrees == true } && course.firstDifference == nil)
  }

  /// Other settings have other shares, and are asked for anew.
  @Test func sharesBelongToTheirSettings() async throws {
    let (engine, run) = try await Self.run(["snapkv"])
    var settings = run.settings
    settings.budget = 48
    let other = await engine.run(run.anew(settings), earlier: run)
    #expect(StepCoverage.Request(run) == StepCoverage.Request(run))
    #expect(StepCoverage.Request(run) != StepCoverage.Request(other))
    #expect(StepCoverage.Request(run.anew(settings)) == nil, "there is no answer yet")
  }

  /// Each budget's answer is that of a run with this budget alone, expected texts counted one by one.
  @Test func answersAgainstBudgetAreThoseOfRuns() async throws {
    let (engine, run) = try await Self.run(["laq(m=4)", "snapkv"], expected: ["zzz", "/./"])
    let keys = run.settings.policies.map { BudgetSweep.Key($0, run.settings) }
    let sweep = await engine.sweep(BudgetSweep(), keys, of: run)
    for budget in [8, 32] {
      var settings = run.settings
      settings.budget = budget
      let alone = await engine.run(run.anew(settings))
      for (key, result) in zip(keys, alone.results) {
        let answer = try #require(sweep.points(key).first { $0.budget == budget }?.answer)
        let figures = ResultFigures(result, of: alone)
        #expect(answer.divergence == figures.divergence && answer.agreeing == figures.agreeing, "\(budget)")
        #expect(answer.mark == figures.mark && answer.expectedShare == 0.5)
      }
    }
    // An answer of another length has lines of its own.
    #expect(keys[0] != BudgetSweep.Key(policy: keys[0].policy, granularity: .kvHead, answerLimit: 13))
  }

  @Test func budgetsGoTogetherAsFarAsOnePromptsTokensReach() {
    let batches = BudgetSweeping.batches([8, 16, 32, 64, 12, 24, 48, 96], tokenCount: 100)
    #expect(batches == [[8, 16, 32], [64, 12, 24], [48], [96]])
    #expect(BudgetSweeping.batches([], tokenCount: 100).isEmpty)
    let many = BudgetSweeping.batches(Array(repeating: 1, count: 40), tokenCount: 100)
    #expect(many.allSatisfy { $0.count <= Decoder.lanesOfAPass } && many.joined().count == 40)
  }

  /// An answer that ends at once has no row that looks back: what is kept of it is not known at any budget,
  /// and nobody waits for it.
  @Test func anEmptyAnswersSweepComesToItsEnd() async throws {
    let (engine, run) = try await Self.run(["snapkv"])
    var empty = run
    empty.full?.answer.tokens = []
    empty.full?.answer.steps = Array(run.full?.answer.steps.prefix(1) ?? [])
    empty.full?.answer.hasEnded = true
    empty.referenceLogits = Array(run.referenceLogits.prefix(1))
    (empty.decodeMass, empty.decodeQueries) = (nil, QueryRows(shape: try #require(run.recording).shape))
    let keys = empty.settings.policies.map { BudgetSweep.Key($0, empty.settings) }
    #expect(!BudgetSweep().isComplete(keys[0], of: empty))
    let sweep = await engine.sweep(BudgetSweep(), keys, of: empty)
    #expect(sweep.isComplete(keys[0], of: empty))
    #expect(sweep.points(keys[0]).allSatisfy { $0.massRecall == nil && $0.answer != nil })
    #expect(StepCoverage.Request(empty) == nil)
  }

  @Test func exportsHaveTheSameNumbers() async throws {
    let (engine, run) = try await Self.run(["laq(m=4)", "snapkv"])
    let coverage = StepCoverage.Request(run).flatMap { StepCoverage($0, run) }
    let policies = run.settings.policies
    let export = try CourseExport(run, policies: policies, coverage: coverage)
    let object = try #require(try JSONSerialization.jsonObject(with: export.json()) as? [String: Any])
    let entries = try #require(object["policies"] as? [[String: Any]])
    let steps = try #require(entries[1]["steps"] as? [[String: Any]])
    let course = AnswerCourse(run.results[1], of: run, coverage: coverage)
    func near(_ found: [Double], _ wanted: [Double]) -> Bool {
      found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-12 }
    }
    #expect(near(steps.compactMap { $0["divergence"] as? Double }, course.steps.compactMap(\.divergence)))
    let kept = course.steps.compactMap(\.coverage)
    #expect(near(steps.compactMap { $0["massRecall"] as? Double }, kept.map(\.massRecall)))
    #expect(near(steps.compactMap { $0["recall"] as? Double }, kept.map(\.recall)))
    let lines = String(decoding: export.csv(), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 1 + 2 * course.steps.count)
    #expect(throws: ExportError.nothingYet) { try CourseExport(run, policies: [], coverage: nil) }

    let request = try #require(LookaheadStudy.Request(policies[0], run.settings))
    let study = await engine.study(request, of: run)
    let table = String(decoding: try StudyExport(study).csv(), as: UTF8.self).split(separator: "\n")
    // An answer may have lines of its own.
    let begun = table.filter { $0.hasPrefix("\"laq") || $0.hasPrefix("\"snapkv\"") }
    #expect(begun.count == request.rows.count && table[1].hasPrefix("\"snapkv\",\"none\",0,"))
    let told = try #require(
      try JSONSerialization.jsonObject(with: StudyExport(study).json()) as? [String: Any])
    let rows = try #require(told["rows"] as? [[String: Any]])
    for (row, entry) in zip(request.rows, rows) {
      let steps = study.steps[row.policy] ?? []
      #expect(near(entry["massRecallByToken"] as? [Double] ?? [], steps.map(\.massRecall)))
      #expect(near(entry["recallByToken"] as? [Double] ?? [], steps.map(\.recall)))
      #expect(entry["policy"] as? String == row.policy.name)
    }
    #expect(throws: ExportError.nothingYet) { try StudyExport(LookaheadStudy(request)) }

    let keys = policies.map { BudgetSweep.Key($0, run.settings) }
    #expect(throws: ExportError.nothingYet) { try SweepExport(BudgetSweep(), keys, of: run) }
    let sweep = await engine.sweep(BudgetSweep(), keys, of: run)
    let budgets = String(decoding: try SweepExport(sweep, keys, of: run).csv(), as: UTF8.self)
    #expect(budgets.split(separator: "\n").count == 1 + keys.reduce(0) { $0 + sweep.points($1).count })
  }
}
