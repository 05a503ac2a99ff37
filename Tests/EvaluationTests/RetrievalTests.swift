import Exploration
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct RetrievalTests {
  let model: EvaluationModel

  init() throws { model = try Workplace().model }

  private func prompts(_ family: RetrievalFamily, seeds: Range<Int> = 0..<12) throws -> [CasePrompt] {
    let suite = try RetrievalSuite(families: [family], lengths: [512], seeds: seeds)
    return try suite.cases().map { try suite.prompt(for: $0, model: model) }
  }

  private func text(_ prompt: CasePrompt) -> String { String(decoding: prompt.prompt.text, as: UTF8.self) }

  @Test(arguments: RetrievalFamily.allCases) func theSameSeedMakesTheSamePrompt(_ family: RetrievalFamily)
    throws
  {
    let first = try prompts(family), second = try prompts(family)
    #expect(first.map(\.prompt.hash) == second.map(\.prompt.hash))
    #expect(Set(first.map(\.prompt.hash)).count == first.count, "two seeds made the same prompt")
    // Whatever else the suite has, a case is made of its own parameters alone.
    let alone = try RetrievalSuite(families: [.single, family], lengths: [512, 700], seeds: 11..<12)
    let again = try alone.cases().filter { $0.id == "\(family.rawValue)-512-11" }.map {
      try alone.prompt(for: $0, model: model)
    }
    #expect(again.first?.prompt.hash == first.last?.prompt.hash)
  }

  /// What a screen marks a right answer by is in the right one, and in no other case's.
  @Test(arguments: RetrievalFamily.allCases) func theRightAnswerHasWhatIsExpected(_ family: RetrievalFamily)
    throws
  {
    let suite = try RetrievalSuite(families: [family], lengths: [512], seeds: 0..<4)
    let asked = try suite.cases().map { try suite.prompt(for: $0, model: model) }
    for prompt in asked {
      let expected = suite.expected(of: prompt)
      #expect(!expected.isEmpty)
      for other in asked {
        let right = try #require(other.references.first)
        #expect(expected.allSatisfy { $0.isIn(right) } == (other.prompt.hash == prompt.prompt.hash))
      }
    }
  }

  /// Generators of other releases would be other benchmarks: what one seed makes is written down here.
  @Test func aSeedMeansTheSameInEveryRelease() throws {
    let prompt = try prompts(.chain)[0]
    #expect(prompt.prompt.hash == "d9b3b348164113fc83a4580a82332c2c71fbfec63ddcdea223bdd4192243d4a9")
  }

  @Test(arguments: RetrievalFamily.allCases) func promptsHaveTheAskedLengthAndHoldTheirAnswers(
    _ family: RetrievalFamily
  ) throws {
    for prompt in try prompts(family) {
      #expect((460...512).contains(prompt.prompt.tokens.count), "\(prompt.prompt.tokens.count) tokens")
      let text = text(prompt)
      for value in prompt.references.dropFirst() { #expect(text.contains(value), "\(value) stands nowhere") }
      #expect((prompt.prompt.questionTokenCount == nil) == family.putsQuestionFirst)
      let whole = prompt.prompt.tokens.indices.reduce(into: [UInt8]()) { $0 += prompt.prompt.bytes(at: $1) }
      let read = String(decoding: whole, as: UTF8.self)
      #expect(read.hasSuffix("Answer:") && read.contains("Question: ") && !read.contains("\n\n\n"))
      #expect(read.hasPrefix("Question: ") == family.putsQuestionFirst)
    }
  }

  @Test func factsAreOfWordsThatTrainingDidNotHave() throws {
    var random = CaseRandom("words", seed: 1)
    #expect(TaskWords.adjectives.count > 8 && TaskWords.nouns.count > 8)
    for _ in 0..<200 {
      #expect(TaskWords.isHeldOut(TaskWords.name(&random)) && TaskWords.isHeldOut(TaskWords.number(&random)))
    }
  }

  /// The rule of `Samples/Model/words.py`, by its own numbers.
  @Test func theHeldOutWordsAreThoseOfTheTrainingScripts() throws {
    let words = Places.root.appendingPathComponent("Samples/Model/words.py")
    let source = try String(contentsOf: words, encoding: .utf8)
    for (name, list) in [
      ("ADJECTIVES", TaskVocabulary.adjectives), ("NOUNS", TaskVocabulary.nouns),
      ("RELATIONS", TaskVocabulary.relations),
      ("PLACES", TaskVocabulary.places), ("PEOPLE", TaskVocabulary.people),
    ] {
      let parts = source.components(separatedBy: "\(name) = \"\"\"")
      #expect(
        parts.last?.components(separatedBy: "\"\"\"").first?.split(whereSeparator: \.isWhitespace).map(
          String.init) == list)
    }
  }

  @Test func onlyTheRightAnswerWordForWordIsExact() throws {
    let suite = try RetrievalSuite()
    let prompt = CasePrompt(
      prompt: try Prompt(name: "any", text: Array("any".utf8), tokenizer: model.checkpoint.tokenizer),
      references: ["The lots of A are red hat, the lots of B are 47.", "red hat", "47"], answerLimit: 9)
    func scores(_ text: String, ended: Bool = true) -> [String: Double] {
      suite.scores(of: CaseAnswer(text: text, hasEnded: ended), to: prompt)
    }
    #expect(scores(" The lots of A are red hat, the lots of B are 47.") == ["exact": 1, "found": 1])
    #expect(
      scores(" The lots of A are red hat, the lots of B are 47.", ended: false) == ["exact": 0, "found": 1])
    #expect(scores(" The lots of A are red hat, the lots of B are 478.") == ["exact": 0, "found": 0.5])
    #expect(scores("") == ["exact": 0, "found": 0])
  }

  @Test func optionsMakeTheSuiteAgain() throws {
    let suite = try RetrievalSuite(families: [.many, .first], lengths: [300, 200], seeds: 7..<9)
    let again = try RetrievalSuite(options: suite.options)
    #expect(again.cases() == suite.cases() && again.options == suite.options)
    #expect(throws: EvaluationError.self) {
      try RetrievalSuite(options: suite.options.filter { $0.key != "lengths" })
    }
    #expect(throws: EvaluationError.self) { try RetrievalSuite(lengths: [12]) }
  }
}
