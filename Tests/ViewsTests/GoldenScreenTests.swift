import Foundation
import Screen
import TestSupport
import Testing

@testable import Views

/// Every view against a screen kept as text in `Screens/`; `LAQ_UPDATE_SCREENS=1` writes them anew.
@Suite struct GoldenScreenTests {
  static let sizes = [Size(width: 120, height: 36), Size(width: 80, height: 24), Size(width: 60, height: 16)]

  enum Subject: String, CaseIterable, Sendable {
    case text, heatmap, heads, compare, timeline, lookahead, help, why, losses
    case headsSorted = "heads-sorted"
    case headsToken = "heads-token"
    case heatmapWords = "heatmap-words"
    case compareSettings = "compare-settings"
    case course

    func state(theme: Theme) -> ViewState {
      var state = RunFixture.state(theme: theme)
      switch self {
      case .text: break
      case .heatmap: state.display.view = .heatmap
      case .heads: state.display.view = .heads
      case .headsSorted:
        (state.display.view, state.display.heads.isSorted, state.display.heads.figure) = (
          .heads, true, .entropy
        )
      case .compare: state.display.view = .compare
      case .compareSettings: (state.display.view, state.display.compare.showsSettings) = (.compare, true)
      case .timeline: (state.display.view, state.cursor.step) = (.timeline, 13)
      case .course:
        (state.display.view, state.cursor.step, state.display.course.isShown) = (.timeline, 13, true)
      case .lookahead: state.display.view = .lookahead
      case .help: state.overlays.showsHelp = true
      case .losses: (state.overlays.showsLosses, state.display.losses.row) = (true, 2)
      case .headsToken:
        (state.display.view, state.display.heads.figure, state.display.heads.showsAll) = (
          .heads, .tokenKeepers, true
        )
      case .heatmapWords:
        (state.display.view, state.display.heatmap.showsWords) = (.heatmap, true)
        (state.cursor.step, state.cursor.heldRow) = (12, Cursor.HeldRow(section: .lookahead, index: 1))
      case .why: (state.why, state.overlays.showsWhy) = (RunFixture.finding, true)
      }
      state.settle()
      return state
    }
  }

  @Test(arguments: Subject.allCases, sizes)
  func unicode(_ subject: Subject, _ size: Size) throws {
    let grid = subject.state(theme: .mono).draw(size: size)
    try compare(TextRenderer.text(grid), with: "\(subject.rawValue)-\(size.width)x\(size.height).txt")
  }

  @Test(arguments: Subject.allCases, sizes)
  func ascii(_ subject: Subject, _ size: Size) throws {
    let grid = subject.state(theme: .mono).draw(size: size, glyphs: .ascii)
    let text = TextRenderer.text(grid)
    #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
    try compare(text, with: "\(subject.rawValue)-\(size.width)x\(size.height)-ascii.txt")
  }

  @Test(arguments: Subject.allCases, sizes)
  func colour(_ subject: Subject, _ size: Size) throws {
    let grid = subject.state(theme: .dark).draw(size: size)
    try compare(TextRenderer.ansi(grid), with: "\(subject.rawValue)-\(size.width)x\(size.height).ansi")
  }

  @Test func lookaheadStep() throws {
    var state = RunFixture.state()
    state.cursor.step = 5
    try compare(TextRenderer.text(state.draw(size: Self.sizes[0])), with: "text-lookahead-120x36.txt")
    state.display.view = .heatmap
    state.settle()
    try compare(TextRenderer.text(state.draw(size: Self.sizes[0])), with: "heatmap-lookahead-120x36.txt")
    state.display.view = .timeline
    try compare(TextRenderer.text(state.draw(size: Self.sizes[0])), with: "timeline-lookahead-120x36.txt")
    state.cursor.step = 0
    try compare(TextRenderer.text(state.draw(size: Self.sizes[0])), with: "timeline-prefill-120x36.txt")
  }

  @Test func aTooSmallWindowAsksForMore() {
    let text = TextRenderer.text(RunFixture.state().draw(size: Size(width: 20, height: 5)))
    #expect(text == "60x16 needed, 20x5\nhere: please enlarge\nthe window (q quits)\n\n\n")
  }

  func compare(_ actual: String, with name: String) throws {
    let file = Places.root.appendingPathComponent("Tests/ViewsTests/Screens/\(name)")
    if ProcessInfo.processInfo.environment["LAQ_UPDATE_SCREENS"] == "1" {
      try Data(actual.utf8).write(to: file)
      return
    }
    let stored = try? String(contentsOf: file, encoding: .utf8)
    let expected = try #require(stored, "Screens/\(name) is missing; LAQ_UPDATE_SCREENS=1 writes it")
    guard actual != expected else { return }
    Issue.record("\(name) differs\n\(Self.difference(expected, actual))")
  }

  /// Both screens, differing lines marked.
  private static func difference(_ expected: String, _ actual: String) -> String {
    // Escape sequences would recolour the terminal that shows the failure.
    let (expected, actual) = (lines(expected), lines(actual))
    func marked(_ lines: [String], _ other: [String]) -> String {
      lines.enumerated().map { index, line in
        (index < other.count && other[index] == line ? "  " : "! ") + line
      }.joined(separator: "\n")
    }
    return "expected:\n\(marked(expected, actual))\nactual:\n\(marked(actual, expected))"
  }

  private static func lines(_ text: String) -> [String] {
    text.replacingOccurrences(of: "\u{1B}", with: "\\e").split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
  }
}
