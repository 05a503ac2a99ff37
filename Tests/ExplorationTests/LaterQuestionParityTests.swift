import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// Answers to questions that come after the eviction are those of kvpress' pipeline, on three tiny models
/// (`Fixtures/questions/make_questions.py`).
@Suite struct LaterQuestionParityTests {
  struct Case: Decodable {
    let model: String
    let policy: String
    let budget: Int
    let context: [Int]
    let questions: [[Int]]
    let answers: [[Int]]
    /// `[layer][head]`; `nil` where keys are turned.
    let kept: [[[Int]]]?
  }

  static func cases() throws -> [Case] {
    let file = try Places.fixture("questions/questions.json", in: .module)
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
  }

  private static func prompt(_ one: Case, _ question: [Int]) -> Prompt {
    func tokens(_ ids: [Int]) -> [Token] { ids.map { Token(id: $0, byteRange: 0..<0) } }
    return Prompt(
      name: one.policy, text: [0], tokens: tokens(one.context), pieces: one.context.map { _ in [] },
      hash: String(describing: one.context), questionTokenCount: nil,
      laterQuestion: LaterQuestion(tokens: tokens(question)))
  }

  @Test(arguments: ["mha", "gqa", "qwen3"]) func answersAreThePipelines(_ model: String) async throws {
    let folder = Places.root.appendingPathComponent("Tests/EvictionTests/Fixtures/models/\(model)").path
    let engine = RunEngine(
      configuration: try ModelConfiguration(path: folder + "/config.json"), precision: .float32
    ) {
      try Safetensors(path: folder + "/model.safetensors")
    }
    let cases = try Self.cases().filter { $0.model == model }
    #expect(cases.count == 11)
    for one in cases {
      for (question, answer) in zip(one.questions, one.answers) {
        let results = try await engine.results(
          RunRequest(
            prompt: Self.prompt(one, question), policies: [try Policy(parsing: one.policy)],
            budgets: [.tokens(one.budget)], answerLimit: answer.count)
        ).map { try $0.get() }
        let result = try #require(results.last)
        #expect(result.answer.tokens == answer, "\(one.policy) of \(one.budget)")
        if let kept = one.kept { #expect(result.kept.positions == kept, "\(one.policy) of \(one.budget)") }
      }
    }
  }
}
