import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// A question that comes after the eviction: policies see the text alone, and what they keep is asked.
@Suite struct LaterQuestionTests {
  private static let context = """
    The old mill was quiet. The passcode of Brandton is 48213. Nobody knew why the harp had been left in \
    the mill. The passcode of Temley is amber lantern. A dark wind came over the harbour while the \
    clerk was still at work. Every evening the baker closed the market and went home.
    """
  private static let questions = [
    "Question: What is the passcode of Temley?\nAnswer:", "Question: What is the passcode of Brandton?\nAnswer:",
  ]

  private static func prompt(_ questions: [String], isAfter: Bool = true) throws -> Prompt {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    return try Prompt(
      name: "test", text: Array(context.utf8), tokenizer: checkpoint.tokenizer,
      framing: PromptFraming(
        question: questions.first, asksAfterEviction: isAfter, questions: questions),
      contextLength: checkpoint.configuration.contextLength, answerLimit: 16)
  }

  private static func run(
    _ policies: [String], budget: Int, _ prompt: Prompt, earlier: Run? = nil
  ) async throws -> Run {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let settings = ExplorationSettings(
      budget: budget, policies: try policies.map { try Policy(parsing: $0) }, answerLimit: 16)
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    return await RunEngine(checkpoint: checkpoint, precision: .float32).run(run, earlier: earlier)
  }

  // MARK: The prompt

  @Test func theTextsTokensAreTheSameWhateverIsAsked() throws {
    let prompts = try Self.questions.map { try Self.prompt([$0]) }
    #expect(prompts[0].tokens == prompts[1].tokens && prompts[0].hash == prompts[1].hash)
    #expect(!prompts[0].asksTheSame(as: prompts[1]))
    for (prompt, question) in zip(prompts, Self.questions) {
      #expect(String(decoding: prompt.read, as: UTF8.self) == Self.context + "\n\n")
      let later = try #require(prompt.laterQuestion)
      #expect(String(decoding: later.bytes, as: UTF8.self) == question)
      #expect(prompt.questionTokenCount == nil && prompt.laterQuestionText == question)
      #expect(prompt.answerRoom.map { $0 + later.tokens.count } == (try Self.prompt([])).answerRoom.map { $0 - 1 })
    }
    let whole = try Self.prompt([Self.questions[0]], isAfter: false)
    #expect(whole.laterQuestion == nil && whole.hash != prompts[0].hash)
  }

  /// The template's beginning is the text's, its end the question's; space that it trims is nobody's.
  @Test(arguments: ["Who?", " Who? \n", "  "]) func aChatsTurnIsCutBeforeTheQuestion(_ question: String) throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let template = "<u>{{ messages[0].content | trim }}</u><a>"
    let chat = ChatTemplateFile(path: "x", source: template, tokens: [:])
    let prompt = try Prompt(
      name: "test", text: Array(" A mill.".utf8), tokenizer: checkpoint.tokenizer,
      framing: PromptFraming(question: question, asksAfterEviction: true, chat: chat))
    let later = try #require(prompt.laterQuestion)
    let (read, asked) = (String(decoding: prompt.read, as: UTF8.self), String(decoding: later.bytes, as: UTF8.self))
    let trimmed = question.drop { $0 == " " }.isEmpty
    #expect(read == (trimmed ? "<u>A mill." : "<u>A mill.\n\n"))
    #expect(asked == (trimmed ? "</u><a>" : question.replacing(#/\s+$/#, with: "") + "</u><a>"))
  }

  @Test func aTextMayEndWithItsQuestion() throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let text = Self.context + "\n\n" + Self.questions[0]
    let prompt = try Prompt(
      name: "test", text: Array(text.utf8), tokenizer: checkpoint.tokenizer,
      framing: PromptFraming(asksAfterEviction: true, questionOffset: Self.context.utf8.count + 2))
    let asked = try Self.prompt([Self.questions[0]])
    #expect(prompt.asksTheSame(as: asked) && prompt.tokens.map(\.id) == asked.tokens.map(\.id))
  }

  @Test func aQuestionMustFitIntoTheContextToo() throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Self.prompt([Self.questions[0]])
    let count = prompt.tokens.count + (prompt.laterQuestion?.tokens.count ?? 0)
    for (room, fits) in [(count + 16, true), (count + 15, false)] {
      let made = try? Prompt(
        name: "test", text: prompt.text, tokenizer: checkpoint.tokenizer, framing: prompt.framing,
        contextLength: room, answerLimit: 16)
      #expect((made != nil) == fits)
    }
  }

  // MARK: The engine

  private static let names = [
    "laq", "laq++(m=3)", "snapkv(w=8)", "h2o", "streaming+rerotate", "snapkv/ada", "h2o+decode(every=1,keep=200)",
    "oracle",
  ]

  /// What is kept, and what the lookahead guesses, is as if nothing were ever asked.
  @Test func policiesDoNotSeeTheQuestion() async throws {
    let asked = try await Self.run(Self.names, budget: 24, Self.prompt([Self.questions[0]]))
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let bare = try Prompt(
      name: "test", text: Array((Self.context + "\n\n").utf8), tokenizer: checkpoint.tokenizer)
    let unasked = try await Self.run(Self.names, budget: 24, bare)
    #expect(asked.stage == .done && asked.prompt.tokens.map(\.id) == bare.tokens.map(\.id))
    for (a, b) in zip(asked.results, unasked.results) where !a.policy.needs.contains(.decode) {
      #expect(a.kept == b.kept, "\(a.policy)")
      #expect(a.lookahead?.pseudo.tokens == b.lookahead?.pseudo.tokens, "\(a.policy)")
    }
    #expect(asked.full?.answer.tokens != unasked.full?.answer.tokens)
  }

  /// The full cache answers as if text and question had passed through the model together.
  @Test func theFullCacheAnswersLikeOnePass() async throws {
    let prompt = try Self.prompt([Self.questions[0]])
    let run = try await Self.run(["snapkv"], budget: 24, prompt)
    let full = try #require(run.full)
    let later = try #require(prompt.laterQuestion).tokens.map(\.id)
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let decoder = try Decoder(checkpoint.configuration, weights: checkpoint.weights(), precision: .float32)
    let whole = try decoder.prefill(prompt.tokens.map(\.id) + later)
    let step = NextTokens(logits: whole.lastLogits)
    #expect(step.choice == full.answer.tokens.first)
    for (a, b) in zip(step.candidates, full.answer.steps[0].candidates) {
      #expect(a.token == b.token && abs(a.probability - b.probability) < 1e-4)
    }
    #expect(run.vocabulary.text(full.answer.tokens) == " The passcode of Temley is amber lantern.")
    // The question's queries are at the positions behind the text, the answer's behind those.
    let count = prompt.tokens.count
    #expect(run.questionQueries?.positions == Array(count..<count + later.count))
    #expect(run.decodeQueries?.positions.first == count + later.count)
    // What chose the first token is the question's last query, not the text's.
    let rows = try #require(run.decodeAttention(step: 0, layer: 1))
    let own = whole.attention(
      layer: 1, queryHead: 2, row: .prompt(position: whole.tokenCount - 1), visible: count)
    for (a, b) in zip(rows[2], own) { #expect(abs(a - b) < 1e-4) }
  }

  @Test func aBudgetThatHoldsTheTextAnswersAsTheFullCacheDoes() async throws {
    let run = try await Self.run(Self.names, budget: 4096, Self.prompt([Self.questions[1]]))
    for result in run.results {
      #expect(result.answer.tokens == run.full?.answer.tokens, "\(result.policy)")
    }
  }

  @Test func theQuestionStaysInTheCache() async throws {
    let prompt = try Self.prompt([Self.questions[0]])
    let asked = Double(try #require(prompt.laterQuestion).tokens.count)
    let run = try await Self.run(["snapkv", "h2o+decode(every=1,keep=24)"], budget: 24, prompt)
    #expect(run.results[0].answer.heldTokens.prefix(3) == [24 + asked, 25 + asked, 26 + asked])
    #expect(run.full?.answer.heldTokens.first == Double(prompt.tokens.count) + asked)
    // A cache that is reduced while it grows holds the question whole until the answer begins.
    #expect(run.results[1].answer.heldTokens.prefix(2) == [24 + asked, 24])
  }

  // MARK: Several questions

  @Test func severalQuestionsShareOneCompressedCache() async throws {
    let both = try await Self.run(Self.names, budget: 24, Self.prompt(Self.questions))
    let alone = try await Self.run(Self.names, budget: 24, Self.prompt([Self.questions[1]]))
    let other = try #require(both.answered.first)
    #expect(both.stage == .done && both.answered.count == 1 && other.question == Self.questions[1])
    #expect(other.full.answer.tokens == alone.full?.answer.tokens)
    #expect(other.full.answer.tokens != both.full?.answer.tokens)
    for ((first, second), fresh) in zip(zip(both.results, other.results), alone.results) {
      #expect(second.kept == fresh.kept && second.answer.tokens == fresh.answer.tokens, "\(fresh.policy)")
      #expect(second.agreement == fresh.agreement, "\(fresh.policy)")
      // Measured seconds are never the same twice: nothing was evicted again.
      if !first.policy.needs.contains(.decode) {
        #expect(first.kept == second.kept && first.evictionSeconds == second.evictionSeconds, "\(first.policy)")
      }
    }
  }

  @Test func anotherQuestionOnTheSameCachesGivesWhatAFreshRunGives() async throws {
    let first = try await Self.run(Self.names, budget: 24, Self.prompt([Self.questions[0]]))
    let second = try await Self.run(
      Self.names, budget: 24, Self.prompt([Self.questions[1]]), earlier: first)
    let fresh = try await Self.run(Self.names, budget: 24, Self.prompt([Self.questions[1]]))
    #expect(second.figures == fresh.figures && second.decodeMass?.layers == fresh.decodeMass?.layers)
    #expect(second.answered.map(\.question) == [Self.questions[0]])
    for (a, b) in zip(second.results, fresh.results) {
      #expect(a.kept == b.kept && a.agreement == b.agreement, "\(a.policy)")
      #expect(a.answer.tokens == b.answer.tokens && a.answer.steps == b.answer.steps, "\(a.policy)")
      #expect(a.followed?.steps == b.followed?.steps, "\(a.policy)")
    }
    // And back: all of it is known.
    let back = try await Self.run(
      Self.names, budget: 24, Self.prompt([Self.questions[0]]), earlier: second)
    #expect(back.figures == first.figures && back.answered.map(\.question) == [Self.questions[1]])
    for (a, b) in zip(back.results, first.results) {
      #expect(a.answer.steps == b.answer.steps && a.evictionSeconds == b.evictionSeconds, "\(a.policy)")
    }
  }

  @Test func aQuestionThatMovesIntoThePromptIsComputedAnew() async throws {
    let after = try await Self.run(Self.names, budget: 24, Self.prompt([Self.questions[0]]))
    let whole = try Self.prompt([Self.questions[0]], isAfter: false)
    let moved = try await Self.run(Self.names, budget: 24, whole, earlier: after)
    let fresh = try await Self.run(Self.names, budget: 24, whole)
    for (a, b) in zip(moved.results, fresh.results) {
      #expect(a.kept == b.kept && a.answer.tokens == b.answer.tokens, "\(a.policy)")
    }
    #expect(moved.questionQueries == nil || moved.questionQueries?.count == 0)
    let again = try await Self.run(Self.names, budget: 24, after.prompt, earlier: moved)
    for (a, b) in zip(again.results, after.results) {
      #expect(a.kept == b.kept && a.answer.tokens == b.answer.tokens, "\(a.policy)")
    }
  }

  /// The way of benchmarks answers as the way of screens does.
  @Test func everyBudgetAnswersAsItsRunDoes() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Self.prompt([Self.questions[0]])
    let engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    let results = try await engine.results(
      RunRequest(
        prompt: prompt, policies: try Self.names.map { try Policy(parsing: $0) },
        budgets: [.tokens(24), .tokens(48)], answerLimit: 16)
    ).map { try $0.get() }
    for budget in [24, 48] {
      let run = try await Self.run(Self.names, budget: budget, prompt)
      for result in run.results {
        let same = results.first { $0.policy == result.policy && $0.budget == .tokens(budget) }
        #expect(same?.answer.tokens == result.answer.tokens, "\(result.policy) at \(budget)")
      }
    }
  }

  // MARK: What is made of it

  @Test func whatWasLostIsFoundOnTheSameQuestion() async throws {
    let prompt = try Self.prompt([Self.questions[0]])
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let engine = RunEngine(checkpoint: checkpoint, precision: .float32)
    let policy = try #require(Policy("streaming"))
    let run = await engine.run(
      Run(
        modelName: "embedded", prompt: prompt,
        settings: ExplorationSettings(budget: 24, policies: [policy], answerLimit: 16),
        vocabulary: Vocabulary(checkpoint.tokenizer)))
    let finding = await engine.why(try WhyFinding(run, policy: policy), of: run)
    #expect(finding.stage == .found && !finding.restored.isEmpty)
    let text = WhyExport(finding, of: run).text
    #expect(text.contains("asked after the eviction"))
  }

  @Test func exportsSayThatTheQuestionCameAfter() async throws {
    let run = try await Self.run(["snapkv"], budget: 24, Self.prompt(Self.questions))
    let export = try KeptExport(run)
    let json = String(decoding: try export.json(), as: UTF8.self)
    #expect(json.contains("\"questionAfterEviction\":\"Question: What is the passcode of Temley?"))
    #expect(json.contains("\"otherQuestions\":[{\"answers\":["))
    #expect(json.contains(" The passcode of Brandton is 48213."))
    for format in [ExportFormat.npz, .safetensors] {
      #expect(try export.data(format, path: "x").range(of: Data("questionAfterEviction".utf8)) != nil)
    }
    let whole = try await Self.run(["snapkv"], budget: 24, Self.prompt([Self.questions[0]], isAfter: false))
    #expect(!String(decoding: try KeptExport(whole).json(), as: UTF8.self).contains("uestionAfter"))
  }

  @Test func aTraceHasNoPlaceForTheQuestion() async throws {
    let run = try await Self.run(["snapkv"], budget: 24, Self.prompt([Self.questions[0]]))
    let error = #expect(throws: ExportError.self) { try TraceExport(run) }
    #expect(error == .questionAfterEviction && error?.description.contains("without --question-after") == true)
  }
}
