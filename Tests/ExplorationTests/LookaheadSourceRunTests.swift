import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// LAQ with pseudo tokens from elsewhere, on the embedded model.
@Suite struct LookaheadSourceRunTests {
  /// The full cache's greedy answer and its queries, with nothing but the decoder.
  private static func truth(_ run: Run, count: Int) throws -> (tokens: [Int], queries: QueryRows) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let decoder = try Decoder(
      checkpoint.configuration, weights: try checkpoint.weights(), precision: .float32)
    let recording = try decoder.prefill(run.prompt.tokens.map(\.id))
    let cache = KVCache(
      recording, keeping: .all(shape: recording.shape, tokenCount: recording.tokenCount))
    var (logits, tokens, queries) = (recording.lastLogits, [Int](), QueryRows(shape: recording.shape))
    for position in recording.tokenCount..<recording.tokenCount + count {
      let token = try #require(logits.indices.max { logits[$0] < logits[$1] })
      tokens.append(token)
      let output = try decoder.step([LaneInput(cache: cache, token: token, position: position)])[0]
      queries.append(output.queries, position: position)
      logits = output.logits
    }
    return (tokens, queries)
  }

  /// The sums of the attention of some rows, max-pooled over seven keys, of the mean over a group's heads the
  /// highest: LAQ's definition in plain sums.
  private static func kept(_ recording: Recording, _ rows: QueryRows, budget: Int, layer: Int, kvHead: Int)
    -> [Int]
  {
    let (shape, count) = (recording.shape, recording.tokenCount)
    let size = shape.headDimension
    let keys = recording.keys(layer: layer, kvHead: kvHead)
    var mean = [Double](repeating: 0, count: count)
    for head in shape.queryHeads(of: kvHead) {
      var sums = [Double](repeating: 0, count: count)
      for row in 0..<rows.count {
        let query = Array(rows.query(layer: layer, row: row, queryHead: head))
        let scores = (0..<count).map { key in
          (0..<size).reduce(0.0) { $0 + Double(query[$1]) * Double(keys[key * size + $1]) }
            / Double(size).squareRoot()
        }
        let highest = scores.max() ?? 0
        let total = scores.reduce(0) { $0 + exp($1 - highest) }
        for key in 0..<count { sums[key] += exp(scores[key] - highest) / total }
      }
      for key in 0..<count {
        mean[key] += sums[max(0, key - 3)...min(count - 1, key + 3)].max() ?? 0
      }
    }
    let order = (0..<count).sorted { mean[$0] != mean[$1] ? mean[$0] > mean[$1] : $0 < $1 }
    return order.prefix(budget).sorted()
  }

  @Test func truthIsTheFullCachesOwnAnswer() async throws {
    let run = try await RunTests.tell(
      ["laq(source=truth,m=5)", "laq(source=truth,m=200)", "laq(cheap=full,m=5)"], budget: 24)
    let (tokens, queries) = try Self.truth(run, count: 5)
    let recording = try #require(run.recording)
    let lookahead = try #require(run.results[0].lookahead)
    #expect(lookahead.pseudo.tokens == tokens && lookahead.queries.count == 5)
    var (same, all) = (0, 0)
    for layer in 0..<recording.shape.layerCount {
      for head in 0..<recording.shape.queryHeadCount {
        for row in 0..<5 {
          let found = lookahead.queries.query(layer: layer, row: row, queryHead: head)
          let wanted = queries.query(layer: layer, row: row, queryHead: head)
          #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) })
        }
      }
      for kvHead in 0..<recording.shape.kvHeadCount {
        let wanted = Set(Self.kept(recording, queries, budget: 24, layer: layer, kvHead: kvHead))
        same += run.results[0].kept.positions[layer][kvHead].count { wanted.contains($0) }
        all += wanted.count
      }
    }
    // Pooling ties neighbours, of which rounding chooses.
    #expect(Double(same) >= Double(all) * 0.99, "\(same) of \(all)")
    // All of the answer, which ended by itself, and no more.
    let answer = try #require(run.full).answer
    #expect(run.results[1].lookahead?.pseudo.tokens == answer.tokens && answer.hasEnded)
    #expect(run.results[1].lookahead?.queries.count == answer.tokens.count)
    #expect(run.results[1].lookahead?.mismatch == nil)
    // Greedy decoding on the full cache is the same by another way.
    #expect(run.results[2].kept == run.results[0].kept)
    #expect(run.results[2].lookahead?.pseudo.tokens == tokens)
  }

  @Test func anAnswerThatIsCutIsSaidToBeShort() async throws {
    let earlier = try await RunTests.tell(["laq(source=truth,m=30)"], budget: 24)
    var settings = earlier.settings
    settings.answerLimit = 3
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let run = await RunEngine(checkpoint: checkpoint, precision: .float32).run(earlier.anew(settings))
    #expect(run.results[0].lookahead?.queries.count == 3)
    #expect(run.results[0].lookahead?.mismatch == "shortened to m=3")
  }

  /// One pass behind the full cache gives the queries of decoding the same tokens on it.
  @Test(arguments: LookaheadSettings.Content.allCases)
  func positionPassesAnyContentAtOnce(_ content: LookaheadSettings.Content) async throws {
    for count in [5, 40] {
      let name = "laq(source=position,content=\(content.rawValue),m=\(count))"
      let run = try await RunTests.tell([name], budget: 24)
      let lookahead = try #require(run.results.first?.lookahead)
      let (recording, tokens) = (try #require(run.recording), run.prompt.tokens.map(\.id))
      #expect(
        lookahead.pseudo.tokens == PseudoTokens.filling(content, from: tokens, count: count).tokens)
      #expect(lookahead.queries.positions == Array(recording.tokenCount..<recording.tokenCount + count))
      let checkpoint = try Checkpoint(path: Places.embeddedModel)
      let decoder = try Decoder(
        checkpoint.configuration, weights: try checkpoint.weights(), precision: .float32)
      let greedy = GreedyDecoding(decoder: decoder, recording: recording, endTokens: [])
      var lanes = [greedy.fullLane(limit: count, script: lookahead.pseudo.tokens)]
      try greedy.run(&lanes)
      for layer in 0..<recording.shape.layerCount {
        let (found, wanted) = (lookahead.queries.floats(layer: layer), lanes[0].queries.floats(layer: layer))
        #expect(found.count == wanted.count)
        #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 2e-3 * max(1, abs($1)) }, "layer \(layer)")
      }
    }
  }

  /// The text says "The passcode of", and the answer begins so.
  @Test func lookupCopiesFromTheText() async throws {
    let run = try await RunTests.tell(["laq(source=lookup,m=4)", "laq"], budget: 24)
    let lookahead = try #require(run.results[0].lookahead)
    let tokens = run.prompt.tokens.map(\.id)
    let first = try #require(run.full?.answer.tokens.first)
    let wanted = try #require(
      PseudoTokens.lookup(
        tokens, first: first, count: 4,
        endTokens: try Checkpoint(path: Places.embeddedModel).configuration.endTokens, firstEnd: .feed))
    #expect(lookahead.pseudo.tokens == wanted.tokens && !lookahead.isFallback)
    #expect(
      lookahead.queries.count == wanted.tokens.count && lookahead.cheap == run.results[1].lookahead?.cheap)
    #expect(run.results[0].notes.isEmpty)
  }

  /// Where the first token never occurs before, the pseudo tokens are LAQ's own, bit by bit, and it is said.
  @Test func lookupFallsBackToTheModelsOwnChoices() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let policies = ["laq(source=lookup)", "laq"].compactMap { Policy($0) }
    for text in ["Zinc.", "1 2 3", "harp mill", "amber", "Q"] {
      let prompt = try Prompt(name: "", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
      let run = await RunEngine(checkpoint: checkpoint, precision: .float32).run(
        Run(
          modelName: "", prompt: prompt,
          settings: ExplorationSettings(budget: 2, policies: policies, answerLimit: 4),
          vocabulary: Vocabulary(checkpoint.tokenizer)))
      let first = try #require(run.results[1].lookahead?.pseudo.tokens.first)
      guard !prompt.tokens.map(\.id).contains(first) else { continue }
      #expect(run.results[0].lookahead?.isFallback == true)
      #expect(run.results[0].lookahead?.pseudo.tokens == run.results[1].lookahead?.pseudo.tokens)
      #expect(run.results[0].kept == run.results[1].kept)
      if prompt.tokens.count > 2 {
        #expect(run.results[0].notes.contains { $0.contains("no earlier occurrence") })
      }
      return
    }
    Issue.record("every text has its own continuation in it: choose others")
  }

  /// Lookaheads that differ in their number alone are decoded once, and are what each would be alone.
  @Test func aShorterLookaheadIsWhatItIsAlone() async throws {
    let names = [
      "laq(m=1)", "laq(m=3)", "laq(m=9)", "laq(m=30)", "laq(source=lookup,m=2)", "laq(source=lookup)",
    ]
    let together = try await RunTests.tell(names, budget: 24)
    for (index, name) in names.enumerated() {
      let alone = try await RunTests.tell([name], budget: 24)
      let (found, wanted) = (together.results[index], alone.results[0])
      #expect(found.kept == wanted.kept && found.scores?.layers == wanted.scores?.layers, "\(name)")
      #expect(found.lookahead?.pseudo.tokens == wanted.lookahead?.pseudo.tokens, "\(name)")
      #expect(found.lookahead?.pseudo.steps == wanted.lookahead?.pseudo.steps, "\(name)")
      #expect(found.lookahead?.pseudo.hasEnded == wanted.lookahead?.pseudo.hasEnded, "\(name)")
      #expect(found.lookahead?.mismatch == wanted.lookahead?.mismatch, "\(name)")
    }
    // A run after it takes the beginning of what is known.
    let shorter = try await RunTests.tell(["laq(m=5)"], budget: 24, earlier: together)
    let alone = try await RunTests.tell(["laq(m=5)"], budget: 24)
    #expect(shorter.results[0].kept == alone.results[0].kept)
  }

  /// A context with room for one token more.
  @Test(arguments: ["greedy", "lookup", "position"]) func noLookaheadPassesTheContext(_ source: String)
    async throws
  {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let length = checkpoint.configuration.contextLength
    let text = String(repeating: "The baker closed the market. ", count: length / 4)
    let whole = try Prompt(name: "", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
    let cut = whole.tokens[length - 3].byteRange.lowerBound
    let prompt = try Prompt(
      name: "", text: Array(text.utf8.prefix(cut)), tokenizer: checkpoint.tokenizer)
    #expect(prompt.tokens.count <= length && prompt.tokens.count > length - 8)
    let policies = ["laq(source=\(source))"].compactMap { Policy($0) }
    let results = try await RunEngine(checkpoint: checkpoint, precision: .float32).results(
      RunRequest(
        prompt: prompt, policies: policies, budgets: [.tokens(24)], recording: .windows, parts: []))
    let lookahead = try #require(results.last).get().lookahead
    let room = length - prompt.tokens.count
    #expect(lookahead.map { $0.queries.count <= room && $0.queries.count > 0 } == true)
    #expect(lookahead?.mismatch == (room < 8 ? "shortened to m=\(room)" : nil))
  }

  @Test func costsAreThoseOfEachSource() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "", text: Array(RunTests.text.utf8), tokenizer: checkpoint.tokenizer)
    let names = ["laq", "laq(source=lookup)", "laq(source=position)", "laq(source=truth)"]
    let cost = try await RunEngine(checkpoint: checkpoint, precision: .float32).costs(
      RunRequest(
        prompt: prompt, policies: names.compactMap { Policy($0) }, budgets: [.tokens(24)], answerLimit: 2),
      repeats: 1)
    let entries = Array(cost.entries.dropFirst())
    #expect(entries.map(\.policy) == names && entries.allSatisfy { $0.unavailable == nil })
    let shape = try #require(
      try await RunTests.tell(["laq"], budget: 24).recording
    ).shape
    let token = shape.layerCount * shape.kvHeadCount * shape.headDimension * 2 * 4
    #expect(entries.map(\.lookaheadBytes) == [32 * token, 32 * token, 8 * token, 0])
    #expect(entries.map { $0.lookaheadSeconds > 0 } == [true, true, true, false])
  }

  @Test func theSweepHasTheRunsOwnPoint() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(name: "", text: Array(RunTests.text.utf8), tokenizer: checkpoint.tokenizer)
    let names = ["laq(source=lookup)", "laq(source=position)", "laq(source=truth)", "laq(cheap=full)"]
    let settings = ExplorationSettings(
      budget: 24, policies: names.compactMap { Policy($0) }, answerLimit: 16)
    let engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    let run = await engine.run(
      Run(modelName: "", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer)))
    let keys = settings.policies.map { BudgetSweep.Key(policy: $0, granularity: .kvHead) }
    let sweep = await engine.sweep(BudgetSweep(), keys, of: run)
    for (key, result) in zip(keys, run.results) {
      let point = try #require(sweep.points(key).first { $0.budget == 24 }, "\(sweep.unavailable)")
      #expect(point.massRecall == result.massRecall && point.recall == result.recall, "\(key.policy)")
    }
  }
}
