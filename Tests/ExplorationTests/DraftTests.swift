import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// Pseudo tokens that another model has drafted, on the embedded model.
@Suite struct DraftTests {
  /// The embedded model with fewer layers, or with another vocabulary, in a folder whose name needs quotes.
  private static func withDraft<Value>(
    layers: Int = 3, context: Int = 2560, swapping tokens: (String, String)? = nil,
    _ body: (String) async throws -> Value
  ) async throws -> Value {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appendingPathComponent("a draft, (\(UUID().uuidString)) = x:y")
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: folder) }
    let model = URL(fileURLWithPath: Places.embeddedModel)
    for name in ["generation_config.json", "tokenizer_config.json", "model.safetensors"] {
      try files.copyItem(at: model.appendingPathComponent(name), to: folder.appendingPathComponent(name))
    }
    func edit(_ name: String, _ change: (inout String) -> Void) throws {
      var text = try String(contentsOf: model.appendingPathComponent(name), encoding: .utf8)
      change(&text)
      try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    try edit("config.json") {
      $0.replace("\"num_hidden_layers\": 5", with: "\"num_hidden_layers\": \(layers)")
      $0.replace("\"max_position_embeddings\": 2560", with: "\"max_position_embeddings\": \(context)")
    }
    try edit("tokenizer.json") { text in
      guard let tokens else { return }
      for (from, to) in [(tokens.0, "\"\u{1}\""), (tokens.1, tokens.0), ("\"\u{1}\"", tokens.1)] {
        text.replace("\(from):", with: "\(to):")
      }
    }
    return try await body(folder.path)
  }

  private static func name(_ settings: String, draft: String) throws -> String {
    let policy = try #require(try Policy(parsing: "laq(\(settings))").setting("source", to: "draft:\(draft)"))
    return policy.name
  }

  /// A model that drafts for itself says what greedy decoding on the full cache says, query by query.
  @Test(arguments: [1, 8, 40]) func theModelItselfDraftsWhatGreedyDecodingSays(_ count: Int) async throws {
    let draft = Places.embeddedModel
    let names = [
      try Self.name("m=\(count),cheap=full", draft: draft), "laq(m=\(count),cheap=full)",
      try Self.name("m=\(count)", draft: draft), "laq(m=\(count),source=truth)",
    ]
    let run = try await RunTests.tell(names, budget: 24)
    #expect(run.unavailable.isEmpty, "\(run.unavailableReasons)")
    let (drafted, greedy) = (run.results[0], run.results[1])
    let (one, other) = (try #require(drafted.lookahead), try #require(greedy.lookahead))
    #expect(one.pseudo.tokens == other.pseudo.tokens && one.pseudo.hasEnded == other.pseudo.hasEnded)
    #expect(one.queries.positions == other.queries.positions)
    for layer in 0..<one.queries.shape.layerCount {
      #expect(one.queries.floats(layer: layer) == other.queries.floats(layer: layer), "layer \(layer)")
    }
    #expect(drafted.kept == greedy.kept && drafted.scores?.layers == greedy.scores?.layers)
    #expect(drafted.answer.tokens == greedy.answer.tokens)
    // On the small cache the same words have queries of that cache.
    let cheap = try #require(run.results[2].lookahead)
    #expect(cheap.pseudo.tokens == one.pseudo.tokens)
    #expect(cheap.cheap?.positions.joined().allSatisfy { $0.count == 24 } == true)
    #expect(
      count == 1 || cheap.queries.floats(layer: 1) != one.queries.floats(layer: 1),
      "the small cache has queries of its own")
    let truth = try #require(run.results[3].lookahead)
    #expect(truth.pseudo.tokens == one.pseudo.tokens)
  }

  @Test func aSmallerModelsWordsAreItsOwn() async throws {
    try await Self.withDraft { folder in
      let run = try await RunTests.tell(
        [try Self.name("m=12", draft: folder), try Self.name("m=4", draft: folder), "laq(m=12)"], budget: 24)
      #expect(run.unavailable.isEmpty, "\(run.unavailableReasons)")
      // What the smaller model says by itself, with nothing but the decoder.
      let small = try Checkpoint(path: folder)
      let decoder = try Decoder(
        small.configuration, weights: try small.weights(), precision: .float32)
      let recording = try decoder.prefill(run.prompt.tokens.map(\.id))
      let cache = KVCache(
        recording, keeping: .all(shape: recording.shape, tokenCount: recording.tokenCount))
      var (logits, tokens) = (recording.lastLogits, [Int]())
      for position in recording.tokenCount..<recording.tokenCount + 12 {
        let token = try #require(logits.indices.max { logits[$0] < logits[$1] })
        if !tokens.isEmpty, small.configuration.endTokens.contains(token) { break }
        tokens.append(token)
        logits = try decoder.step([LaneInput(cache: cache, token: token, position: position)])[0].logits
      }
      #expect(run.results[0].lookahead?.pseudo.tokens == tokens)
      #expect(run.results[1].lookahead?.pseudo.tokens == Array(tokens.prefix(4)))
      #expect(run.results[2].lookahead?.pseudo.tokens != tokens, "three of five layers say something else")
      // They are fed to the same small cache, of the large model.
      #expect(run.results[0].lookahead?.cheap == run.results[2].lookahead?.cheap)
      #expect(run.results[0].lookahead?.queries.count == tokens.count)
      #expect(run.results[0].lookahead?.queries.shape == run.recording?.shape)
    }
  }

  /// The sentence names the file, what was expected and what was found; the other policies have answers.
  @Test func anotherVocabularyIsRefused() async throws {
    try await Self.withDraft(swapping: ("\"Ġthe\"", "\"Ġof\"")) { folder in
      let run = try await RunTests.tell([try Self.name("", draft: folder), "laq"], budget: 24)
      #expect(run.stage == .done && run.results.map(\.policy.name) == ["laq"])
      let reason = try #require(run.unavailable.first).reason
      #expect(reason.hasPrefix("\(folder): cannot draft for \(Places.embeddedModel): expected token "))
      #expect(reason.contains("' the'") && reason.contains("' of'") && reason.contains("same tokenizer"))
      let models = DraftModels(for: try Checkpoint(path: Places.embeddedModel))
      let policy = try Policy(parsing: try Self.name("", draft: folder))
      #expect(throws: DraftError.self) { try models.check([policy]) }
    }
    guard let stories = Places.sharedData.map({ $0 + "/stories260k" }) else { return }
    let run = try await RunTests.tell([try Self.name("", draft: stories)], budget: 24)
    #expect(
      run.unavailable.first?.reason.contains("2048 tokens, as the model has it") == true
        || run.unavailable.first?.reason.contains("cannot draft for") == true)
  }

  @Test func whatCannotBeOpenedOrIsTooShortSaysSo() async throws {
    let run = try await RunTests.tell([try Self.name("", draft: "/no/such, model")], budget: 24)
    #expect(run.stage == .done)
    #expect(
      run.unavailable.first?.reason.hasPrefix("the draft '/no/such, model' cannot be opened: /no/such")
        == true)
    try await Self.withDraft(context: 64) { folder in
      let run = try await RunTests.tell([try Self.name("", draft: folder)], budget: 24)
      let reason = try #require(run.unavailable.first).reason
      #expect(reason.hasPrefix("\(folder): this draft's context has 64 tokens, and the prompt "))
    }
  }

  /// A draft's prefill that is stopped leaves nothing of it in the model's run.
  @Test func aDraftIsStoppedWhileItReads() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let text = String(repeating: "The baker closed the market. ", count: 200) + RunTests.text
    let prompt = try Prompt(name: "", text: Array(text.utf8), tokenizer: checkpoint.tokenizer)
    let policies = [try Policy(parsing: try Self.name("", draft: Places.embeddedModel))]
    let engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    let whole = Run(
      modelName: "", prompt: prompt, settings: ExplorationSettings(budget: 24, policies: policies),
      vocabulary: Vocabulary(checkpoint.tokenizer))
    let stopped = await Task {
      await engine.run(whole) { run in
        if case .draft = run.stage { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }.value
    #expect(stopped.stage == .cancelled)
    #expect(stopped.recording.map { $0.shape == checkpoint.configuration.shape } ?? true)
    #expect(stopped.results.isEmpty && stopped.unavailable.count == 1)
    // The engine goes on with whatever comes next.
    let next = await engine.run(whole, earlier: stopped)
    #expect(next.stage == .done && next.results.count == 1)
  }

  @Test func theStudyListsTheDraftsThatWereGiven() async throws {
    try await Self.withDraft { folder in
      let draft = try Policy(parsing: try Self.name("m=4", draft: folder))
      let settings = ExplorationSettings(budget: 24, policies: [draft], answerLimit: 8)
      let own = try #require(LookaheadStudy.Request(try Policy(parsing: "laq(m=4)"), settings))
      #expect(own.rows.last?.place == .draft(folder) && own.rows.last?.policy == draft)
      let none = ExplorationSettings(budget: 24, policies: [try Policy(parsing: "laq(m=4)")])
      let without = try #require(LookaheadStudy.Request(try Policy(parsing: "laq(m=4)"), none))
      #expect(!without.rows.contains { if case .draft = $0.place { true } else { false } })

      let run = try await RunTests.tell([draft.name], budget: 24)
      let request = try #require(LookaheadStudy.Request(draft, run.settings))
      let checkpoint = try Checkpoint(path: Places.embeddedModel)
      let study = await RunEngine(checkpoint: checkpoint, precision: .float32).study(request, of: run)
      #expect(study.stage == .done)
      let row = try #require(request.rows.last)
      #expect(try #require(study.result(of: row)).get().kept == run.results[0].kept)
      // The draft's own prefill is part of what it costs: a pass over the prompt is more than four steps.
      let greedy = try #require(request.rows.first { $0.place == .source(.greedy, nil) })
      let (drafted, decoded) = (
        try #require(study.seconds[row.policy]), try #require(study.seconds[greedy.policy])
      )
      #expect(drafted > decoded, "\(drafted) and \(decoded)")
      #expect(String(decoding: try StudyExport(study).json(), as: UTF8.self).contains("\"source\""))
    }
  }

  @Test func sweepsCostsAndTracesHaveIt() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let names = [
      try Self.name("m=4,cheap=full", draft: Places.embeddedModel), "laq(m=4,cheap=full)",
      try Self.name("", draft: "/nowhere"),
    ]
    let run = try await RunTests.tell(names, budget: 24)
    let engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    let again = await engine.run(run.anew(run.settings))
    let keys = run.settings.policies.map { BudgetSweep.Key(policy: $0, granularity: .kvHead) }
    let sweep = await engine.sweep(BudgetSweep(), keys, of: again)
    let points = keys.map { sweep.points($0).map(\.massRecall) }
    #expect(points[0] == points[1] && points[0].count > 2)
    #expect(sweep.unavailable[keys[2]]?.contains("/nowhere") == true)

    let cost = try await engine.costs(
      RunRequest(
        prompt: run.prompt, policies: run.settings.policies, budgets: [.tokens(24)], answerLimit: 2),
      repeats: 1)
    #expect(cost.entries[1].lookaheadSeconds > cost.entries[2].lookaheadSeconds)
    #expect(cost.entries[3].unavailable?.contains("cannot be opened") == true)

    try await TraceFixture.inFolder { folder in
      let file = folder.appendingPathComponent("trace").path
      try TraceExport(run).write(to: file)
      let trace = try TraceFile(path: file)
      let told = await RunEngine(trace).run(trace.makeRun(run.settings))
      #expect(told.results.map(\.kept) == run.results.map(\.kept))
      #expect(told.results.first?.lookahead?.pseudo.tokens == run.results[0].lookahead?.pseudo.tokens)
    }
  }
}
