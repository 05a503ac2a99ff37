import Checkpoint
import Exploration

/// A needle in a haystack: one fact hidden in a long text, at every length and depth.
///
/// Needle and haystack are made up of the embedded model's words unless they are given. With one seed, the
/// haystack of a length and its made-up needle are the same at every depth.
package struct NeedleSuite: EvaluationSuite {
  package static let name = "needle"
  package static let primaryScore = "rouge1"

  /// Tokens of a prompt, needle and question included.
  ///
  /// The reference's lengths are those of the haystack before 200 tokens are taken off for question and
  /// answer.
  package let lengths: [Int]
  /// Where the needle stands, in per cent of the haystack's tokens; 100 is the end.
  package let depths: [Int]
  /// One prompt of each length and depth per seed.
  package let seeds: Range<Int>
  /// The needle, if it is not made up.
  package let text: NeedleText?
  /// The haystack, if it is not made up.
  package let haystack: Haystack?
  /// What is put around both.
  package let frame: NeedleFrame
  /// Tokens of an answer at most; 30 in the reference.
  package let answerLimit: Int

  /// The depths that there are.
  package static let depthRange = 0...100

  /// Makes a suite.
  /// - Throws: `EvaluationError.badOption`.
  package init(
    lengths: [Int], depths: [Int] = Array(stride(from: 0, through: 100, by: 10)), seeds: Range<Int> = 0..<1,
    text: NeedleText? = nil, haystack: Haystack? = nil, frame: NeedleFrame = .plain, answerLimit: Int = 30
  ) throws {
    if let depth = depths.first(where: { !Self.depthRange.contains($0) }) {
      throw EvaluationError.badOption("depths", expected: "from 0 to 100 per cent", found: String(depth))
    }
    if let length = lengths.first(where: { !(64...10_000_000).contains($0) }) {
      throw EvaluationError.badOption(
        "lengths", expected: "from 64 to 10000000 tokens", found: String(length))
    }
    guard ExplorationSettings.answerLimits ~= answerLimit else {
      throw EvaluationError.badOption(
        "answerLimit", expected: "from 1 to 4096 tokens", found: String(answerLimit))
    }
    self.lengths = lengths.withoutRepetitions()
    self.depths = depths.withoutRepetitions()
    self.seeds = seeds
    self.text = text
    self.haystack = haystack
    self.frame = frame
    self.answerLimit = answerLimit
  }

  package init(options: [String: CaseParameter]) throws {
    let reader = OptionReader(options)
    let text = try options["needle"].map { needle in
      NeedleText(
        needle: needle.description, question: try reader.value("question", "a text", \.text),
        answer: try reader.value("answer", "a text", \.text))
    }
    let haystack = try options["haystack"]?.text.map(Haystack.init(folder:))
    if let haystack, let digest = options["haystackDigest"]?.text, digest != haystack.digest {
      throw EvaluationError.badOption(
        "haystack", expected: "a folder with the texts of then (SHA-256 \(digest))",
        found: "changed since (\(haystack.digest))")
    }
    try self.init(
      lengths: reader.list("lengths", of: "whole numbers", \.integer),
      depths: reader.list("depths", of: "whole numbers", \.integer), seeds: reader.seeds(), text: text,
      haystack: haystack,
      frame: reader.value("frame", "plain or book") { $0.text.flatMap(NeedleFrame.init(rawValue:)) },
      answerLimit: reader.value("answerLimit", "a whole number", \.integer))
  }

  package var options: [String: CaseParameter] {
    var options: [String: CaseParameter] = [
      "lengths": .list(lengths.map { .integer($0) }), "depths": .list(depths.map { .integer($0) }),
      "frame": .text(frame.rawValue), "answerLimit": .integer(answerLimit),
    ]
    if let text {
      options["needle"] = .text(text.needle)
      options["question"] = .text(text.question)
      options["answer"] = .text(text.answer)
    }
    if let haystack {
      options["haystack"] = .text(haystack.folder)
      options["haystackDigest"] = .text(haystack.digest)
    }
    return options.merging(OptionReader.options(seeds)) { $1 }
  }

  package func cases() -> [EvaluationCase] {
    lengths.flatMap { length in
      depths.flatMap { depth in
        seeds.map { seed in
          EvaluationCase(
            id: "needle-\(length)-\(depth)-\(seed)", task: Self.name,
            parameters: ["length": .integer(length), "depth": .integer(depth)], seed: seed)
        }
      }
    }
  }

  package func prompt(for one: EvaluationCase, model: EvaluationModel) throws -> CasePrompt {
    guard let length = one.parameters["length"]?.integer, let depth = one.parameters["depth"]?.integer,
      let seed = one.seed
    else { throw CaseError("\(one.id): a length, a depth and a seed are needed to make this prompt") }
    guard lengths.contains(length), depths.contains(depth), seeds.contains(seed) else {
      throw CaseError.foreign(one.id)
    }
    try model.checkLength(length, of: one)
    let tokenizer = model.checkpoint.tokenizer
    var random = CaseRandom("\(Self.name) \(length)", seed: seed)
    let asked = text ?? Self.madeUp(&random)
    let around = frame.framed([], question: asked.question)
    // Four for empty lines and joints.
    let spare = 4 + tokenizer.encode(around.text + Array((around.question ?? "").utf8)).count
    let room = length - spare
    guard room > 0 else {
      throw CaseError("\(one.id): the question alone has \(spare) tokens; ask for a longer prompt")
    }
    let hay =
      try haystack?.hiding(asked.needle, atDepth: Double(depth), length: room, tokenizer: tokenizer)
      ?? Array(
        TaskText(facts: [asked.needle], tokenizer: tokenizer).inserted(
          atDepth: Double(depth), length: room, &random
        ).utf8)
    let framed = frame.framed(hay, question: asked.question)
    // The reference's answers end with their line.
    let lineEnd = tokenizer.encode(Array("\n".utf8), addingSpecialTokens: false).last.map { [$0.id] } ?? []
    return CasePrompt(
      prompt: try Prompt(
        name: one.id, text: framed.text, tokenizer: tokenizer,
        framing: model.framing(question: framed.question, questionOffset: framed.questionOffset)),
      references: [asked.needle.trimmingSpace, asked.answer], answerLimit: answerLimit,
      endTokens: Set(lineEnd))
  }

  /// A fact of held-out words, in the form that the embedded model knows.
  private static func madeUp(_ random: inout CaseRandom) -> NeedleText {
    let relation = TaskWords.relation(&random)
    let key = TaskWords.name(&random)
    let value = TaskWords.value(&random)
    return NeedleText(
      needle: "The \(relation) of \(key) is \(value).", question: "What is the \(relation) of \(key)?",
      answer: value)
  }

  /// The right answer's words without the full stop at their end.
  package func expected(of prompt: CasePrompt) -> [ExpectedAnswer] {
    guard var right = prompt.references.dropFirst().first?.trimmingSpace else { return [] }
    if right.last == "." { right.removeLast() }
    return ExpectedAnswer(anyOf: [right]).map { [$0] } ?? []
  }

  /// `rouge1`: ROUGE-1's F measure of needle and answer, the reference's score (a tenth of it); `recall`: the
  /// share of the right answer's different words in it, which its plots show; `exact`: the right answer
  /// stands in it, upper and lower case, space and a full stop at its end aside.
  package func scores(of answer: CaseAnswer, to prompt: CasePrompt) -> [String: Double] {
    guard prompt.references.count == 2 else { return [:] }
    let (needle, right) = (prompt.references[0], prompt.references[1])
    let given = answer.text.trimmingSpace
    func words(_ text: String) -> [String] {
      text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    }
    let expected = Set(words(right))
    var core = words(right).joined(separator: " ")
    if core.last == "." { core.removeLast() }
    return [
      "rouge1": Rouge1(target: needle, prediction: given).fMeasure,
      "recall": expected.isEmpty
        ? 0 : Double(expected.intersection(words(given)).count) / Double(expected.count),
      "exact": words(given).joined(separator: " ").containsWords(core) ? 1 : 0,
    ]
  }
}
