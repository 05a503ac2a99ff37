import Eviction
import Screen
import Testing

@testable import Exploration
@testable import Views

/// The course of an answer: its steps stand over their words, and the keys of the timeline step through it.
@Suite struct CourseViewTests {
  private static let size = Size(width: 120, height: 40)

  private static func state(_ theme: Theme = .mono) -> ViewState {
    var state = RunFixture.state(theme: theme)
    (state.display.view, state.display.course.isShown) = (.timeline, true)
    state.settle()
    return state
  }

  private static func press(_ keys: String, _ state: inout ViewState) throws {
    for key in try Key.parse(keys) {
      _ = state.handle(key, size: size)
      state.settle()
    }
  }

  @Test func stepsHaveRoomForTheirWordsOrArePaged() {
    let words = [5, 3, 9, 1, 4, 14, 2]
    let wide = CourseLayout(widths: words, shown: 3, width: 100, showsAll: false)
    #expect(wide.steps == 0..<7 && wide.width == 100, "the whole width is used")
    #expect(words.indices.allSatisfy { wide.columns($0).count >= words[$0] })
    for shown in words.indices {
      for width in [1, 7, 14, 20, 33] {
        for showsAll in [false, true] {
          let layout = CourseLayout(widths: words, shown: shown, width: width, showsAll: showsAll)
          #expect(layout.steps.contains(shown) && layout.width <= max(width, 1), "\(shown) in \(width)")
          var end = 0
          for step in layout.steps {
            #expect(
              layout.columns(step).lowerBound == end && layout.columns(step).contains(layout.mark(step)))
            end = layout.columns(step).upperBound
          }
        }
      }
    }
    let all = CourseLayout(widths: words, shown: 6, width: 20, showsAll: true)
    #expect(all.steps == 0..<7 && all.width == 20)
    // Pages lie where they lie: a step does not move them.
    let pages = Set(
      words.indices.map { CourseLayout(widths: words, shown: $0, width: 20, showsAll: false).steps })
    #expect(pages.sorted { $0.lowerBound < $1.lowerBound }.flatMap { Array($0) } == Array(words.indices))
    #expect(CourseLayout(widths: [], shown: 0, width: 20, showsAll: false).steps.isEmpty)
  }

  @Test func scalesReachFromTheirLowestToTheirHighest() {
    let divergence = PlotScale.divergence([0, 0.004, 3.2])
    #expect(divergence.high == 10 && divergence.share(10) == 1 && divergence.share(0) == 0)
    #expect(abs(divergence.share(0.1) - 0.5) < 1e-9, "a factor of ten is a quarter of four powers")
    #expect(divergence.labels(rows: 9) == [0: "10", 2: "1", 4: ".1", 6: ".01", 8: ".001"])
    #expect(PlotScale.divergence([]).high == 1 && PlotScale.divergence([.infinity]).high == 1)
    #expect(PlotScale.upTo([0.2]).high == 1 && PlotScale.upTo([2.4, .nan]).high == 3)
    #expect(PlotScale.share.share(nil).isNaN && PlotScale.share.labels(rows: 1) == [0: "1.0"])
  }

  @Test func aGapIsNoLine() {
    let plot = CurvePlot(
      [[(column: 0, share: 0), (column: 4, share: .nan), (column: 8, share: 1)]], height: 5)
    #expect(plot.marks.map(\.column) == [0, 8])
  }

  /// Where the policies part is marked over the words, in the column of the step.
  @Test func partingsStandOverTheirTokens() throws {
    let state = Self.state()
    let course = CourseLine.all(of: state.scene)
    #expect(course.map(\.policy) == [0, 1])
    let difference = try #require(course[1].course.firstDifference)
    #expect(course[0].course.firstDifference == nil)
    let lines = TextRenderer.lines(state.draw(size: Self.size))
    let row = try #require(lines.first { $0.contains("│ parts ") })
    let words = CourseWords(scene: state.scene, lines: course, glyphs: .unicode)
    let layout = CourseLayout(widths: words.widths, shown: 0, width: Self.size.width - 13, showsAll: false)
    let column = 2 + 9 + layout.mark(difference)
    #expect(Array(row)[column] == "b", "\(row)")
    #expect(lines.contains { $0.contains("SnapKV") && $0.contains("parts at \(difference + 1)") })
    #expect(lines.contains { $0.contains("LAQ") && $0.contains("never parts") || $0.contains("KL>0.1 at") })
  }

  @Test func theKeyOpensItAndGoesBack() throws {
    var state = RunFixture.state()
    state.open(.timeline)
    try Self.press("d", &state)
    #expect(state.scene.showsCourse && state.scene.coverage != nil)
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("the course of the answer"))
    if case .decode = state.scene.shownStep {} else { Issue.record("\(state.scene.shownStep)") }
    try Self.press("<Esc>", &state)
    #expect(!state.scene.showsCourse && state.display.view == .timeline)
    try Self.press("f", &state)
    #expect(state.scene.showsCourse && state.display.course.figure == .divergence)
    try Self.press("ff", &state)
    #expect(state.display.course.figure == .topOne)
    try Self.press("F", &state)
    #expect(state.display.course.figure == .entropy && state.wordUnderCursor == "undecided")
  }

  /// A policy whose answer is shorter has a step for each token of the full cache's, here; elsewhere it has
  /// not.
  @Test func allOfTheFullAnswerIsSteppedThrough() throws {
    var state = Self.state()
    let count = try #require(state.run.full?.answer.steps.count)
    try Self.press("pp", &state)
    try #require((state.scene.result?.answer.tokens.count ?? 0) < count - 1, "\(state.setup.policyTitle)")
    try Self.press("$", &state)
    #expect(state.scene.shownStep == .decode(count - 1))
    try Self.press("1", &state)
    let last = state.scene.timeline.steps.count - 1
    #expect(state.scene.shownIndex == last)
    try Self.press(",", &state)
    #expect(state.scene.shownIndex == last - 1, "from the step that is shown, not from one that is not there")
  }

  /// Space plays here as in the other views that step, over the answer's tokens alone.
  @Test func spacePlaysTheAnswer() throws {
    var state = Self.state()
    try Self.press("$<Space>", &state)
    #expect(state.cursor.isPlaying && state.scene.shownStep == .decode(0))
    state.advance()
    #expect(state.scene.shownStep == .decode(1))
    while state.cursor.isPlaying { state.advance() }
    #expect(state.scene.shownIndex == state.scene.timeline.steps.count - 1)
  }

  @Test(arguments: [GlyphSet.unicode, .ascii]) func allFiguresAreReachedInEverySize(_ glyphs: GlyphSet) throws
  {
    for size in [Size(width: 60, height: 16), Size(width: 80, height: 24), Size(width: 200, height: 60)] {
      var state = Self.state()
      for figure in CourseFigure.allCases {
        state.display.course.figure = figure
        let lines = TextRenderer.lines(state.draw(size: size, glyphs: glyphs))
        // Where there is little room a figure has its name alone.
        let words = size.width < 80 ? "" : String(figure.words.prefix(12))
        #expect(lines.contains { $0.contains(" \(figure.title)") && (words.isEmpty || $0.contains(words)) })
        if size.height == 60 {
          for other in CourseFigure.allCases {
            #expect(
              lines.contains { $0.contains(String(other.words.prefix(20))) }, "\(other) beside \(figure)")
          }
        }
      }
    }
  }

  /// A click goes to the step under it.
  @Test func aClickGoesToItsStep() throws {
    var state = Self.state()
    let target = try #require(state.scene.timelineIndex(ofDecode: 2))
    let layout = CourseLayout(
      widths: CourseWords(scene: state.scene, lines: CourseLine.all(of: state.scene), glyphs: .unicode)
        .widths,
      shown: 0, width: Self.size.width - 13, showsAll: false)
    _ = state.handle(.mouse(row: 4, column: 2 + 9 + layout.mark(2), kind: .click), size: Self.size)
    #expect(state.scene.shownIndex == target)
  }

  @Test func withoutAnAnswerOrAModelItSaysSo() throws {
    var state = Self.state()
    state.run = RunFixture.interrupted
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("there is no answer to follow"))
    state.run = RunFixture.withoutPolicies
    #expect(!TextRenderer.text(state.draw(size: Self.size)).contains("parts at"))
  }

  /// Every figure of a plot against budget is that of its points; as many plots as have room.
  @Test func plotsStandBesideEachOther() throws {
    var state = RunFixture.state()
    state.display.view = .compare
    for (width, titles) in [(80, 1), (120, 2), (200, 4)] {
      let lines = TextRenderer.lines(state.draw(size: Size(width: width, height: 40)))
      let heading = try #require(lines.first { $0.contains("against budget") })
      let found = BudgetFigure.allCases.filter { heading.contains($0.title(state.run)) }
      // Every mass is a recall, too.
      #expect(found.filter { $0 != .recall }.count == titles, "\(heading)")
    }
    state.display.compare.sortColumn = .topOne
    #expect(BudgetFigure.all(of: state.scene).first == .topOne)
    #expect(BudgetFigure(.bytes) == nil)
  }

  /// Where the true answer is empty nothing is said to be still under way.
  @Test func anEmptyAnswersPlotSaysThatItIsReady() throws {
    var state = RunFixture.state()
    state.display.view = .compare
    state.run.decodeMass = nil
    state.display.compare.sortColumn = .massRecall
    #expect(!BudgetFigure.all(of: state.scene).contains(.massRecall))
    let text = TextRenderer.text(state.draw(size: Self.size))
    #expect(!text.contains(" budgets"), "\(text)")
  }

  /// Answers at other budgets take long on a real model: the key that stops work stops them, until they are
  /// asked for again, or others are.
  @Test func figuresAtOtherBudgetsCanBeStopped() throws {
    var state = RunFixture.state()
    state.display.view = .compare
    state.details.sweep = BudgetSweep()
    let missing = state.missingDetails
    #expect(missing.count == 1 && state.studies)
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("recall at other budgets, point 0   Esc"))
    #expect(state.handle(.escape, size: Self.size) == .cancel)
    state.stopSweep()
    #expect(state.missingDetails.isEmpty && !state.studies)
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("stopped"))
    #expect(state.handle(.escape, size: Self.size) != .cancel)
    try Self.press("p", &state)
    #expect(state.missingDetails.count == 1 && state.missingDetails != missing, "another policy's")
    state.display.view = .text
    #expect(!state.studies && state.handle(.escape, size: Self.size) != .cancel)
  }

  @Test func viewsWithNumbersWriteThemAsTables() throws {
    var state = Self.state()
    func first(_ path: String, _ scope: ExportRequest.Scope = .view) throws -> String {
      let data = try state.exported(ExportRequest(path, scope: scope), size: Self.size)
      return String(String(decoding: data, as: UTF8.self).prefix { $0 != "\n" })
    }
    #expect(try first("a.csv").hasPrefix("policy,step,token_id"))
    #expect(try first("a.csv", .everything).hasPrefix("policy,layer,head"))
    state.display.view = .lookahead
    #expect(try first("a.csv").hasPrefix("policy,kind,pseudo_count"))
    state.display.view = .compare
    #expect(try first("a.csv").hasPrefix("policy,granularity,budget"))
    for view in [ViewState.View.text, .heads, .heatmap] {
      state.display.view = view
      #expect(try first("a.csv").hasPrefix("policy,layer,head"))
    }
    state.display.view = .lookahead
    state.exportEnded(ExportRequest("a.csv", scope: .view), error: nil)
    #expect(state.message == "numbers of the lookahead view written to a.csv")
  }

  @Test func recallIsShownTokenByTokenToo() throws {
    var state = RunFixture.state()
    state.display.view = .lookahead
    let size = Size(width: 120, height: 40)
    #expect(TextRenderer.text(state.draw(size: size)).contains("mass of each answer token (f)"))
    try Self.press("f", &state)
    #expect(TextRenderer.text(state.draw(size: size)).contains("recall of each answer token (f)"))
  }
}
