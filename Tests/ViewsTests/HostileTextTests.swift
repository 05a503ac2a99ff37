import Screen
import Testing

@testable import Views

/// Texts made to steer a terminal, or to break the layout.
@Suite struct HostileTextTests {
  static let texts: [String: [UInt8]] = [
    "escape sequences": Array("\u{1B}[2J\u{1B}[31mred\u{1B}]0;title\u{7}\u{1B}P1$r\u{1B}\\ \u{9B}31m\u{90}x\u{9C}".utf8),
    "zeros": Array(repeating: 0, count: 64),
    "every control": Array(0..<32) + [0x7F] + Array("\r\n\u{8}\u{C}\u{85}".utf8),
    "direction marks": Array("a\u{202E}b\u{2066}c\u{200F}d\u{061C}e\u{FEFF}f\u{200B}g\u{2028}h\u{2029}i\u{E0001}".utf8),
    "no UTF-8": [0xFF, 0xFE, 0xC0, 0x80, 0xE9, 0x20, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xE2, 0x82, 0xF0, 0x9F],
    "every byte": Array(0...255),
    "only newlines": Array(repeating: 0x0A, count: 200),
    "one long word": Array(repeating: 0x61, count: 600),
    "one wide word": Array(String(repeating: "鍵", count: 100).utf8),
    "only emoji": Array(String(repeating: "👩‍👩‍👧‍👦🇯🇵👍🏽", count: 6).utf8),
    "marks on nothing": Array(String(repeating: "\u{301}", count: 60).utf8),
    "right to left": Array("שלום עולם مرحبا بالعالم".utf8),
    "one byte": [0x41],
  ]

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
