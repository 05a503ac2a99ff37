import Screen
import TestSupport
import Testing

@testable import Exploration
@testable import Views

/// Answers that are longer than a line: what is cut is marked, and all of it can be read.
@Suite struct AnswerViewTests {
  private static let narrow = Size(width: 80, height: 24)

  private func state(answer: String, reference: String) -> ViewState {
    var run = RunFixture.run
    func continuation(_ text: String) -> Continuation {
      var continuation = Continuation()
      continuation.tokens = RunFixture.tokenizer.encode(Array(text.utf8), addingSpecialTokens: false).map(
        \.id)
      continuation.hasEnded = true
      return continuation
    }
    run.results[0].answer = continuation(answer)
    run.full?.answer = continuation(reference)
    var state = RunFixture.state()
    state.run = run
    return state
  }

  private static let beginning = " The clerk of the harbour office hid the brass key in the spring of 1931"

  @Test(arguments: [ViewState.View.compare, .text]) func theFirstDifferenceIsInSightAndBothCutsAreMarked(
    _ view: ViewState.View
  ) throws {
    var state = state(
      answer: Self.beginning + " under her stool, and told nobody of it until the rain came early that year.",
      reference: Self.beginning + " behind the tide clock.")
    state.open(view)
    for glyphs in [GlyphSet.unicode, .ascii] {
      let lines = TextRenderer.lines(state.draw(size: Self.narrow, glyphs: glyphs))
      let row = try #require(lines.first { $0.contains("\(glyphs.marker) LAQ") })
      let start = try #require(row.range(of: view == .compare ? "0+8         64" : "mass 0.85"))
      let marked = String(row[start.upperBound...]).trimmingBars()
      // In the comparison the mark stands before the answer.
      let text = String(view == .compare ? marked.dropFirst(2) : marked[...])
      #expect(text.contains("under"))
      #expect(text.hasPrefix(glyphs.ellipsis) && text.hasSuffix(glyphs.ellipsis), "\(row)")
      let full = try #require(lines.first { $0.contains("  full ") })
      #expect(
        full.trimmingBars().hasSuffix(glyphs.ellipsis),
        "an answer without a difference is cut with a mark, too")
    }
  }

  @Test func anAnswerThatFitsHasNoMark() {
    var state = state(answer: " a key", reference: " a key")
    state.open(.compare)
    let lines = TextRenderer.lines(state.draw(size: Self.narrow)).filter {
      $0.contains("LAQ ") || $0.contains(" full ")
    }
    #expect(lines.count >= 2 && !lines.contains { $0.contains("…") })
  }

  @Test func enterReadsAllOfItWrappedAndScrolled() throws {
    let long =
      Self.beginning + String(repeating: " and the rain came early that year", count: 60) + " at last."
    var state = state(answer: long, reference: Self.beginning + ".")
    for key in try Key.parse("4<Enter>") { _ = state.handle(key, size: Self.narrow) }
    #expect(state.overlays.showsAnswer)
    var seen: [String] = []
    for _ in 0..<80 {
      for line in TextRenderer.lines(state.draw(size: Self.narrow)).dropFirst(2).prefix(18)
      where !seen.contains(line) {
        seen.append(line)
      }
      _ = state.handle(.down, size: Self.narrow)
    }
    let text = seen.map { $0.trimmingBars() }.joined(separator: " ").filter { $0 != " " }
    #expect(text.contains("at last.".filter { $0 != " " }) && text.contains("full"))
    #expect(text.contains("hidthebrasskey"))
    _ = state.handle(.down, size: Self.narrow)
    #expect(state.message == "this is the end")
    _ = state.handle(.character("p"), size: Self.narrow)
    #expect(
      state.setup.policyTitle == "SnapKV" && state.overlays.showsAnswer && state.overlays.answerTop == 0)
    _ = state.handle(.escape, size: Self.narrow)
    #expect(!state.overlays.showsAnswer && state.display.view == .compare)
    _ = state.handle(.character("1"), size: Self.narrow)
    _ = state.handle(.character("R"), size: Self.narrow)
    #expect(state.overlays.showsAnswer, "from any view")
  }

  @Test func lineBreaksAndLongWordsStayInTheBox() throws {
    var state = state(answer: " a\nb" + String(repeating: "lamp", count: 100) + "鍵は時計の裏", reference: "")
    (state.overlays.showsAnswer, state.display.theme) = (true, .dark)
    for size in GoldenScreenTests.sizes {
      let grid = state.draw(size: size)
      for row in 1..<size.height - 4 { #expect(grid[row, size.width - 1].glyph == "│") }
    }
  }

  @Test func theTimelineOpensWhereThePinnedPolicyFirstDiffers() throws {
    var state = RunFixture.state()
    let difference = try #require(
      state.run.full.flatMap { state.scene.pinnedResult?.answer.firstDifference(from: $0.answer) })
    _ = state.handle(.character("5"), size: Self.narrow)
    #expect(state.scene.shownStep == .decode(difference))
    // A step that was chosen stays.
    state.open(.text)
    state.go(to: 1)
    state.open(.timeline)
    #expect(state.cursor.step == 1)
  }

  @Test func piecesAreWrappedAndCutWithinTheirWidth() {
    let spans = ["The ", "clerk", " hid", " it", " 鍵", " here"].map { Span($0) }
    for width in 1...30 {
      let lines = WrappedText.lines(spans.map { (text: $0.text, endsLine: false) }, width: width)
      #expect(lines.allSatisfy { $0.reduce(0) { $0 + TextWidth.of($1.text) } <= max(2, width) })
      #expect(lines.joined().map(\.text).joined() == "The clerk hid it 鍵 here")
      for place in [nil, 0, 3, 5] {
        let cut = WrappedText.window(spans, around: place, width: width, ellipsis: Span("…"))
        let used = cut.reduce(0) { $0 + $1.width }
        #expect(used <= width, "\(width) at \(place ?? -1): \(cut.map(\.text))")
        if let place, width >= 9 { #expect(cut.map(\.text).joined().contains(spans[place].text.prefix(2))) }
      }
    }
    #expect(WrappedText.lines("a bb  ccc", width: 4) == ["a bb", "ccc"])
    #expect(WrappedText.lines("abcdefgh ij", width: 3) == ["abc", "def", "gh", "ij"])
    #expect(WrappedText.lines("", width: 3) == [""])
  }
}

extension String {
  /// Without the box's sides and spaces at the ends.
  fileprivate func trimmingBars() -> String {
    guard let first = firstIndex(where: { !" │|".contains($0) }),
      let last = lastIndex(where: { !" │|".contains($0) })
    else { return "" }
    return String(self[first...last])
  }
}
