import Checkpoint
import Exploration

/// The embedded model's tasks on texts of held-out words: family by family, length by length, as many prompts
/// of each as there are seeds.
package struct RetrievalSuite: EvaluationSuite {
  package static let name = "retrieval"
  package static let primaryScore = "exact"
  package static let groupTitles = Dictionary(
    uniqueKeysWithValues: RetrievalFamily.allCases.map { ($0.rawValue, $0.title) })

  /// The families, in the order of tables.
  package let families: [RetrievalFamily]
  /// Tokens of a prompt at most; a text ends within a sentence of it.
  package let lengths: [Int]
  /// The seeds: one prompt of each family and length per seed.
  package let seeds: Range<Int>

  /// Lengths that leave room for a family's facts, its question and filler.
  package static let lengthRange = 160...1_000_000

  /// Makes a suite.
  /// - Throws: `EvaluationError.badOption` for a length that is too short for the tasks, and for less than
  ///   one seed.
  package init(
    families: [RetrievalFamily] = RetrievalFamily.allCases, lengths: [Int] = [1024],
    seeds: Range<Int> = 0..<200
  ) throws {
    for length in lengths where !Self.lengthRange.contains(length) {
      throw EvaluationError.badOption(
        "lengths", expected: "from \(Self.lengthRange.lowerBound) to \(Self.lengthRange.upperBound) tokens",
        found: String(length))
    }
    self.families = families.withoutRepetitions()
    self.lengths = lengths.withoutRepetitions()
    self.seeds = seeds
  }

  package init(options: [String: CaseParameter]) throws {
    let reader = OptionReader(options)
    try self.init(
      families: reader.list("families", of: "families of tasks") {
        $0.text.flatMap(RetrievalFamily.init(rawValue:))
      },
      lengths: reader.list("lengths", of: "whole numbers", \.integer), seeds: reader.seeds())
  }

  package var options: [String: CaseParameter] {
    [
      "families": .list(families.map { .text($0.rawValue) }), "lengths": .list(lengths.map { .integer($0) }),
    ].merging(OptionReader.options(seeds)) { $1 }
  }

  package func cases() -> [EvaluationCase] {
    families.flatMap { family in
      lengths.flatMap { length in
        seeds.map { seed in
          EvaluationCase(
            id: "\(family.rawValue)-\(length)-\(seed)", task: family.rawValue,
            parameters: ["length": .integer(length)],
            seed: seed)
        }
      }
    }
  }

  package func prompt(for one: EvaluationCase, model: EvaluationModel) throws -> CasePrompt {
    guard let family = RetrievalFamily(rawValue: one.task), let length = one.parameters["length"]?.integer,
      let seed = one.seed
    else { throw CaseError("\(one.id): a family, a length and a seed are needed to make this prompt") }
    guard families.contains(family), lengths.contains(length), seeds.contains(seed) else {
      throw CaseError.foreign(one.id)
    }
    guard model.compressed == .all || !family.putsQuestionFirst else {
      throw CaseError(
        "\(one.id): '\(family.rawValue)' puts its question before the text, which cannot be compressed without it; use --compress all"
      )
    }
    try model.checkLength(length, of: one)
    let tokenizer = model.checkpoint.tokenizer
    var random = CaseRandom("\(Self.name) \(family.rawValue) \(length)", seed: seed)
    // A fact takes 15 to 20 tokens.
    let asked = RetrievalQuestion(
      family, room: max(1, (length - Self.lengthRange.lowerBound / 2) / 22), &random)
    let question = "Question: \(asked.question)" + (family.putsQuestionFirst ? "" : "\nAnswer:")
    let ending = family.putsQuestionFirst ? "\n\nAnswer:" : ""
    let text = TaskText(facts: asked.facts, tokenizer: tokenizer)
    // The begin-of-text token and the empty lines.
    let around = text.count(question) + text.count(ending) + 8
    let body = text.spread(length: length - around, &random) + ending
    let answer = tokenizer.encode(Array(" \(asked.answer)".utf8), addingSpecialTokens: false)
    return CasePrompt(
      prompt: try Prompt(
        name: one.id, text: Array(body.utf8), tokenizer: tokenizer,
        framing: model.framing(question: question, putsQuestionFirst: family.putsQuestionFirst)),
      references: [asked.answer] + asked.values, answerLimit: answer.count + Self.spareTokens)
  }

  /// Tokens that an answer may have more than the right one.
  private static let spareTokens = 8

  /// The asked values, or the whole answer where there are none.
  package func expected(of prompt: CasePrompt) -> [ExpectedAnswer] {
    let values = prompt.references.dropFirst()
    return (values.isEmpty ? prompt.references : Array(values)).compactMap { ExpectedAnswer(anyOf: [$0]) }
  }

  /// `exact`: the answer is the right one, word for word, and ends there. `found`: the share of the values in
  /// it.
  package func scores(of answer: CaseAnswer, to prompt: CasePrompt) -> [String: Double] {
    guard let right = prompt.references.first else { return [:] }
    let given = answer.text.trimmingSpace
    let values = prompt.references.dropFirst()
    let found = values.count { given.containsWords($0) }
    return [
      "exact": answer.hasEnded && given == right ? 1 : 0,
      "found": values.isEmpty ? 0 : Double(found) / Double(values.count),
    ]
  }
}
