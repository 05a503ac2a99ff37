import Checkpoint
import Eviction
import Exploration
import Screen
import Testing

@testable import Views

/// Keys and drawing of the heads, compare and timeline views.
@Suite final class GridViewsTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()

  @discardableResult
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  private func screen(_ size: Size = GridViewsTests.size) -> String {
    TextRenderer.text(state.draw(size: size))
  }

  // MARK: Heads

  @Test func headsMoveByLayersAndHeads() throws {
    try press("3g")
    #expect(state.cursor.layer == 0 && state.cursor.head == 0)
    try press("ljl")
    #expect(state.cursor.layer == 1 && state.cursor.head == 2)
    try press("G")
    #expect(state.cursor.layer == 1 && state.cursor.head == 3)
    try press("0k99l99j")
    #expect(state.cursor.layer == 1 && state.cursor.head == 3)
    try press("m")
    #expect(state.message?.contains("heatmap view (2)") == true)
    try press("2m3<Enter>")
    #expect(
      state.display.view == .heatmap && state.display.heatmap.headMode == .single && state.cursor.head == 3)
  }

  @Test func sortedHeadsBeginWithTheMostStriking() throws {
    state.display.view = .heads
    for figure in HeadFigure.allCases {
      state.display.heads.figure = figure
      state.settle()
      let grid = try #require(HeadGrid(state.scene), "\(figure)")
      let values = grid.sorted.map(\.value)
      #expect(values.count == 8)
      #expect(figure.lowestFirst ? values == values.sorted() : values == values.sorted(by: >), "\(figure)")
    }
    state.display.heads.figure = .massRecall
    let order = try #require(HeadGrid(state.scene)).sorted
    try press("3sg")
    #expect(state.cursor.layer == order[0].layer && state.cursor.head == order[0].head)
    try press("jj")
    #expect(state.cursor.layer == order[2].layer && state.cursor.head == order[2].head)
    try press("99j")
    #expect(state.cursor.layer == order[7].layer && state.cursor.head == order[7].head)
  }

  @Test func everyFigureIsNamedAndExplained() throws {
    try press("3")
    for figure in HeadFigure.allCases {
      #expect(state.display.heads.figure == figure)
      let text = screen()
      #expect(text.contains("figure: \(figure.title)") && text.contains(figure.note), "\(figure)")
      for size in GoldenScreenTests.sizes.dropFirst() {
        #expect(TextWidth.of(figure.shortNote) <= size.width - 4 || size.width == 60)
      }
      try press("f")
    }
    #expect(state.display.heads.figure == .massRecall)
    try press("F")
    #expect(state.display.heads.figure == .tokenKeepers)
  }

  @Test func aFigureThatIsNotThereSaysWhy() throws {
    try press("3")
    (state.display.heads.figure, state.setup.pinned) = (.gain, nil)
    #expect(screen().contains("pin another policy with x"))
    (state.display.heads.figure, state.setup.policy) = (.lookaheadAgreement, 1)
    #expect(screen().contains("SnapKV has no lookahead"))
  }

  @Test func figuresAreWrittenShort() {
    #expect(HeadFigure.recall.text(0.987) == ".99")
    #expect(HeadFigure.recall.text(1) == "1.0")
    #expect(HeadFigure.recall.text(0.999) == "1.0")
    #expect(HeadFigure.gain.text(-0.12) == "-.12")
    #expect(HeadFigure.gain.text(0.12) == "+.12")
    #expect(HeadFigure.gain.text(0.001) == "0")
    #expect(HeadFigure.entropy.text(5.26) == "5.3")
  }

  // MARK: Compare

  @Test func rowsAreSortedByEveryColumn() throws {
    for column in CompareColumn.allCases {
      for reverses in [false, true] {
        (state.display.compare.sortColumn, state.display.compare.reversesOrder) = (column, reverses)
        let rows = CompareTable(state.scene).rows
        #expect(rows[0].index == nil && rows[0].title == "full")
        let keys = rows.dropFirst().compactMap { row in
          row.figures.flatMap { column.key($0, index: row.index ?? 0) }
        }
        #expect(keys.count == 4)
        #expect(keys == keys.sorted(by: column.largestFirst != reverses ? (>) : (<)), "\(column) \(reverses)")
      }
    }
  }

  @Test func movingFollowsTheShownOrder() throws {
    try press("4g")
    let order = CompareTable(state.scene).rows.compactMap(\.index)
    #expect(state.setup.policy == order[0])
    try press("j")
    #expect(state.setup.policy == order[1])
    try press("99j")
    #expect(state.setup.policy == order[3])
    try press("hhhh")
    #expect(state.display.compare.sortColumn == .policy)
    try press("$s")
    #expect(state.display.compare.sortColumn == .answer && state.display.compare.reversesOrder)
  }

  @Test func policiesArePlottedPinnedAndOpened() throws {
    try press("4G ")
    #expect(state.display.compare.plotted == [state.setup.settings.policies[state.setup.policy]])
    #expect(!state.cursor.isPlaying, "Space plays in the other views")
    let plotted = state.display.compare.plotted
    try press("gx")
    #expect(state.setup.pinned == state.setup.policy)
    #expect(state.scene.plottedKeys.count == 2, "the active policy is pinned, too")
    #expect(plotted.contains(try #require(state.scene.plottedKeys.last).policy))
    #expect(state.missingDetails.count == 1)
    try press("d")
    #expect(state.display.compare.showsSettings && screen().contains("observes"))
    #expect(state.missingDetails.isEmpty, "no plot, no sweep")
    try press("<Esc>")
    #expect(!state.display.compare.showsSettings)
  }

  @Test func unlikeSettingsAreMarked() throws {
    state.setup.settings.policies[1] = try #require(Policy("laq(m=4)"))
    let entries = SettingsPanel(state.scene).entries
    #expect(entries.filter(\.isUnlike).map(\.name) == ["m"])
    state.setup.settings.policies[1] = try #require(Policy("snapkv(w=8)"))
    #expect(SettingsPanel(state.scene).entries.filter(\.isUnlike).map(\.name) == ["observes"])
  }

  @Test func whatStandsAroundTheTextInAChatIsTold() throws {
    #expect(!SettingsPanel(state.scene).entries.contains { $0.name == "chat" })
    let chat = ChatTemplateFile(path: "t", source: "{{ messages[-1].content }}", tokens: [:])
    let cases = [(nil, "the template's own system turn"), ("", "no system turn"), ("Hush.", "a system turn")]
    for (system, words) in cases {
      state.setup.prompt = try state.setup.prompt.framed(
        PromptFraming(chat: chat, system: system, variables: TemplateVariables(parsing: ["b=2", "a=false"])))
      #expect(SettingsPanel(state.scene).entries.last?.active == "\(words), a=false, b=2")
    }
  }

  /// With two dozen policies the rows scroll: the active one and the full cache stay in sight.
  @Test func manyPoliciesScroll() throws {
    try press("4")
    state.setup.settings.policies += try (1...21).map { try #require(Policy("snapkv(w=\($0))")) }
    state.display.compare.sortColumn = .policy
    for size in GoldenScreenTests.sizes {
      for index in state.setup.settings.policies.indices {
        state.setup.policy = index
        let lines = TextRenderer.lines(state.draw(size: size))
        #expect(
          lines.contains { $0.contains("▶ \(state.setup.settings.policies[index].title.prefix(8))") },
          "\(index) at \(size)")
        #expect(lines.contains { $0.contains("  full ") })
        #expect(lines.contains { $0.contains(" of 25") })
      }
    }
  }

  @Test func theFirstOtherTokenIsInSightWhereThereIsLittleRoom() throws {
    try press("4")
    let lines = TextRenderer.lines(state.draw(size: Size(width: 60, height: 16)))
    let row = try #require(lines.first { $0.contains("SnapKV ") })
    #expect(row.contains("tin"))
  }

  @Test func aPlotStaysInItsPlace() {
    let lines = [
      [(budget: 8, value: 0.0), (budget: 16, value: 0.5), (budget: 64, value: 2.0)],
      [(budget: 64, value: -1.0)],
    ]
    let plot = BudgetPlot(lines, budgets: 8...64, width: 31, height: 5)
    #expect(plot.marks.allSatisfy { (0..<31).contains($0.column) && (0..<5).contains($0.row) })
    let measured = plot.marks.filter(\.isMeasured)
    #expect(measured.filter { $0.line == 0 }.map(\.column) == [0, 10, 30], "doublings are equally far apart")
    #expect(measured.filter { $0.line == 0 }.map(\.row) == [4, 2, 0])
    #expect(plot.column(1) == 0 && plot.column(1 << 20) == 30)
    #expect(plot.marks.contains { !$0.isMeasured && $0.column == 5 && $0.row == 3 })
  }

  /// The arrow has the explored budget's number beside it, and covers no other.
  @Test(arguments: [4, 48, 64, 96, 250, 356]) func theArrowCoversNoLabel(_ budget: Int) throws {
    try press("4")
    state.setup.settings.budget = budget
    for size in GoldenScreenTests.sizes.prefix(2) {
      let line = try #require(
        TextRenderer.lines(state.draw(size: size)).first { $0.contains("↑") && !$0.contains("policy") })
      // A plot after the other, each as wide as the other.
      let count = line.split(separator: "↑").count - 1
      let room = size.width - 4 - 34
      let inside = line.dropFirst(2).prefix(room / count)
      #expect(inside.contains("↑\(budget) ") || inside.contains(" \(budget)↑"), "\(line)")
      let labels = inside.split { !$0.isNumber }.compactMap { Int($0) }
      #expect(
        labels == labels.sorted() && Set(labels).isSubset(of: [8, 16, 32, 64, 128, 256, budget]), "\(line)")
    }
  }

  // MARK: Timeline

  @Test func aTrackHasAPlaceForEveryStep() {
    for width in [12, 56, 76, 116, 196] {
      let steps: [Timeline.Step] =
        [.prefill] + (0..<8).map(Timeline.Step.lookahead) + [.evict] + (0..<64).map(Timeline.Step.decode)
      let track = TimelineTrack(steps, width: width)
      let columns = steps.indices.map(track.column)
      #expect(columns == columns.sorted() && columns.allSatisfy { (0..<width).contains($0) }, "\(width)")
      #expect(track.phases.map(\.name) == ["prefill", "lookahead", "evict", "decode"])
      for phase in track.phases {
        #expect(columns[phase.steps.lowerBound] == phase.columns.lowerBound)
        if phase.columns.count >= phase.steps.count {
          for step in phase.steps {
            #expect(track.step(at: track.column(step)) == step, "\(step) at \(width)")
          }
        }
      }
    }
  }

  @Test func theTimelineStepsAndChoosesPolicies() throws {
    try press("5g")
    #expect(state.scene.shownStep == .prefill)
    try press("ll")
    #expect(state.scene.shownStep == .lookahead(1))
    try press("j")
    #expect(state.setup.policyTitle == "SnapKV")
    try press("G")
    #expect(state.cursor.step == state.scene.timeline.steps.count - 1)
    try press("h<Enter>")
    #expect(
      state.display.view == .text && state.cursor.step == state.scene.timeline.steps.count - 2,
      "the step stays")
  }

  @Test func distributionsAfterAnotherTextAreOfTheFullAnswer() throws {
    try press("5")
    let snapkv = try #require(state.setup.pinned)
    let last = state.scene.timeline.steps.count - 1
    state.cursor.step = last
    let rows = StepDistributions(state.scene).rows
    #expect(rows.map(\.title).prefix(3) == ["full", "LAQ", "SnapKV"])
    #expect(rows[0].next != nil && !rows[1].isTold && rows[2].isTold)
    #expect(rows[2].next == state.run.result(snapkv)?.followed?.steps[5])
    state.cursor.step = 3
    #expect(
      StepDistributions(state.scene).rows[1].next == state.scene.result?.lookahead?.pseudo.steps[2])
    #expect(StepDistributions(state.scene).rows[2].next == nil, "SnapKV decodes no pseudo tokens")
    #expect(screen().contains("decodes no pseudo token here"))
  }

  @Test func cacheSizesAreThoseRecorded() throws {
    let sizes = CacheSizes(state.scene).sizes
    #expect(sizes.count == state.scene.timeline.steps.count)
    #expect(
      sizes[0] == Double(state.run.prompt.tokens.count) && sizes[1] == 64 && sizes[9] == 64
        && sizes[11] == 65)
  }

  // MARK: Settings

  @Test func windowPseudoTokensAndMaskTurn() throws {
    #expect(try press("w") == .explore)
    #expect(state.setup.policyTitle == "LAQ(w2=4)")
    #expect(try press("M") == .explore)
    #expect(state.setup.policyTitle == "LAQ(m=16,w2=4)")
    #expect(try press("W") == .explore)
    #expect(state.setup.policyTitle.contains("mask=reference"))
    #expect(try press("uuu") == .explore)
    #expect(state.setup.policyTitle == "LAQ")
    try press("p")
    #expect(try press("w") == .explore)
    #expect(state.setup.policyTitle == "SnapKV(w=4)")
    #expect(try press("M") == .none)
    #expect(state.message == "SnapKV(w=4) has no pseudo tokens to change")
    #expect(try press("W") == .none)
    #expect(state.message?.contains("no mask") == true)
  }

  @Test func digitsChooseViewsAndNumbersBeginWithAHash() throws {
    for view in ViewState.View.allCases {
      try press("\(view.rawValue)")
      #expect(state.display.view == view)
    }
    try press("1g#12")
    #expect(state.typing.count == 12 && state.display.view == .text)
    #expect(screen().contains("#12"))
    try press("l")
    #expect(state.cursor.position == 12 && state.typing.count == nil)
    try press("#<Esc>4")
    #expect(state.display.view == .compare)
  }

  // MARK: Details

  @Test func detailsAreAskedForOnceAndAgainElsewhere() throws {
    try press("2")
    #expect(state.missingDetails.count == 1)
    #expect(HeatmapRows(state.scene).isWaiting)
    state.settle()
    #expect(state.missingDetails.isEmpty && !HeatmapRows(state.scene).isWaiting)
    try press("l,")
    #expect(state.missingDetails.isEmpty, "moving and stepping are lookups")
    try press("}")
    #expect(state.missingDetails.count == 1)
    #expect(screen().contains("being computed"))
    try press("{")
    #expect(state.missingDetails.isEmpty, "the rows of the place before are still there")
    try press("1]")
    #expect(state.missingDetails.count == 2, "the active and the pinned policy's votes")
    state.settle()
    #expect(state.missingDetails.isEmpty && screen().contains("most read by"))
  }
}
