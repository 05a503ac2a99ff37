import Exploration
import Screen
import Testing

@testable import Views

/// The way from `e` and `E` to a file, without the file.
@Suite final class ExportKeyTests {
  private static let size = Size(width: 120, height: 36)
  private var state = RunFixture.state()

  @discardableResult
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  private var lines: [String] { TextRenderer.lines(state.draw(size: Self.size)) }

  @Test func eAsksForTheViewsFile() throws {
    #expect(try press("2e") == .none)
    #expect(state.typing.entry == .export("heatmap.svg", .view))
    #expect(lines[35] == " write this view to: heatmap.svg" && lines[33].contains("the ending chooses"))
    #expect(try press("<Enter>") == .export(ExportRequest("heatmap.svg", scope: .view)))
    state.exportEnded(ExportRequest("heatmap.svg", scope: .view), error: nil)
    #expect(state.typing.entry == nil && state.message == "heatmap view written to heatmap.svg")
  }

  @Test func capitalEAsksForEverything() throws {
    try press("E")
    #expect(state.typing.entry == .export("kept.json", .everything))
    let request = ExportRequest("all.npz", scope: .everything)
    #expect(try press("<C-u>all.npz<Enter>") == .export(request))
    state.exportEnded(request, error: nil)
    #expect(state.message == "kept tokens of 5 policies written to all.npz")
  }

  @Test func aNameThatNamesNoFormatCanBeMended() throws {
    #expect(try press("e<BS><BS><BS>xml<Enter>") == .none)
    #expect(state.message?.contains("'.xml'") == true && state.typing.entry == .export("text.xml", .view))
    #expect(try press("<BS><BS><BS>txt<Enter>") == .export(ExportRequest("text.txt", scope: .view)))
    #expect(try press("E<C-u>all.svg<Enter>") == .none)
    #expect(state.message?.contains("cannot hold everything") == true)
  }

  @Test func aFileIsReplacedOnlyAfterAYes() throws {
    let request = ExportRequest("text.svg", scope: .view)
    for answer in ["n", "<Esc>", "<Enter>", "q"] {
      state.exportEnded(request, error: ExportError.exists("text.svg"))
      #expect(
        state.typing.entry == .replace(request)
          && lines[35] == " replace it, y or n? there is a file text.svg")
      #expect(try press(answer) == .none)
      #expect(state.typing.entry == nil && state.message == "nothing written; text.svg is as it was")
    }
    state.exportEnded(request, error: ExportError.exists("text.svg"))
    #expect(try press("y") == .export(ExportRequest("text.svg", scope: .view, replacing: true)))
  }

  @Test func afterAFailureTheNameIsStillThere() throws {
    let error = ExportError.notWritten("/full/a.npz", reason: "No space left on device")
    state.exportEnded(ExportRequest("/full/a.npz", scope: .everything), error: error)
    #expect(
      state.typing.entry == .export("/full/a.npz", .everything)
        && lines[33].contains("No space left on device"))
  }

  @Test func whatIsBeingTypedGoesOn() throws {
    try press("/clerk")
    state.exportEnded(ExportRequest("a.svg", scope: .view), error: ExportError.exists("a.svg"))
    #expect(
      state.typing.entry == .search("clerk") && state.message == "a.svg is there already; nothing written")
  }

  @Test func theEndOfALongNameStaysInSight() throws {
    try press("e<C-u>" + String(repeating: "long/", count: 60) + "end.svg")
    #expect(lines[35].hasPrefix(" write this view to: ") && lines[35].hasSuffix("long/end.svg"))
    #expect(lines[35].count == 118)
  }

  @Test func anEmptyNameWritesNothing() throws {
    #expect(try press("e<C-u><Enter>") == .none)
    #expect(state.typing.entry == nil && state.message == "nothing written")
    try press("e<Esc>")
    #expect(state.typing.entry == nil)
  }
}
