import Foundation
import Screen
import TestSupport
import Testing

@testable import Exploration
@testable import Views

/// Every word on a screen is explained, by one table, where one asks and in the README.
@Suite struct GlossaryTests {
  /// Words that are language, and no names of anything.
  private static let plain: Set<String> = [
    "a", "after", "and", "another", "as", "at", "been", "being", "by", "does", "for", "from", "go", "in",
    "is", "it", "its", "no",
    "of", "on", "or", "own", "so", "than", "that", "the", "their", "to", "under", "where", "with", "did",
    "are", "all", "now", "true",
    "next", "new", "opens", "far", "last", "whatever", "this",
  ]

  /// Names of policies and of what was made up for the fixture: no words of the program.
  private static let names: Set<String> = [
    "laq", "laqs", "snapkv", "streamingllm", "oracle", "harbour", "txt", "tui", "wang", "al", "et", "li",
    "arxiv",
    // A word of two tokens, each over its own pseudo token.
    "ide", "nd", "er",
  ]

  private static let known: Set<String> = {
    let shown = Glossary.entries.flatMap { [$0.word] + $0.also }.joined(separator: " ")
    return Set(words(shown)).union(plain).union(names)
  }()

  /// Names of keys.
  private static let keys = Set(KeyTable.bindings.map { $0.shown.lowercased() })

  private static func words(_ text: String) -> [String] {
    text.split { !$0.isLetter || !$0.isASCII }.map { $0.lowercased() }
  }

  /// The text of a screen that the program says itself: without the prompt's tokens, answers, notes, and the
  /// footer's hints, which the table of keys explains.
  private static func labels(_ state: ViewState, _ size: Size) -> [String] {
    let grid = state.draw(size: size)
    let note = state.display.theme[.note]
    let answers = [
      " behind the tide clock.", " behind the tin under her stool.", " the rope",
      " behind the tin clock, she said.",
    ]
    let spoken = Set(answers.flatMap(words))
    var result: [String] = []
    var isText = false, isSettings = false
    for row in 0..<grid.height - 1 {
      var line = ""
      for column in 0..<grid.width where grid[row, column].style != note { line += grid[row, column].glyph }
      let inside = line.drop { "│ ".contains($0) }
      if let bar = inside.firstIndex(of: "│"), !inside[..<bar].isEmpty, inside[..<bar].allSatisfy(\.isNumber)
      {
        isText = true
        continue
      }
      if isText, line.allSatisfy({ "│ ░▒▓█W".contains($0) }) { continue }
      isText = false
      // The settings' names are labels; what stands beside them comes from the policies' own descriptions.
      if isSettings, row < grid.height - 4 { line = String(line.prefix(15)) }
      if state.display.compare.showsSettings, line.contains("│ settings ") { isSettings = true }
      // Keys are explained by their table.
      line = line.replacing(/\([^ )]{1,3}( [^ )]{1,3})?\)/, with: " ")
      // What stands between quotes is the prompt's or an answer's.
      let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
      let said = parts.enumerated().filter { $0.offset % 2 == 0 }.map(\.element).joined(separator: " ")
      for word in words(String(said)) {
        let isCut =
          spoken.contains { $0.hasPrefix(word) }
          && (line.contains(" mass ") || line.contains("/7 ") || line.contains("MiB") || line.contains("…")
            || word.count > 2)
        if !isCut, word.count > 1, !keys.contains(word) { result.append(word) }
      }
    }
    return result
  }

  /// The words over the heatmap's columns are the prompt's.
  @Test(
    arguments: GoldenScreenTests.Subject.allCases.filter { $0 != .help && $0 != .heatmapWords },
    GoldenScreenTests.sizes)
  func everyLabelOfAScreenHasAnEntry(_ subject: GoldenScreenTests.Subject, _ size: Size) {
    let missing = Set(Self.labels(subject.state(theme: .dark), size)).subtracting(Self.known)
    #expect(missing.isEmpty, "\(missing.sorted())")
  }

  @Test func everyLabelOfTheOtherStatesHasAnEntry() {
    for figure in HeadFigure.allCases {
      var state = GoldenScreenTests.Subject.heads.state(theme: .dark)
      state.display.heads.figure = figure
      #expect(
        Set(Self.labels(state, GoldenScreenTests.sizes[0])).subtracting(Self.known).isEmpty, "\(figure)")
    }
    for step in 0..<RunFixture.state().scene.timeline.steps.count {
      for view in ViewState.View.allCases {
        var state = RunFixture.state(theme: .dark)
        (state.cursor.step, state.display.view) = (step, view)
        state.settle()
        let missing = Set(Self.labels(state, GoldenScreenTests.sizes[0])).subtracting(Self.known)
        #expect(missing.isEmpty, "step \(step) in \(view): \(missing.sorted())")
      }
    }
  }

  /// The walk can fail.
  @Test func aWordWithoutAnEntryIsFound() {
    var state = RunFixture.state(theme: .dark)
    state.message = "zwieback"
    #expect(Self.labels(state, GoldenScreenTests.sizes[1]).contains("zwieback"))
    #expect(!Self.known.contains("zwieback"))
  }

  /// Whatever the cursor is on, there is a word for it, which the help shows.
  @Test func theHelpOpensAtWhatIsUnderTheCursor() throws {
    let size = Size(width: 120, height: 36)
    var asked: Set<String> = []
    var seen: Set<String> = []
    func check(_ state: ViewState) throws {
      var state = state
      state.settle()
      let word = state.wordUnderCursor
      let entry = try #require(Glossary.entry(word), "\(word)")
      asked.insert(word)
      guard seen.insert("\(word) in \(state.display.view)").inserted || Sample.isExhaustive else { return }
      _ = state.handle(.character("?"), size: size)
      #expect(TextRenderer.text(state.draw(size: size)).contains("Under the cursor: \(word). "))
      _ = state.handle(.tab, size: size)
      let lines = TextRenderer.lines(state.draw(size: size))
      #expect(lines.contains { $0.hasPrefix("│ \(entry.word.prefix(28))") }, "\(word)")
      _ = state.handle(.tab, size: size)
      #expect(TextRenderer.text(state.draw(size: size)).contains("[Keys]"))
      _ = state.handle(.escape, size: size)
      #expect(!state.overlays.showsHelp)
    }
    for view in ViewState.View.allCases {
      var state = RunFixture.state()
      state.display.view = view
      for cursor in [0, 60, 88, 355] {
        state.cursor.position = cursor
        try check(state)
      }
      for step in state.scene.timeline.steps.indices {
        state.cursor.step = step
        try check(state)
      }
      state.cursor.step = nil
      for row in [0, 8, 16] {
        state.cursor.heatmapRow = row
        try check(state)
      }
      for figure in HeadFigure.allCases {
        state.display.heads.figure = figure
        try check(state)
      }
      for column in CompareColumn.allCases {
        state.display.compare.sortColumn = column
        try check(state)
      }
    }
    #expect(asked.count > 20)
  }

  @Test func noWordIsExplainedTwice() {
    let words = Glossary.entries.map(\.word)
    #expect(Set(words).count == words.count)
    for entry in Glossary.entries {
      #expect(entry.text.hasSuffix(".") && entry.text.count < 180, "\(entry.word)")
    }
  }

  @Test func theREADMEHasTheSameWords() throws {
    let readme = try String(contentsOf: Places.root.appendingPathComponent("README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "<!-- words -->\n")),
      end = try #require(readme.range(of: "<!-- end of words -->"))
    #expect(String(readme[start.upperBound..<end.lowerBound]) == Glossary.markdown)
  }
}
