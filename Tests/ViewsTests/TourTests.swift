import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Foundation
import Screen
import TestSupport
import Testing

@testable import Views

/// The tutorial: its steps end when their goals are reached, on the embedded model, and whatever else is
/// pressed.
@Suite struct TourTests {
  static let small = ViewState.smallestSize

  /// The program's loop without a terminal: keys, and what the engine makes of them.
  private struct Player {
    let engine: RunEngine
    var state: ViewState

    /// The tour at its beginning, its run told.
    init() async throws {
      let checkpoint = try Checkpoint(path: EmbeddedModel.folder())
      let prompt = try Prompt(
        name: EmbeddedSample.name, text: EmbeddedSample.text, tokenizer: checkpoint.tokenizer)
      let run = Run(
        modelName: EmbeddedModel.name, prompt: prompt, settings: ExplorationSettings(answerLimit: 24),
        vocabulary: Vocabulary(checkpoint.tokenizer))
      engine = RunEngine(checkpoint: checkpoint, precision: .float32)
      state = ViewState(run: run)
      state.begin(.needle)
      state.run = await engine.run(run)
      state.noticeTour()
    }

    mutating func press(_ keys: String) async throws {
      for key in try Key.parse(keys) {
        switch state.handle(key, size: TourTests.small) {
        case .explore:
          let next = Run(
            modelName: state.run.modelName, prompt: state.run.prompt, settings: state.setup.settings,
            vocabulary: state.run.vocabulary)
          state.run = await engine.run(next, earlier: state.run)
        case .why:
          if let finding = state.why { state.why = await engine.why(finding, of: state.run) }
        default: break
        }
        state.noticeTour()
      }
    }

    var index: Int { state.tour?.index ?? -1 }
    var words: String { state.tour?.words(state) ?? "" }
  }

  @Test func theWrittenKeysReachEveryStepAndTheEnd() async throws {
    var player = try await Player()
    let steps = Tour.needle.steps
    #expect(steps.count == 12)
    for (index, step) in steps.enumerated() {
      #expect(player.index == index)
      #expect(player.words.hasPrefix(step.tells))
      try await player.press(step.keys)
    }
    #expect(player.index == steps.count)
    #expect(player.words.hasPrefix("Found: without \"0\" LAQ says \"The favour of Munathow is 915.\""))
    // The sentences' figures are those of the run.
    let run = player.state.run
    #expect(run.prompt.tokens.count == 1178 && run.settings.budget == 48)
    let shape = try #require(run.recording?.shape)
    #expect(shape.layerCount * shape.queryHeadCount == 40)
    #expect(run.results.first?.lookahead?.queries.count == 8)
    #expect(player.state.why?.restored.count == 1)
    try await Self.checkFigures(run, engine: player.engine)
  }

  /// What the steps in Heads, the course and the lookahead view say of this text.
  private static func checkFigures(_ run: Run, engine: RunEngine) async throws {
    let snapkv = try #require(run.results.first { $0.policy.name == "snapkv" })
    let range = try #require(run.prompt.text.firstRange(of: Array("905".utf8)))
    let five = try #require(
      run.prompt.tokens.firstIndex { $0.byteRange.overlaps(range.upperBound - 1..<range.upperBound) })
    let mass = try #require(run.decodeMass)
    let heads = (0..<5).flatMap { layer in (0..<8).map { (layer: layer, head: $0) } }
    let looking = heads.filter { mass[$0.layer, $0.head][five] > 0.9 }
    #expect(looking.count == 10 && looking.count { $0.layer == 4 } == 7)
    let keeping = heads.filter { snapkv.kept.positions(layer: $0.layer, queryHead: $0.head).contains(five) }
    #expect(keeping.count == 2 && !keeping.contains { one in looking.contains { $0 == one } })
    let steps = ResultFigures(snapkv, of: run)
    #expect(steps.firstDifference == 10, "the 5 is the eleventh token")

    let laq = try #require(Policy("laq"))
    let study = await engine.study(try #require(LookaheadStudy.Request(laq, run.settings)), of: run)
    for (place, isRight) in [
      (LookaheadStudy.Row.Place.length(8), true), (.length(4), false), (.source(.position, .last), false),
      (.source(.position, .first), false), (.source(.position, .random), false),
    ] {
      let row = try #require(study.request.rows.first { $0.place == place })
      let answer = try #require(study.result(of: row)).get().answer
      #expect((answer.tokens == run.full?.answer.tokens) == isRight, "\(place)")
    }
  }

  @Test func theLastStepIsReachedByAnyTokenThatIsNeededAndByNoOther() async throws {
    var player = try await Player()
    for _ in 1..<Tour.needle.steps.count { try await player.press("<Tab>") }
    #expect(player.index == 11)
    try await player.press("<Tab><Tab>")
    #expect(player.index == 11, "an exercise is not passed over")
    // A token of the filler, then one of the number in a single head.
    try await player.press("/The deep ladder<Enter>SSX")
    #expect(player.index == 11 && player.words.contains("The answer stays"))
    try await player.press("u/905<Enter>llSX")
    #expect(player.index == 11 && player.words.contains("The answer stays"))
    try await player.press("SSX")
    #expect(player.index == 12 && player.words.contains("without \"5\" LAQ says"))
    // Back to the exercise: another token, and a policy that has lost the answer is mended.
    try await player.press("uu<BS>")
    #expect(player.index == 11 && !player.words.contains("Done already"))
    try await player.press("/905<Enter>vllpp")
    #expect(player.state.setup.policyTitle == "SnapKV")
    try await player.press("K")
    #expect(
      player.index == 12
        && player.words.contains("with \"905\" SnapKV says \"The favour of Munathow is 905.\""))
  }

  @Test func aGoalIsReachedWhateverKeysLeadThere() throws {
    var state = RunFixture.state()
    state.begin(.needle)
    func press(_ keys: String) throws {
      for key in try Key.parse(keys) { _ = state.handle(key, size: Self.small) }
    }
    try press("<Tab>")
    for keys in ["2", "3", "?", "j?", "/rope<Esc>", "#7l", "i<Esc>", "t", ".,", "o", "x"] { try press(keys) }
    #expect(state.tour?.index == 1)
    state.display.view = .compare
    state.noticeTour()
    #expect(state.tour?.index == 2)
    try press("jj")
    #expect(
      state.tour?.index == 3 && state.setup.policyTitle == "SnapKV",
      "by another key than the one that is written")
    // Back at a step whose goal stands reached: it stays until the reader goes on or reaches it anew.
    try press("<BS>")
    #expect(
      state.tour?.index == 2 && state.tour?.words(state).hasSuffix("Done already: `Tab` goes on.") == true)
    try press("1")
    #expect(state.tour?.index == 2)
    try press("PP")
    #expect(state.tour?.isRevisited == false)
    try press("pp")
    #expect(state.tour?.index == 3)
    try press("<BS><BS><BS><BS><BS>")
    #expect(state.tour?.index == 0)
  }

  @Test func escapeBacksOutOfOtherThingsBeforeItLeaves() throws {
    var state = RunFixture.state()
    state.begin(.needle)
    func press(_ keys: String) throws {
      for key in try Key.parse(keys) { _ = state.handle(key, size: Self.small) }
    }
    for keys in ["?", "v", "#3", "/x", "."] {
      try press(keys + "<Esc>")
      #expect(state.tour?.isLeft == false, "\(keys)")
    }
    state.message = nil
    let before = TextRenderer.text(state.draw(size: Self.small))
    try press("<Esc>")
    #expect(state.tour?.isLeft == true)
    #expect(!TextRenderer.text(state.draw(size: Self.small)).contains("step 1 of 12"))
    try press(":tour<Enter>")
    #expect(TextRenderer.text(state.draw(size: Self.small)) == before)
    #expect(state.handle(.character("q"), size: Self.small) == .quit)
  }

  @Test func otherSettingsAreTakenBackByUndo() throws {
    var state = RunFixture.state()
    state.begin(.needle)
    let words = state.tour?.words(state)
    for key in try Key.parse("BBa") { _ = state.handle(key, size: Self.small) }
    #expect(state.tour?.words(state).contains("`u` takes changes back") == true)
    for key in try Key.parse("uuu") { _ = state.handle(key, size: Self.small) }
    #expect(state.tour?.words(state) == words)
  }

  /// With the view's own lines: what a step is about can be seen beside its words.
  @Test(arguments: Tour.needle.steps.indices)
  func eachStepFitsTheSmallestScreen(_ index: Int) throws {
    var state = RunFixture.state()
    state.begin(.needle)
    // The policy with which the step before ends: what is reached already asks for nothing more.
    if index == 8 { state.setup.policy = 1 }
    for _ in 0..<index { _ = state.handle(.tab, size: Self.small) }
    let step = Tour.needle.steps[index]
    for glyphs in [GlyphSet.unicode, .ascii] {
      let lines = TextRenderer.text(state.draw(size: Self.small, glyphs: glyphs)).split(separator: "\n")
      let top = try #require(lines.firstIndex { $0.contains("step \(index + 1) of 12") })
      #expect(lines.count - 2 - top <= 3)
      let words = lines[(top + 1)...].dropLast().map { $0.dropFirst().dropLast() }.joined(separator: " ")
      let wanted = "\(step.tells) \(step.asks)".replacing("`", with: "").replacing("↓", with: glyphs.down)
      #expect(words.split(separator: " ") == wanted.split(separator: " "))
    }
  }

  @Test func theWordsAreDrawnBetweenViewAndStatusOrOverTheLastLines() throws {
    for (steps, name) in [(0, "tour-first"), (5, "tour-sixth")] {
      var state = RunFixture.state(theme: .mono)
      state.begin(.needle)
      for _ in 0..<steps { _ = state.handle(.tab, size: Self.small) }
      if steps > 0 { (state.display.view, state.display.heatmap.keysPerCell) = (.heatmap, 1) }
      state.settle()
      for size in [Self.small, Size(width: 80, height: 24)] {
        try GoldenScreenTests().compare(
          TextRenderer.text(state.draw(size: size)), with: "\(name)-\(size.width)x\(size.height).txt")
      }
    }
  }

  @Test func theTextIsTheSamples() throws {
    let sample = try Data(contentsOf: URL(fileURLWithPath: Places.sample(EmbeddedSample.name)))
    #expect(EmbeddedSample.text == Array(sample))
  }
}
