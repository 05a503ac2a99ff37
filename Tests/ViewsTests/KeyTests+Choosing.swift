import Exploration
import Screen
import TestSupport
import Testing

@testable import Views

/// Keys that choose: layers, heads, policies, budgets, views and how they look.
extension KeyTests {
  @Test func layersAndHeadsStopAtTheirBounds() throws {
    (state.cursor.layer, state.cursor.head) = (0, 0)
    try press("[{")
    #expect(state.cursor.layer == 0 && state.cursor.head == 0)
    try press("]}}")
    #expect(state.cursor.layer == 1 && state.cursor.head == 2)
    try press("9]9}")
    #expect(state.cursor.layer == 1 && state.cursor.head == 3)
    try press("[{")
    #expect(state.cursor.layer == 0 && state.cursor.head == 2)
  }

  @Test func policiesGoRound() throws {
    #expect(state.setup.policyTitle == "LAQ")
    try press("p")
    #expect(state.setup.policyTitle == "SnapKV")
    try press("ppp")
    #expect(state.setup.policyTitle == "LAQ")
    try press("P")
    #expect(state.setup.policyTitle == "oracle")
    try press("#5p")
    #expect(state.setup.policyTitle == "LAQ")
  }

  @Test func pinningAndUnpinning() throws {
    #expect(state.setup.pinnedTitle == "SnapKV")
    try press("x")
    #expect(state.setup.pinnedTitle == "LAQ")
    try press("x")
    #expect(state.setup.pinnedTitle == nil)
    try press("pp")
    try press("x")
    #expect(state.setup.pinnedTitle == "StreamingLLM")
  }

  @Test func budgetsGoUpAndDownAndBack() throws {
    #expect(try press("B") == .explore)
    #expect(state.setup.settings.budget == 96)
    #expect(try press("bbb") == .explore)
    #expect(state.setup.settings.budget == 32)
    #expect(try press("u") == .explore)
    #expect(state.setup.settings.budget == 48)
    #expect(try press("uuu") == .explore)
    #expect(state.setup.settings.budget == 64)
    #expect(try press("u") == .none)
    #expect(state.message == "nothing to undo")
  }

  @Test func budgetsStayBetweenTheSmallestAndThePrompt() throws {
    for _ in 0..<40 { try press("b") }
    #expect(state.setup.settings.budget == 4)
    #expect(try press("b") == .none)
    for _ in 0..<40 { try press("B") }
    #expect(state.setup.settings.budget == state.run.prompt.tokens.count)
    #expect(try press("B") == .none)
  }

  @Test func granularityTurns() throws {
    #expect(try press("a") == .explore)
    #expect(state.setup.settings.granularity == .queryHead)
    try press("u")
    #expect(state.setup.settings.granularity == .kvHead)
  }

  @Test func viewsAndTheirHeadsScaleAndZoom() throws {
    try press("2")
    #expect(state.display.view == .heatmap)
    try press("m")
    #expect(state.display.heatmap.headMode == .mean)
    try press("mm")
    #expect(state.display.heatmap.headMode == .single)
    try press("z")
    #expect(state.display.heatmap.scale == .logarithmic)
    try press("z")
    #expect(state.display.heatmap.scale == .linear)
    state.display.heatmap.keysPerCell = nil
    let fitting = columns.keysPerCell
    try press("+")
    #expect(columns.keysPerCell == max(1, fitting / 2))
    try press("---")
    #expect(columns.keysPerCell == fitting)
    let cursor = state.cursor.position
    try press("<Enter>")
    #expect(state.display.view == .text && state.cursor.position == cursor)
    try press("<Enter>1")
    #expect(state.display.view == .text)
  }

  @Test(arguments: ["m", "z", "+", "=", "-"])
  func keysOfTheHeatmapSaySoInTheText(_ key: String) throws {
    let before = state
    try press(key)
    #expect(state.message?.contains("heatmap view (2)") == true)
    #expect(
      state.display.heatmap.headMode == before.display.heatmap.headMode
        && state.display.heatmap.scale == before.display.heatmap.scale)
    #expect(state.display.heatmap.keysPerCell == before.display.heatmap.keysPerCell)
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("works in the heatmap view"))
    try press("l")
    #expect(state.message == nil)
  }

  @Test func themesAndNotes() throws {
    try press("t")
    #expect(state.display.theme == .dark)
    try press("tH")
    #expect(state.display.theme == .light && !state.display.showsNotes)
  }

  /// The three kinds of rows are to be compared: each is seen in every window.
  @Test func everyWindowShowsRowsOfEverySection() throws {
    try press("2")
    for theme in [Theme.mono, .dark] {
      state.display.theme = theme
      for height in [16, 17, 19, 21, 22, 24, 31, 36] {
        for row in HeatmapRows(state.scene).entries.indices {
          state.cursor.heatmapRow = row
          let lines = TextRenderer.lines(state.draw(size: Size(width: 60, height: height)))
          for section in AttentionRows.Section.allCases {
            #expect(
              lines.count { $0.contains("\(section.rawValue) ") } == 1, "\(section) at \(height), row \(row)")
          }
          let label = HeatmapRows(state.scene).entries[row].label
          #expect(
            lines.contains { $0.contains(" \(label) ") && !$0.contains("row \(label)") },
            "\(label) at \(height)")
        }
      }
    }
  }

  /// What is drawn stays within the box: its sides are whole.
  @Test func theFrameIsWholeAtEverySize() throws {
    let sizes = [60, 61, 79, 80, 99, 120].flatMap { width in (16...40).map { Size(width: width, height: $0) }
    }
    for (number, keys) in ["1", "2", "3", "4", "4<Enter>", "4d", "5", "?", "<Tab>"].enumerated() {
      try press(keys)
      state.message = nil
      for size in Sample.oneIn(4, of: sizes, from: number) {
        let (grid, place) = (state.draw(size: size), "\(keys) \(size.width)x\(size.height)")
        let rule = size.height - 4
        let torn = (1..<size.height - 2).filter { row in
          let sides = [grid[row, 0].glyph, grid[row, size.width - 1].glyph]
          return sides != (row == rule ? ["├", "┤"] : ["│", "│"])
        }
        #expect(torn.isEmpty, "\(place) rows \(torn)")
        #expect((1..<size.width - 1).allSatisfy { grid[rule, $0].glyph == "─" }, "\(place)")
        #expect(grid[size.height - 3, 2].glyph == "r", "the status line at \(place)")
      }
    }
  }

  @Test func theSmallestWindowHasRoomForTheText() throws {
    let lines = TextRenderer.lines(state.draw(size: Size(width: 60, height: 16)))
    let rules = lines.indices.filter { lines[$0].hasPrefix("│ ───") }
    #expect(rules.count == 2 && rules[1] - rules[0] - 1 >= 4)
  }
}
