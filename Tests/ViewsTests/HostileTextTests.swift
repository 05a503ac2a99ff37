import KeyStorm
import Screen
import Testing

@testable import Views

/// Texts made to steer a terminal, or to break the layout.
@Suite struct HostileTextTests {
  /// The longest line is left to `laq-bench --keys`: a debug build takes too long for its recording.
  static let texts = HostileTexts.all.filter { $0.value.count < 10_000 }

  @Test(arguments: texts.keys.sorted())
  func drawsNothingThatSteersATerminal(_ name: String) throws {
    let bytes = try #require(Self.texts[name])
    // The name comes from outside, too.
    let prompt = StoryFixture.prompt(bytes, name: "a\u{1B}[2J\u{202E}\n\(name)")
    let story = StoryFixture.makeStory(prompt, budget: 16)
    for theme in [Theme.mono, .dark] {
      var state = ViewState(story: story, theme: theme)
      for keys in ["", "g", "2", "3", "3s", "4", "4<Enter>", "5", "5,,,", "o", "1:goto \u{1B}\u{7}<Enter>", "/\u{202E}x<Enter>", ":\u{9B}x<Enter>", "/\u{200B}", "?"] {
        for key in try Key.parse(keys) { _ = state.handle(key, size: Size(width: 80, height: 24)) }
        for (width, height) in [(120, 36), (80, 24), (60, 16), (20, 5)] {
          for glyphs in [GlyphSet.unicode, .ascii] {
            let grid = state.draw(size: Size(width: width, height: height), glyphs: glyphs)
            #expect(ScreenChecks.isClean(grid), "\(name), keys '\(keys.unicodeScalars.map(\.value))', \(width)x\(height)")
            let text = TextRenderer.text(grid)
            #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7F })
            #expect(!glyphs.isASCII || text.utf8.allSatisfy { $0 < 0x80 }, "\(name), \(width)x\(height)")
          }
        }
      }
    }
  }
}
