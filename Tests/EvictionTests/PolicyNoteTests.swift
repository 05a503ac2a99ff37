import Testing
import Transformer

@testable import Eviction

/// What a policy does not do at a budget stands beside its score.
@Suite struct PolicyNoteTests {
  static let evidence = RandomEvidence(
    shape: ModelShape(layerCount: 4, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8), tokenCount: 120,
    seed: 9
  ).evidence

  static func figures(
    _ name: String, budget: Int, answerLimit: Int = 64, _ evidence: Evidence = evidence
  ) throws -> ChoiceFigures {
    let policy = try Policy(parsing: name)
    let (kept, scores) = try policy.evict(evidence, budget: budget, granularity: .kvHead)
    return try #require(
      ChoiceFigures(
        policy, kept: kept, scores: scores, facts: evidence.facts(budget: budget), answerLimit: answerLimit))
  }

  static func notes(_ name: String, budget: Int, answerLimit: Int = 64) throws -> [String] {
    try figures(name, budget: budget, answerLimit: answerLimit).notes.map {
      $0.sentence(try Policy(parsing: name), budget: String(budget))
    }
  }

  @Test func figuresSayWhatIsKeptAndWhy() throws {
    let plain = try Self.figures("snapkv", budget: 48)
    #expect(plain.keptPerHead == 48 && plain.window == 16 && plain.chosenPerHead == 32)
    #expect(plain.notes.isEmpty && !plain.keepsOtherTotal)
    let wide = try Self.figures("snapkv(w=32)", budget: 48)
    #expect(wide.window == 32 && wide.chosenPerHead == 16)
    let heavy = try Self.figures("h2o", budget: 48)
    #expect(heavy.window == nil && heavy.chosenPerHead == 24)
    #expect(try Self.figures("laq", budget: 48).chosenPerHead == 48)
    // What CriticalKV protects was chosen by score.
    #expect(try Self.figures("snapkv+critical", budget: 48).chosenPerHead == 32)
    // Heads may have other numbers; the mean counts.
    let divided = try Self.figures("snapkv/ada", budget: 48)
    #expect(divided.keptPerHead == 48 && divided.chosenPerHead == 32 && divided.notes.isEmpty)
  }

  @Test func aPyramidThatIsNoneSaysWhy() throws {
    #expect(
      try Self.notes("snapkv/pyramid", budget: 48) == [
        "uniform here: the pyramid's minimum (2.4) is below its window"
      ])
    #expect(try Self.notes("snapkv(w=2)/pyramid", budget: 48).isEmpty)
    #expect(try Self.notes("laq/pyramid", budget: 48).isEmpty)
    #expect(try Self.notes("snapkv/ratios(0.5)", budget: 60).isEmpty)
  }

  @Test func aBudgetThatIsAllWindowSaysSo() throws {
    #expect(
      try Self.notes("snapkv(w=32)", budget: 32) == ["no token was chosen by score: 32 are always kept"])
    #expect(
      try Self.notes("snapkv(w=64)/ada", budget: 20) == [
        "uniform here: every head keeps as many as without /ada",
        "no token was chosen by score: 20 are always kept",
      ])
    // By default it is never all window, and StreamingLLM is not meant to choose.
    for budget in 2...119 { #expect(try Self.notes("snapkv", budget: budget).isEmpty, "\(budget)") }
    #expect(try Self.notes("streaming", budget: 32).isEmpty)
  }

  @Test func aCacheThatNeverFillsSaysSo() throws {
    #expect(
      try Self.notes("snapkv+decode(keep=256)", budget: 48) == [
        "+decode never evicts here: 256 tokens are more than prompt and answer leave"
      ])
    #expect(
      try Self.notes("snapkv+decode", budget: 48, answerLimit: 20) == [
        "+decode never evicts here: the answer has fewer than 32 tokens"
      ])
    #expect(try Self.notes("snapkv+decode", budget: 48).isEmpty)
  }

  @Test func anotherTotalSaysSo() throws {
    let figures = try Self.figures("snapkv+chunkkv(size=25)", budget: 48)
    #expect(figures.keptPerHead < 47 && figures.keepsOtherTotal)
    let sentence = try #require(try Self.notes("snapkv+chunkkv(size=25)", budget: 48).first)
    #expect(sentence.hasPrefix("keeps ") && sentence.hasSuffix(" of 48 tokens per head"))
    #expect(
      try Self.notes("snapkv/simlayer", budget: 48) == [
        "nothing is evicted here: /simlayer leaves every layer alone"
      ])
    // Whoever has room for all evicts nothing, which is no fault.
    #expect(try Self.notes("snapkv/pyramid", budget: 200).isEmpty)
  }

  @Test func scoresOfZeroAreCounted() throws {
    let policy = try Policy(parsing: "snapkv(w=4)")
    let recording = Self.evidence.recording
    let (kept, scores) = try policy.evict(Self.evidence, budget: 20, granularity: .kvHead)
    let table = try #require(scores)
    // Five of each head's chosen tokens have attention, by what the table is made to say.
    let layers = kept.positions.map { heads in
      heads.map { positions in
        (0..<recording.tokenCount).map { positions.prefix(5).contains($0) ? Float(1) : 0 }
      }
    }
    let made = ScoreTable(
      granularity: .kvHead, layers: layers, protected: table.protected, tokenCount: recording.tokenCount)
    let figures = try #require(
      ChoiceFigures(
        policy, kept: kept, scores: made, facts: PromptFacts(budget: 20), answerLimit: 64))
    #expect(figures.notes == [PolicyNote(.zeroScores, 11)])
    #expect(
      figures.notes[0].sentence(policy, budget: "20")
        == "11 kept tokens per head have score 0: they stay for their place alone")
  }
}
