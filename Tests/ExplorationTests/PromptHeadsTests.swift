import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// What heads are for one prompt's answer, on the embedded model: against runs in which each kept set is
/// whole by hand, and against attention rows looked at one by one.
@Suite struct PromptHeadsTests {
  static let checkpoint = Result { try Checkpoint(path: Places.embeddedModel) }

  static func opening(
    _ policies: [String], expected: [String] = ["905"], budgets: [Int] = [48],
    granularity: Granularity = .kvHead, later: Bool = false, text: String? = nil
  ) throws -> (RunEngine, Run, RunRequest) {
    let checkpoint = try checkpoint.get()
    var sample =
      try text
      ?? String(
        decoding: Data(contentsOf: Places.root.appendingPathComponent("Samples/needle.txt")), as: UTF8.self)
    var framing = PromptFraming()
    if later, let place = sample.range(of: "Question:", options: .backwards) {
      framing = PromptFraming(question: String(sample[place.lowerBound...]), asksAfterEviction: true)
      sample = String(sample[..<place.lowerBound])
    }
    let prompt = try Prompt(
      name: "needle.txt", text: Array(sample.utf8), tokenizer: checkpoint.tokenizer, framing: framing)
    var settings = ExplorationSettings(
      budget: budgets[0], granularity: granularity, policies: try policies.map { try Policy(parsing: $0) },
      answerLimit: 24)
    settings.expected = try expected.map { try ExpectedAnswer(parsing: $0) }
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    let request = RunRequest(
      prompt: prompt, policies: settings.policies, budgets: budgets.map { .tokens($0) },
      granularity: granularity, answerLimit: 24)
    return (RunEngine(checkpoint: checkpoint, precision: .float32), run, request)
  }

  /// The kept sets that are said to bring an answer back do so when a person keeps all of them by hand, and
  /// no others do.
  @Test(arguments: [
    ("snapkv", ["905"], Granularity.kvHead, false), ("streaming", [], .kvHead, false),
    ("snapkv", ["905"], .queryHead, false), ("snapkv", ["905"], .kvHead, true),
    ("snapkv+rerotate", ["905"], .kvHead, false),
  ])
  func whatBringsTheAnswerBackDoesSoByHand(
    _ name: String, _ expected: [String], _ granularity: Granularity, _ later: Bool
  ) async throws {
    let (engine, opening, request) = try Self.opening(
      [name], expected: expected, granularity: granularity, later: later)
    let heads = try await engine.heads(opening, request)
    let costs = try #require(heads.results.first).get()
    let run = await engine.run(opening)
    let own = try #require(run.results.first)
    #expect(costs.result.kept == own.kept && costs.result.answer.tokens == own.answer.tokens)
    let shape = heads.shape
    let size = granularity == .kvHead ? shape.groupSize : 1
    var settings = run.settings
    // Some of the sets, all layers among them, and every one that is said to be enough.
    var places: [(layer: Int, set: Int)] = []
    for layer in costs.isBack.indices {
      for set in costs.isBack[layer].indices where costs.isBack[layer][set] || (layer + set) % 3 == 0 {
        places.append((layer, set))
        let everything = KeptEdit(
          .keep, 0...run.prompt.tokens.count - 1, in: .head(layer: layer, queryHead: set * size))
        settings.policies.append(own.policy.edited([everything]))
      }
    }
    let again = await engine.run(
      Run(modelName: "", prompt: run.prompt, settings: settings, vocabulary: run.vocabulary), earlier: run)
    let full = try #require(again.full)
    for (index, place) in places.enumerated() {
      let result = again.results[index + 1]
      let isRight =
        expected.isEmpty
        ? result.answer.firstDifference(from: full.answer) == nil
        : again.vocabulary.text(result.answer.tokens).contains(expected[0])
      #expect(
        costs.isBack[place.layer][place.set] == (isRight && !costs.isRight),
        "\(place.layer + 1).\(place.set + 1)")
    }
    #expect(costs.gain.joined().contains { $0 > 0 })
  }

  /// The gain is the difference of what two caches say of the wanted tokens, told the answer before them:
  /// that of the policy, and that which a person gets who keeps all of a head.
  @Test(arguments: ["snapkv", "snapkv+rerotate"])
  func theGainIsThatOfTheWantedTokensProbabilities(_ name: String) async throws {
    let (engine, opening, request) = try Self.opening([name])
    let costs = try #require(try await engine.heads(opening, request).results.first).get()
    let shape = costs.result.kept.shape
    var edited = request
    let places = [(0, 0), (2, 1), (3, 2), (4, 2), (4, 3)]
    edited.policies = places.map { layer, set in
      let everything = KeptEdit(
        .keep, 0...opening.prompt.tokens.count - 1,
        in: .head(layer: layer, queryHead: set * shape.groupSize))
      return request.policies[0].edited([everything])
    }
    let restored = try await engine.heads(opening, edited).results.map { try $0.get() }
    for ((layer, set), one) in zip(places, restored) {
      let gain = one.logProbability - costs.logProbability
      #expect(abs(costs.gain[layer][set] - gain) < 1e-3, "\(layer + 1).\(set + 1)")
      #expect(one.gain[layer][set] == 0, "it lacks nothing more")
    }
  }

  /// On everything it is what the full cache says of its own tokens.
  @Test func theProbabilityIsThatOfTheFullCachesSteps() async throws {
    let (engine, opening, request) = try Self.opening(["snapkv"], budgets: [1_000_000])
    let heads = try await engine.heads(opening, request)
    let costs = try #require(heads.results.first).get()
    let (answer, vocabulary) = (heads.full.answer, opening.vocabulary)
    let last = try #require(
      answer.tokens.indices.first { vocabulary.text(answer.tokens[0...$0]).contains("905") })
    let first = try #require(
      (0...last).last { vocabulary.text(answer.tokens[$0...last]).contains("905") })
    let logarithm = try (first...last).reduce(0) { sum, step in
      let candidate = try #require(answer.steps[step].candidates.first { $0.token == answer.tokens[step] })
      return sum + log(Double(candidate.probability))
    }
    #expect(abs(costs.logProbability - logarithm) < 1e-3)
  }

  /// An answer that is there has cost nothing, and a set that lacks nothing has nothing to gain.
  @Test func whatIsNotLostCostsNothing() async throws {
    let (engine, opening, request) = try Self.opening(["snapkv"], budgets: [48, 1_000_000])
    let heads = try await engine.heads(opening, request)
    let costs = try heads.results.map { try $0.get() }
    #expect(costs.map(\.isRight) == [false, true])
    #expect(!costs[1].isBack.joined().contains(true) && costs[1].gain.joined().allSatisfy { $0 == 0 })
    #expect(costs[0].logProbability < costs[1].logProbability)
  }

  /// A head retrieves where its most attended token is the needle's token that comes next.
  @Test func retrievalIsWhatSingleRowsSay() async throws {
    for later in [false, true] {
      let (engine, opening, request) = try Self.opening(["snapkv"], later: later)
      let heads = try await engine.heads(opening, request)
      let found = try #require(heads.retrieval)
      let run = await engine.run(opening)
      let (recording, decode) = (try #require(run.recording), try #require(run.decodeQueries))
      let answer = try #require(run.full).answer.tokens
      let text = String(decoding: run.prompt.text, as: UTF8.self)
      let range = try #require(text.range(of: "905"))
      let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
      let needle = run.prompt.tokens.indices.filter {
        let bytes = run.prompt.tokens[$0].byteRange
        return !bytes.isEmpty && bytes.overlaps(start..<start + 3)
      }
      let steps = answer.indices.filter { step in
        needle.contains { run.prompt.tokens[$0].id == answer[step] } && step <= decode.count
      }
      #expect(found.copiedCount == steps.count && !steps.isEmpty)
      for layer in 0..<heads.shape.layerCount {
        for head in 0..<heads.shape.queryHeadCount {
          let hits = steps.count { step in
            let row: [Float]
            if step > 0 {
              row = recording.attention(
                layer: layer, queryHead: head, row: .beyond(row: step - 1), beyond: decode)
            } else if let asked = run.questionQueries, asked.count > 0 {
              row = recording.attention(
                layer: layer, queryHead: head, row: .beyond(row: asked.count - 1), beyond: asked)
            } else {
              row = recording.attention(
                layer: layer, queryHead: head, row: .prompt(position: recording.tokenCount - 1))
            }
            let top = row.indices.max { (row[$0], -$0) < (row[$1], -$1) } ?? 0
            return needle.contains(top) && run.prompt.tokens[top].id == answer[step]
          }
          #expect(found.hits[layer][head] == hits, "\(layer + 1).\(head + 1)")
        }
      }
      // The embedded model answers by looking at the needle.
      #expect(found.scores.joined().contains { $0 > 0.9 })
    }
  }

  /// A needle of its own is looked for in the text, whatever its case and spaces; without any, all of the
  /// text is.
  @Test func theNeedleIsFoundInTheText() throws {
    let (_, run, _) = try Self.opening(
      [], text: "The VALUE of a\n  thing is 905.\n\nQuestion: what is the value?")
    let prompt = run.prompt
    func text(_ wanted: [String]) throws -> String {
      let positions = prompt.positions(of: try wanted.map { try ExpectedAnswer(parsing: $0) })
      return String(decoding: positions.flatMap { prompt.bytes(at: $0) }, as: UTF8.self)
    }
    #expect(try text(["value of A thing"]).contains("VALUE of a\n  thing"))
    #expect(try text(["/9.5/"]).contains("905"))
    #expect(try text(["nowhere", "ü"]).isEmpty)
  }

  @Test func promptsThatTellNothingSaySo() async throws {
    let (engine, opening, request) = try Self.opening(["snapkv"], expected: ["a wombat"])
    await #expect {
      _ = try await engine.heads(opening, request)
    } throws: { error in
      String(describing: error).hasPrefix(
        "needle.txt: 'a wombat' is expected, and the full cache's own answer misses it ('")
    }
  }

  /// Cancelled, it ends within a step.
  @Test func itStopsWhenItIsCancelled() async throws {
    let (engine, opening, request) = try Self.opening(["snapkv"])
    let task = Task { try await engine.heads(opening, request) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
