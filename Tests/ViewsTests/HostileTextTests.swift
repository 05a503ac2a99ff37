import KeyStorm
import Screen
import TestSupport
import Testing

@testable import Exploration
@testable import Views

/// Texts made to steer a terminal, or to break the layout.
@Suite struct HostileTextTests {
  /// The longest line is left to `laq-bench --keys`: a debug build takes too long for its recording.
  static let texts = HostileTexts.all.filter { $0.value.count < 10_000 }

  /// What '--why' prints goes to a terminal, too: names of files and of a file's arrays, and the text's own
  /// characters.
  @Test func printsNothingThatSteersATerminal() throws {
    let text = Array("\u{1B}[2J\u{9B}2J\u{202E} 鍵 \"a\\b\"".utf8)
    let prompt = RunFixture.prompt(text, name: "a\u{1B}]0;x\u{7}\u{202E}\n.txt")
    var finding = RunFixture.finding
    (finding.parts, finding.lost) = (
      [], (0..<prompt.tokens.count).map { LostToken(layer: 0, queryHead: 0, position: $0, share: 0.5) }
    )
    let printed = WhyExport(finding, of: RunFixture.makeRun(prompt, budget: 4)).text
    let harmful = printed.unicodeScalars.filter {
      $0 != "\n" && [.control, .format].contains($0.properties.generalCategory)
    }
    #expect(harmful.isEmpty, "\(harmful)")
    #expect(printed.contains(", on a\\u{1B}]0;x\\u{07}\\u{202E}\\n.txt: "))
    #expect(printed.contains("\"\\u{1B}\"\n"))
  }

  private static let keys = [
    "", "g", "2", "3", "3s", "4", "4<Enter>", "5", "5,,,", "o", "1:goto \u{1B}\u{7}<Enter>",
    "/\u{202E}x<Enter>",
    ":\u{9B}x<Enter>", "/\u{200B}", "?",
  ]
  private static let screens = [(120, 36), (80, 24), (60, 16), (20, 5)].flatMap { width, height in
    [GlyphSet.unicode, .ascii].map { (Size(width: width, height: height), $0) }
  }

  @Test(arguments: texts.keys.sorted())
  func drawsNothingThatSteersATerminal(_ name: String) throws {
    let bytes = try #require(Self.texts[name])
    // The name comes from outside, too.
    let prompt = RunFixture.prompt(bytes, name: "a\u{1B}[2J\u{202E}\n\(name)")
    let run = RunFixture.makeRun(prompt, budget: 16)
    for theme in [Theme.mono, .dark] {
      var state = ViewState(run: run, theme: theme)
      for (number, keys) in Self.keys.enumerated() {
        for key in try Key.parse(keys) { _ = state.handle(key, size: Size(width: 80, height: 24)) }
        for (size, glyphs) in Sample.oneIn(3, of: Self.screens, from: number) {
          let grid = state.draw(size: size, glyphs: glyphs)
          let place = "\(name), keys '\(keys.unicodeScalars.map(\.value))', \(size)"
          #expect(ScreenChecks.isClean(grid), "\(place)")
          let text = TextRenderer.text(grid)
          #expect(
            text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7F }, "\(place)")
          #expect(!glyphs.isASCII || text.utf8.allSatisfy { $0 < 0x80 }, "\(place)")
        }
      }
    }
  }
}
