import Eviction
import Foundation
import KeyStorm
import Screen
import Testing

@testable import Exploration
@testable import Views

/// A policy that could not be run: every view and page says why, whole.
@Suite final class UnavailablePolicyTests {
  static let reason =
    "snapkv(w=question) looks at the question's tokens, and this prompt ends with none; ask with --question "
    + "behind the text, or give a window of so many tokens, as snapkv(w=8) has"
  static let sizes = [
    Size(width: 80, height: 24), Size(width: 120, height: 40), Size(width: 200, height: 60),
  ]
  var state = RunFixture.state()

  init() throws {
    let refused = try #require(Policy("snapkv(w=question)"))
    state.setup.settings.policies[2] = refused
    state.run.results.remove(at: 2)
    state.run.unavailable = [Unavailable(policy: refused, budget: .tokens(64), reason: Self.reason)]
    state.setup.policy = 2
  }

  private func press(_ keys: String, size: Size) throws {
    for key in try Key.parse(keys) { _ = state.handle(key, size: size) }
  }

  /// The screen's words without its frame, in one line.
  private func words(_ size: Size) -> String {
    TextRenderer.text(state.draw(size: size)).replacing("│", with: " ").split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  @Test(arguments: sizes) func theWholeAnswersSayWhyThereIsNone(_ size: Size) throws {
    try press("R", size: size)
    #expect(words(size).contains(Self.reason))
    #expect(ScreenChecks.isClean(state.draw(size: size)))
  }

  @Test(arguments: sizes) func compareSaysItOrWhereItIsRead(_ size: Size) throws {
    try press("4", size: size)
    let all = words(size)
    #expect(all.contains(Self.reason) || all.contains("no result; R reads why"), "\(all)")
    #expect(all.contains("…"), "its row is cut")
    #expect(ScreenChecks.isClean(state.draw(size: size)))
  }

  @Test func settingsSayItInPlaceOfWhatItWouldObserve() throws {
    let size = Size(width: 120, height: 40)
    try press("4d", size: size)
    let entries = SettingsPanel(state.scene).entries
    #expect(entries.first { $0.name == "no result" }?.active == Self.reason)
    #expect(entries.first { $0.name == "observes" }?.active == "-", "the pinned policy's has a window")
    #expect(!words(size).contains("all prompt queries"))
    let lines = try #require(entries.first { $0.name == "no result" }).lines(active: 30, pinned: 30)
    #expect(lines.map(\.active).joined(separator: " ") == Self.reason)
    #expect(lines.allSatisfy { TextWidth.of($0.active) <= 30 })
    #expect(lines.count { !$0.name.isEmpty } == 1)
    #expect(ScreenChecks.isClean(state.draw(size: size)))
  }

  @Test func aPageNamesIt() throws {
    let request = ExportRequest("page.html", scope: .everything, format: nil, replacing: false)
    let page = String(
      decoding: try state.exported(request, size: Self.sizes[1], glyphs: .unicode), as: UTF8.self)
    #expect(page.contains(Markup.escaped(Self.reason)))
  }
}
