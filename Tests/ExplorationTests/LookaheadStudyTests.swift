import Checkpoint
import Eviction
import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// What a lookahead needs on a prompt: the study is what runs of its policies say, and nothing is hidden.
@Suite struct LookaheadStudyTests {
  private static func engine() throws -> (RunEngine, Checkpoint) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    return (RunEngine(checkpoint: checkpoint, precision: .float32), checkpoint)
  }

  private static func run(_ names: [String]) async throws -> (RunEngine, Run) {
    let (engine, checkpoint) = try engine()
    let prompt = try Prompt(name: "", text: Array(RunTests.text.utf8), tokenizer: checkpoint.tokenizer)
    let settings = ExplorationSettings(
      budget: 24, policies: names.compactMap { Policy($0) }, answerLimit: 12)
    let run = await engine.run(
      Run(modelName: "", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer)))
    return (engine, run)
  }

  @Test func rowsGoByNumberThenBySource() throws {
    let settings = ExplorationSettings(policies: [])
    let request = try #require(LookaheadStudy.Request(try Policy(parsing: "laq++(m=6)/ada"), settings))
    #expect(
      request.rows.map(\.policy.name) == [
        "snapkv", "laq++(m=1)/ada", "laq++(m=2)/ada", "laq++(m=4)/ada", "laq++(m=6)/ada", "laq++/ada",
        "laq++(m=16)/ada", "laq++(m=32)/ada", "laq++(m=64)/ada", "laq++(m=6)/ada",
        "laq++(m=6,source=lookup)/ada", "laq++(m=6,source=position)/ada",
        "laq++(m=6,source=position,content=first)/ada", "laq++(m=6,source=position,content=random)/ada",
        "laq++(m=6,source=truth)/ada",
      ])
    #expect(Set(request.settings.policies).count == request.settings.policies.count)
    #expect(
      request.settings.policies.count == request.rows.count - 1, "its own stands twice, and is run once")
    #expect(LookaheadStudy.Request(try Policy(parsing: "snapkv"), settings) == nil)
    let full = try #require(LookaheadStudy.Request(try Policy(parsing: "laq(cheap=full)"), settings))
    #expect(full.rows.first?.place == .length(1), "without a cheap cache there is nothing but the full one")
  }

  @Test func itSaysWhatRunsOfItsPoliciesSay() async throws {
    let (engine, run) = try await Self.run(["laq(m=4)", "snapkv"])
    let request = try #require(LookaheadStudy.Request(run.settings.policies[0], run.settings))
    let stages = Mutex<[LookaheadStudy.Stage]>([])
    let study = await engine.study(request, of: run) { study in
      stages.withLock { $0.append(study.stage) }
    }
    #expect(study.stage == .done && stages.withLock { $0.last } == .done)
    #expect(stages.withLock { $0.contains(.timing(0)) && $0.contains(.steps) })
    let names = request.settings.policies.map(\.name)
    let (_, alone) = try await Self.run(names)
    for row in request.rows {
      let found = try #require(study.result(of: row)).get()
      let wanted = try #require(alone.results.first { $0.policy == row.policy })
      #expect(found.kept == wanted.kept && found.answer.tokens == wanted.answer.tokens, "\(row.policy)")
      #expect(found.recall == wanted.recall && found.massRecall == wanted.massRecall, "\(row.policy)")
      let figures = try ResultFigures(found, of: #require(study.run))
      let other = ResultFigures(wanted, of: alone)
      #expect(figures.divergence == other.divergence && figures.mark == other.mark, "\(row.policy)")
      #expect(study.agreeing(found)?.count == found.lookahead?.pseudo.tokens.count)
      if case .source(.truth, _) = row.place {
        #expect(study.seconds[row.policy] == nil, "an answer is no cost that a policy could have")
        #expect(try #require(study.agreeing(found)).same == 4)
      } else {
        #expect(try #require(study.seconds[row.policy]) > 0)
      }
    }
  }

  /// Each token's share by plain sums; all of them together are the mean that is shown beside.
  @Test func everyAnswerTokensShareIsItsOwn() async throws {
    let (engine, run) = try await Self.run(["laq(m=4)"])
    let request = try #require(LookaheadStudy.Request(run.settings.policies[0], run.settings))
    let study = await engine.study(request, of: run)
    let (recording, decode) = (try #require(run.recording), try #require(run.decodeQueries))
    let result = try #require(study.run?.results.first { $0.policy == request.policy })
    let steps = try #require(study.steps[request.policy])
    let shares = steps.map(\.massRecall)
    #expect(shares.count == decode.count && shares.allSatisfy { (0...1.0001).contains($0) })
    let (shape, size) = (recording.shape, recording.shape.headDimension)
    for step in [0, decode.count - 1] {
      var sum = 0.0
      for layer in 0..<shape.layerCount {
        for head in 0..<shape.queryHeadCount {
          let keys = recording.keys(layer: layer, kvHead: head / shape.groupSize)
          let query = Array(decode.query(layer: layer, row: step, queryHead: head))
          let weights = (0..<recording.tokenCount).map { key in
            exp(
              (0..<size).reduce(0.0) { $0 + Double(query[$1]) * Double(keys[key * size + $1]) }
                / Double(size).squareRoot())
          }
          let kept = result.kept.positions(layer: layer, queryHead: head)
          sum += kept.reduce(0) { $0 + weights[$1] } / weights.reduce(0, +)
        }
      }
      #expect(abs(shares[step] - sum / Double(shape.layerCount * shape.queryHeadCount)) < 1e-4)
    }
    let mean = shares.reduce(0, +) / Double(shares.count)
    #expect(abs(mean - (try #require(result.massRecall))) < 1e-4)
    // Each row's own top tokens, as `StepFiguresTests` have them.
    #expect(steps.allSatisfy { (0...1).contains($0.recall) } && Set(steps.map(\.recall)).count > 1)
  }

  @Test func itCanBeStopped() async throws {
    let (engine, run) = try await Self.run(["laq(m=4)"])
    let request = try #require(LookaheadStudy.Request(run.settings.policies[0], run.settings))
    let task = Task { await engine.study(request, of: run) }
    task.cancel()
    let study = await task.value
    #expect(study.stage == .cancelled && study.isFinished)
    // The engine goes on with whatever comes next.
    #expect(await engine.study(request, of: run).stage == .done)
  }

  /// A trace has what it has recorded, and the truth; of the rest it says why not.
  @Test func aTraceSaysWhatItCannotHave() async throws {
    let (_, live) = try await Self.run(["laq(m=4)", "laq(m=4,source=position)"])
    try await TraceFixture.inFolder { folder in
      let file = folder.appendingPathComponent("trace").path
      try TraceExport(live).write(to: file)
      let trace = try TraceFile(path: file)
      let engine = RunEngine(trace)
      let run = await engine.run(trace.makeRun(live.settings))
      let request = try #require(LookaheadStudy.Request(run.settings.policies[0], run.settings))
      let study = await engine.study(request, of: run)
      #expect(study.stage == .done)
      for row in request.rows {
        switch row.place {
        case .source(.lookup, _), .source(.position, .first), .source(.position, .random):
          guard case .failure(let reason)? = study.result(of: row) else {
            Issue.record("\(row.policy) was not recorded")
            continue
          }
          #expect(reason.description.contains("run the model itself"), "\(reason)")
        default:
          let found = try #require(study.result(of: row)).get()
          if let same = live.results.first(where: { $0.policy == row.policy }) {
            #expect(found.kept == same.kept && found.lookahead?.mismatch == nil, "\(row.policy)")
          }
        }
      }
      let truth = try #require(request.rows.last.flatMap { study.result(of: $0) }).get()
      #expect(truth.lookahead?.pseudo.tokens == Array(try #require(live.full).answer.tokens.prefix(4)))
      #expect(study.steps[request.policy]?.count == live.decodeQueries?.count)
    }
  }
}
