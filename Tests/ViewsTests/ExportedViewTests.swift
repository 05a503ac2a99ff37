import Exploration
import Foundation
import Screen
import Testing

@testable import Views

/// Views and pages as files.
@Suite struct ExportedViewTests {
  private static let size = Size(width: 60, height: 16)

  private func exported(_ state: ViewState, _ path: String, _ scope: ExportRequest.Scope = .view) throws
    -> String
  {
    String(decoding: try state.exported(ExportRequest(path, scope: scope), size: Self.size), as: UTF8.self)
  }

  @Test func aViewIsDrawnAsItIs() throws {
    try GoldenScreenTests().compare(
      exported(RunFixture.state(theme: .dark), "text.svg"), with: "text-60x16.svg")
  }

  @Test func textIsWhatTheScreenPrintsWithoutColours() throws {
    let state = RunFixture.state(theme: .dark)
    #expect(
      try exported(state, "text.txt")
        == TextRenderer.text(RunFixture.state(theme: .mono).draw(size: Self.size)))
    #expect(try exported(state, "text.ansi") == TextRenderer.ansi(state.draw(size: Self.size)))
  }

  @Test func whatIsTypedOrSaidOverAViewIsNotExported() throws {
    let clean = RunFixture.state()
    var busy = clean
    (busy.typing.entry, busy.message) = (.search("abc"), "a message")
    for path in ["a.txt", "a.ansi", "a.svg", "a.html"] {
      #expect(try exported(busy, path) == exported(clean, path))
    }
  }

  /// A text that would run in a browser, an escape, a direction mark and bytes that are no UTF-8.
  private static let hostile =
    Array("</span><script>alert(\"1\")</script>&amp;'\u{1B}[0m\u{202E}".utf8) + [0xFF, 0x0A]
    + Array("<!--".utf8)

  private static func hostileState() -> ViewState {
    let prompt = RunFixture.prompt(hostile, name: "<b>\"'\u{1B}.txt")
    return ViewState(run: RunFixture.makeRun(prompt, budget: 8, answerLimit: 4), theme: .light)
  }

  @Test func aPageOfAHostileTextIsHarmless() throws {
    let page = try exported(Self.hostileState(), "text.html")
    // The script is as it stands in the sources, and what is packed is zlib's.
    try GoldenScreenTests().compare(
      page.replacingOccurrences(of: TokenPage.script, with: "").replacing(/"packed":"[^"]*"/, with: ""),
      with: "hostile-page.html")
    #expect(page.components(separatedBy: "<script").count == 3, "the data's and the page's own")
    #expect(!page.contains("alert(\"") && !page.contains("<b>") && !page.contains("<!--"))
    #expect(
      !page.unicodeScalars.contains {
        $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E || $0.value == 0x7F
      })
    for part in ["http-equiv=\"Content-Security-Policy\"", "default-src 'none'"] {
      #expect(page.contains(part))
    }
    for part in ["src=", "href=", "url(", "@import", "fetch("] { #expect(!page.contains(part), "\(part)") }
  }

  @Test func everythingHasAllPlacesAndAViewItsOwn() throws {
    let state = RunFixture.state()
    let view = try TokenPage(state.scene, scope: .view, drawing: nil),
      whole = try TokenPage(state.scene, scope: .everything, drawing: nil)
    #expect(view.places == [TokenPage.Place(layer: state.cursor.layer, head: state.cursor.head / 2)])
    #expect(whole.places.count == 4 && whole.places.contains(view.places[0]))
    #expect(
      try exported(state, "a.html").contains("<svg")
        && !exported(state, "a.html", .everything).contains("<svg"))
  }

  @Test func nothingIsExportedBeforeThereIsAnything() {
    let done = RunFixture.run
    let run = Run(
      modelName: "fixture", prompt: done.prompt, settings: done.settings, vocabulary: done.vocabulary)
    for path in ["a.json", "a.npz", "a.html"] {
      #expect(throws: ExportError.nothingYet) { try exported(ViewState(run: run), path) }
    }
  }
}
