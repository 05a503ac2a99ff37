import Eviction
import Screen
import Testing
import Transformer

@testable import Exploration
@testable import Views

/// The marks of answers on the screens: what differs from the full cache's answer is not wrong for that.
@Suite struct AnswerMarkTests {
  private static let size = Size(width: 120, height: 36)

  private func state(_ expected: [String]) throws -> ViewState {
    var settings = RunFixture.run.settings
    settings.expected = try expected.map { try ExpectedAnswer(parsing: $0) }
    let fixture = RunFixture.run
    var run = Run(
      modelName: "fixture", prompt: fixture.prompt, settings: settings, vocabulary: fixture.vocabulary)
    run.recording = fixture.recording
    (run.full, run.results, run.decodeQueries) = (fixture.full, fixture.results, fixture.decodeQueries)
    (run.decodeMass, run.figures, run.stage) = (fixture.decodeMass, fixture.figures, .done)
    return ViewState(run: run, theme: .mono)
  }

  /// The rows of the policies, without what stands before their mark.
  private func lines(_ state: ViewState, _ glyphs: GlyphSet = .unicode) -> [String] {
    let titles = ["full ", "LAQ ", "SnapKV ", "StreamingLLM ", "oracle "]
    return TextRenderer.lines(state.draw(size: Self.size, glyphs: glyphs)).filter { line in
      titles.contains { line.dropFirst(4).hasPrefix($0) } && !line.contains("by score")
    }
  }

  @Test(arguments: [
    ([], ["=", "≠", "≠", "="]), (["tide clock"], ["✓", "✗", "✗", "✓"]),
    (["behind"], ["✓", "≈", "✗", "✓"]), (["/tide|tin/", "behind"], ["✓", "≈", "✗", "✓"]),
    (["stool"], ["=", "≈", "≠", "="]),
  ]) func answersAreMarkedByWhatIsExpected(_ expected: [String], _ marks: [String]) throws {
    var state = try state(expected)
    let text = lines(state)
    #expect(text.count == 5)
    for (line, mark) in zip(text.dropFirst(), marks) {
      #expect(line.contains("\(mark) mass"), "\(line)")
    }
    state.open(.compare)
    let compared = lines(state)
    #expect(compared.count == 5)
    for mark in Set(marks) {
      #expect(compared.count { $0.contains(" \(mark) ") } == marks.count { $0 == mark }, "\(compared)")
    }
    let all = TextRenderer.text(state.draw(size: Self.size, glyphs: .ascii))
    #expect(all.allSatisfy { $0.isASCII })
  }

  @Test func aFullCacheThatMissesItIsSaidAtOnce() throws {
    var state = try state(["stool"])
    func screen() -> String { TextRenderer.text(state.draw(size: Self.size)) }
    #expect(screen().contains("✗ misses it"))
    #expect(screen().contains("the full cache's own answer misses \"stool\": no policy is to blame for that"))
    // It is not waited for until the policies have answered, too.
    state.run.stage = .decode(step: 1)
    #expect(screen().contains("✗ misses it"))
    state.open(.compare)
    #expect(lines(state)[0].contains("✗ "))
    state = try self.state(["clock"])
    #expect(!screen().contains("misses"))
  }

  /// Right answers first, those alike to the full cache's before others; without an expectation by KL alone.
  @Test func theOrderOfCompareIsByWhatIsExpectedThenByKL() throws {
    var state = try state([])
    #expect(state.display.compare.sortColumn == .divergence)
    let divergences = CompareTable(state.scene).rows.dropFirst().map { $0.figures?.divergence ?? .infinity }
    #expect(divergences == divergences.sorted())
    state = try self.state(["behind"])
    #expect(state.display.compare.sortColumn == .answer)
    let rows = CompareTable(state.scene).rows.dropFirst()
    let ranks = rows.map { $0.figures?.mark == .missing ? 1 : 0 }
    #expect(ranks == [0, 0, 0, 1])
    let right = rows.prefix(3).map { $0.figures?.divergence ?? .infinity }
    #expect(right == right.sorted())
    var trace = Run(
      modelName: "t", prompt: state.run.prompt, settings: state.run.settings,
      vocabulary: state.run.vocabulary,
      hasModel: false)
    trace.stage = .done
    #expect(ViewState(run: trace).display.compare.sortColumn == .massRecall, "a trace has no answers")
  }

  /// The ceiling stands wherever recall does.
  @Test func recallStandsBesideItsCeiling() throws {
    var state = RunFixture.state()
    let ceiling = try #require(state.run.results[0].recallCeiling)
    #expect(ceiling < 1)
    func screen(_ width: Int = 160) -> String {
      TextRenderer.text(state.draw(size: Size(width: width, height: 36)))
    }
    #expect(screen().contains(" of \(decimal(ceiling, 2)) at most"))
    state.open(.heads)
    state.display.heads.figure = .recall
    #expect(screen().contains(" of \(decimal(ceiling, 3)) at most"))
    state.open(.compare)
    #expect(screen(120).contains("recall≤\(decimal(ceiling, 2).dropFirst())"))
  }

  /// Each policy's own rows, and how many they are.
  @Test func theHeatmapShowsThePolicysOwnWindow() throws {
    var state = RunFixture.state()
    state.open(.heatmap)
    state.settle()
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("WINDOW 32"))
    let tova = try #require(Policy("tova"))
    state.run.results[0] = PolicyResult(
      policy: tova, kept: state.run.results[0].kept, scores: nil, lookahead: nil, agreement: nil)
    var settings = state.run.settings
    settings.policies[0] = tova
    var run = Run(
      modelName: "fixture", prompt: state.run.prompt, settings: settings, vocabulary: state.run.vocabulary)
    run.recording = state.run.recording
    (run.full, run.results, run.decodeQueries) = (state.run.full, state.run.results, state.run.decodeQueries)
    run.stage = .done
    state.run = run
    state.setup.settings = settings
    state.settle()
    let screen = TextRenderer.text(state.draw(size: Self.size))
    #expect(screen.contains("WINDOW 1 ") && screen.contains("window of 1 "))
  }

  /// Kept where the layer does not look: marked so, and counted.
  @Test func tokensOutOfALayersWindowAreMarked() throws {
    var state = RunFixture.state()
    func screen() -> String { TextRenderer.text(state.draw(size: Self.size)) }
    (state.cursor.position, state.setup.policy) = (0, 2)
    #expect(!screen().contains("out of the window"))
    let whole = try #require(state.run.recording)
    state.run.recording = Recording(
      shape: whole.shape, tokenCount: whole.tokenCount, layers: whole.layers,
      rules: whole.rules.map { AttentionRule(scale: $0.scale, window: 40) }, lastLogits: [])
    let kept = state.run.results[2].kept.positions[state.cursor.layer][0]
    let useless = kept.count { $0 < whole.tokenCount - 39 }
    #expect(useless > 0)
    #expect(screen().contains(", \(useless) out of the window"))
    #expect(screen().contains("u kept out of the window"))
    #expect(TokenFates(state.scene).fates[0] == .useless)
    #expect(state.wordUnderCursor == "out of the window")
    state.display.heads.figure = .uselessShare
    let values = try #require(HeadFigure.uselessShare.values(state.scene))
    #expect(values[0][0] == Double(useless) / Double(kept.count))
  }
}
