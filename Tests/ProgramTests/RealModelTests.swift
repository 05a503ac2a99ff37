import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing

/// Where the real model lies, as `.ci/run` says.
enum RealModel {
  private static let environment = ProcessInfo.processInfo.environment
  static let files = (environment["LAQ_REAL_MODEL"] ?? "").split(separator: ":").map(String.init)
  static let program = environment["LAQ_REAL_PROGRAM"]
  static let expectations = Places.root.appendingPathComponent(
    "Tests/ProgramTests/Fixtures/RealModel/expected.json")
}

/// A model that people have, SmolLM2-135M-Instruct, against what transformers computes with the same weights.
///
/// The model is no part of the package. `LAQ_REAL_MODEL` names its files, a colon between them: the GGUF, and
/// the folder that `Fixtures/RealModel/model_folder.py` makes of it. `LAQ_REAL_PROGRAM` names an optimised
/// build, without which a pass over 135 million weights takes minutes. `.ci/run` sets both.
@Suite(
  .enabled(if: !RealModel.files.isEmpty, "LAQ_REAL_MODEL names no files: .ci/run fetches and names them"),
  .serialized)
struct RealModelTests {
  struct Expected: Decodable {
    struct Case: Decodable, Sendable {
      let name, text, framed, answerText: String
      let chat: Bool
      let ids, answer: [Int]
      let end: Int?
    }

    let answerLimit: Int
    let cases: [Case]
  }

  /// What the JSON export tells of a prompt and its answers.
  struct Export: Decodable {
    struct Prompt: Decodable {
      struct Token: Decodable { let id: Int }
      let tokens: [Token]
    }

    struct Outcome: Decodable {
      let name, answer: String
      let answerTokens: [Int]
    }

    let prompt: Prompt
    let policies: [Outcome]
  }

  static func expected() throws -> Expected {
    try JSONDecoder().decode(Expected.self, from: Data(contentsOf: RealModel.expectations))
  }

  @Test(arguments: RealModel.files) func textsBecomeTheIdsOfTheirTokenizer(_ model: String) throws {
    let tokenizer = try Checkpoint(path: model).tokenizer
    for known in try Self.expected().cases where !known.chat {
      #expect(tokenizer.encode(Array(known.text.utf8)).map(\.id) == known.ids, "\(known.name)")
    }
  }

  @Test(arguments: RealModel.files) func answersAreThoseOfTransformers(_ model: String) throws {
    let expected = try Self.expected()
    for known in expected.cases { try Self.check(known, model, limit: expected.answerLimit) }
  }

  /// A level above the CPU's own changes nothing.
  @Test(arguments: RealModel.files, ["portable", "avx2", "avx512"])
  func aChatIsAnsweredTheSameAtEveryInstructionSet(_ model: String, _ level: String) throws {
    let expected = try Self.expected()
    let chat = try #require(expected.cases.first { $0.chat })
    try Self.check(chat, model, limit: expected.answerLimit, environment: ["LAQ_CPU": level])
  }

  /// A policy whose scores are no finite numbers has no result; the others have.
  @Test(arguments: RealModel.files) func everyPolicyOrdersTheTextsByFiniteScores(_ model: String) throws {
    // This model has no trained gate.
    let names = PolicyRegistry.all.map(\.name).filter { $0 != "full" && $0 != "gate" }
    for known in try Self.expected().cases {
      let folder = try ScratchFolder()
      let text = try folder.write(
        String(repeating: known.text + "\n", count: 512 / max(1, known.ids.count) + 1), as: "text.txt")
      let export = folder.url.appendingPathComponent("kept.json")
      let outcome = try Program.run(
        [text, "--model", model, "--budget", "32", "--steps", "4", "--export", export.path]
          + names.flatMap { ["--policy", $0] }, program: RealModel.program)
      try #require(outcome.status == 0, "\(known.name): \(outcome.errors)")
      let read = try JSONDecoder().decode(Export.self, from: Data(contentsOf: export))
      #expect(Set(names).subtracting(read.policies.map(\.name)).isEmpty, "\(known.name)")
    }
  }

  /// The framing of a chat is part of the ids, and the end of a turn ends the answer.
  private static func check(
    _ known: Expected.Case, _ model: String, limit: Int, environment: [String: String] = [:]
  ) throws {
    let folder = try ScratchFolder()
    let text = try folder.write(known.text, as: "\(known.name).txt")
    let export = folder.url.appendingPathComponent("kept.json")
    let outcome = try Program.run(
      [text, "--model", model, "--precision", "float32", "--budget", "32", "--policy", "streaming"]
        + ["--steps", "\(limit)", "--export", export.path] + (known.chat ? ["--chat"] : []),
      environment: environment, program: RealModel.program)
    try #require(outcome.status == 0, "\(known.name): \(outcome.errors)")
    let read = try JSONDecoder().decode(Export.self, from: Data(contentsOf: export))
    #expect(read.prompt.tokens.map(\.id) == known.ids, "\(known.name): other tokens")
    let full = try #require(read.policies.first { $0.name == "full" })
    // An answer that ends before the limit has ended at an end of a turn, which is no part of it.
    #expect(full.answerTokens == known.answer, "\(known.name): \(full.answer)")
    #expect(full.answer == known.answerText, "\(known.name)")
  }
}
