import Checkpoint
import Eviction
import Foundation
import Synchronization
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// Figures, rows, votes and sweeps against what they are made of.
@Suite struct FiguresTests {
  @Test func figuresAreThoseOfTheTrueRows() async throws {
    let run = try await RunTests.tell(["laq", "snapkv"], budget: 24)
    let figures = try #require(run.figures)
    let recording = try #require(run.recording)
    let decode = try #require(run.decodeQueries)
    for (layer, head) in [(0, 0), (2, 5), (4, 7)] {
      let rows = (0..<decode.count).map {
        recording.attention(layer: layer, queryHead: head, row: .beyond(row: $0), beyond: decode).map(
          Double.init)
      }
      let sinks = rows.map { $0[0] + $0[1] + $0[2] + $0[3] }.reduce(0, +) / Double(rows.count)
      let bits = rows.map { row in -row.filter { $0 > 0 }.map { $0 * log2($0) }.reduce(0, +) }.reduce(0, +)
      // Rows alone and rows together are summed in different orders.
      #expect(abs(figures.sinkShare[layer][head] - sinks) < 1e-6)
      #expect(abs(figures.entropy[layer][head] - bits / Double(rows.count)) < 1e-5)
      let request = try #require(
        AttentionRows.Request(run, result: run.results[0], layer: layer, heads: .single(head)))
      let attention = try #require(AttentionRows(request, run))
      // LAQ has no window of its own: that of its cheap stage is compared.
      #expect(request.windowCount == run.windowSize(of: run.results[0]))
      let window = try #require(figures.windowAgreement[request.windowCount])
      #expect(attention.agreement(of: [.window]) == window[layer][head])
      let laq = run.results[0].policy
      #expect(attention.agreement(of: [.lookahead]) == figures.lookaheadAgreement[laq]?[layer][head])
    }
    #expect(figures.lookaheadAgreement.count == 1, "SnapKV has no lookahead")
  }

  /// Every policy's own window is compared with the true rows, with the sinks and without them.
  @Test func windowsAreThePoliciesOwn() async throws {
    let run = try await RunTests.tell(
      ["snapkv(w=5)", "snapkv(w=20)", "tova", "laq++(w2=3)", "laq(w1=12)", "streaming", "h2o"], budget: 24)
    #expect(run.results.map { run.windowSize(of: $0) } == [5, 20, 1, 3, 12, 32, 32])
    let figures = try #require(run.figures)
    let recording = try #require(run.recording), decode = try #require(run.decodeQueries)
    #expect(figures.windowAgreement.keys.sorted() == [1, 3, 5, 12, 20, 32])
    func cosine(_ a: [Double], _ b: [Double]) -> Double {
      func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
      return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    }
    for (layer, head) in [(1, 2), (4, 7)] {
      func row(_ row: Recording.Row) -> [Double] {
        recording.attention(layer: layer, queryHead: head, row: row, beyond: decode).map(Double.init)
      }
      for size in [1, 5, 20] {
        var sum = [Double](repeating: 0, count: recording.tokenCount)
        for position in recording.tokenCount - size..<recording.tokenCount {
          for (key, weight) in row(.prompt(position: position)).enumerated() { sum[key] += weight }
        }
        let truth = (0..<decode.count).map { row(.beyond(row: $0)) }
        let all = truth.map { cosine(sum, $0) }.reduce(0, +) / Double(truth.count)
        let rest =
          truth.map { cosine(Array(sum.dropFirst(4)), Array($0.dropFirst(4))) }.reduce(0, +)
          / Double(truth.count)
        let found = try #require(figures.windowAgreement[size]?[layer][head])
        #expect(abs(found.withSinks - all) < 1e-4 && abs(found.withoutSinks - rest) < 1e-4, "\(size)")
      }
    }
  }

  /// The most of their top tokens that query heads sharing a set can have kept, by trying all sets.
  @Test func theCeilingOfRecallIsReachedAndNeverPassed() async throws {
    let shape = ModelShape(layerCount: 1, queryHeadCount: 4, kvHeadCount: 2, headDimension: 4)
    let mass = HeadTable([
      [[5, 4, 3, 0, 0, 0], [0, 4, 5, 3, 0, 0], [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]]
    ])
    // Two tokens for each head: {0, 1}, {1, 2}, {4, 5}, {0, 1}.
    #expect(mass.recallCeiling(.queryHead, shape: shape, budget: 2) == 1)
    #expect(mass.recallCeiling(.kvHead, shape: shape, budget: 2) == 5.0 / 8)
    #expect(mass.recallCeiling(.kvHead, shape: shape, budget: 6) == 1)
    let run = try await RunTests.tell(["oracle", "snapkv/global", "knorm/global", "laq"], budget: 24)
    for result in run.results {
      let (recall, ceiling) = (try #require(result.recall), try #require(result.recallCeiling))
      #expect(recall <= ceiling + 1e-12 && ceiling < 1, "\(result.policy)")
      #expect(ceiling == run.results[0].recallCeiling)
    }
    #expect(try #require(run.results[0].recall) > 0.8 * #require(run.results[0].recallCeiling))
  }

  /// The attention output at the true decode rows, in plain sums.
  @Test func outputErrorsAreThoseOfTheSoftmaxOverKeptTokens() async throws {
    let run = try await RunTests.tell(["streaming", "oracle", "knorm/global"], budget: 24)
    let recording = try #require(run.recording), decode = try #require(run.decodeQueries)
    let dimension = recording.shape.headDimension
    for result in run.results {
      for (layer, head) in [(0, 0), (3, 6)] {
        let values = recording.values(layer: layer, kvHead: head / recording.shape.groupSize)
        let kept = Set(result.kept.positions(layer: layer, queryHead: head))
        var (difference, magnitude) = (0.0, 0.0)
        for row in 0..<decode.count {
          let weights = recording.attention(
            layer: layer, queryHead: head, row: .beyond(row: row), beyond: decode)
          let mass = kept.reduce(0.0) { $0 + Double(weights[$1]) }
          for channel in 0..<dimension {
            var (whole, part) = (0.0, 0.0)
            for token in weights.indices {
              let term = Double(weights[token]) * Double(values[token * dimension + channel])
              whole += term
              if kept.contains(token) { part += term / mass }
            }
            difference += (whole - part) * (whole - part)
            magnitude += whole * whole
          }
        }
        let expected = (difference / magnitude).squareRoot()
        let found = try #require(result.outputErrors?[layer][head])
        #expect(abs(found - expected) < 1e-3 * max(1, expected), "\(result.policy): \(found), \(expected)")
      }
    }
    let errors = try run.results.map { try #require($0.outputError) }
    #expect(errors[1] < errors[0], "the oracle loses less than the newest tokens")
    let empty = KeptTokens(
      shape: recording.shape, granularity: .kvHead, tokenCount: recording.tokenCount,
      positions: Array(repeating: Array(repeating: [], count: recording.shape.kvHeadCount), count: 5))
    let whole = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
    let ends = try #require(try OutputErrors.measure(recording, decode: decode, of: [empty, whole]))
    #expect(ends[0].joined().allSatisfy { abs($0 - 1) < 1e-9 } && ends[1].joined().allSatisfy { $0 == 0 })
  }

  @Test func rowsOfAllHeadsAreTheirMeanAndMaximum() async throws {
    let run = try await RunTests.tell(["snapkv"], budget: 24)
    func row(_ heads: AttentionRows.Heads) throws -> [Float] {
      let request = try #require(AttentionRows.Request(run, result: nil, layer: 1, heads: heads))
      return try #require(AttentionRows(request, run)?.weights(.decode, 0))
    }
    let single = try (0..<8).map { try row(.single($0)) }
    let (mean, max) = try (row(.mean), row(.max))
    for key in mean.indices {
      #expect(abs(mean[key] - single.map { $0[key] }.reduce(0, +) / 8) < 1e-6)
      #expect(max[key] == single.map { $0[key] }.max())
    }
    #expect(AttentionRows.Request(run, result: nil, layer: 5, heads: .mean) == nil, "there are five layers")
    #expect(AttentionRows.Request(run, result: nil, layer: 0, heads: .single(8)) == nil)
  }

  /// A pooled score is the sum of a neighbour's attention; the strongest row gives most of it.
  @Test func votesExplainTheScores() async throws {
    let run = try await RunTests.tell(["snapkv", "h2o", "laq"], budget: 24, granularity: .queryHead)
    let recording = try #require(run.recording)
    let result = run.results[0]
    let votes = try #require(
      result.policy.votes(
        layer: 2, queryHead: 3, evidence: Evidence(recording: recording), budget: run.settings.budget))
    let rows = votes.rows.map { recording.attention(layer: 2, queryHead: 3, row: $0) }
    let scores = try #require(result.scores).layers[2][3]
    for position in 0..<recording.tokenCount - 32 {
      let source = votes.sources[position]
      #expect(abs(source - position) <= 3)
      #expect(abs(rows.reduce(0) { $0 + $1[source] } - scores[position]) < 1e-4)
      // Rows alone and rows together are summed in different orders.
      #expect(abs(votes.weights[position] - (rows.map { $0[source] }.max() ?? 0)) < 2e-5)
      #expect(abs(votes.weights[position] - rows[votes.strongest[position]][source]) < 2e-5)
    }
    #expect(
      run.results[1].policy.votes(
        layer: 0, queryHead: 0, evidence: Evidence(recording: recording), budget: run.settings.budget) == nil)

    let request = try #require(TokenVotes.Request(run, result: run.results[2], layer: 2, head: 3))
    let vote = try #require(TokenVotes(request, run)?.strongest(for: 5))
    guard case .lookahead(let row) = vote.voter else {
      Issue.record("LAQ's rows are its pseudo tokens, not \(vote.voter)")
      return
    }
    #expect(row < 8 && vote.weight > 0)
  }

  @Test func aSweepHasTheRunsOwnValues() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "test", text: Array(RunTests.text.utf8), tokenizer: checkpoint.tokenizer)
    let settings = ExplorationSettings(
      budget: 32, policies: try ["laq", "snapkv", "oracle", "kvzip", "gate"].map { try Policy(parsing: $0) },
      answerLimit: 16)
    let engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    let run = await engine.run(
      Run(
        modelName: "embedded", prompt: prompt, settings: settings,
        vocabulary: Vocabulary(checkpoint.tokenizer)))
    let keys = settings.policies.map { BudgetSweep.Key($0, settings) }
    let counts = Mutex<[Int]>([])
    let sweep = await engine.sweep(BudgetSweep(), keys, of: run) { newer in
      counts.withLock { $0.append(keys.reduce(0) { $0 + newer.points($1).count }) }
    }
    let budgets = BudgetSweep.budgets(tokenCount: prompt.tokens.count)
    let seen = counts.withLock { $0 }
    #expect(Array(seen.prefix(keys.count * budgets.count)) == Array(1...keys.count * budgets.count))
    #expect(Set(seen.dropFirst(keys.count * budgets.count)) == [keys.count * budgets.count], "then answers")
    for (key, result) in zip(keys, run.results) {
      #expect(sweep.isComplete(key, of: run))
      let points = sweep.points(key)
      #expect(points.map(\.budget) == budgets.sorted())
      let own = try #require(points.first { $0.budget == 32 })
      #expect(own.massRecall == result.massRecall && own.recall == result.recall, "\(result.policy)")
      let (figures, answer) = (ResultFigures(result, of: run), try #require(own.answer))
      #expect(answer.divergence == figures.divergence && answer.mark == figures.mark, "\(result.policy)")
      #expect(answer.agreeing == figures.agreeing && answer.compared == figures.compared, "\(result.policy)")
    }
    // What is known is not computed again.
    let again = await engine.sweep(sweep, keys, of: run) { _ in Issue.record("nothing was missing") }
    #expect(again.points(keys[0]) == sweep.points(keys[0]))
  }

  @Test func sweepsJoin() throws {
    let key = BudgetSweep.Key(policy: try Policy(parsing: "snapkv"), granularity: .kvHead)
    var (first, second) = (BudgetSweep(), BudgetSweep())
    first.add(.init(budget: 8, recall: 0.1, massRecall: 0.2), to: key)
    second.add(.init(budget: 16, recall: 0.3, massRecall: 0.4), to: key)
    first.merge(second)
    #expect(first.points(key).map(\.budget) == [8, 16])
    #expect(BudgetSweep.budgets(tokenCount: 8).isEmpty)
    #expect(BudgetSweep.budgets(tokenCount: 40) == [8, 16, 32, 12, 24])
  }
}
