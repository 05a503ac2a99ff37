import Testing

@testable import Screen

@Suite struct TextTests {
  @Test func widthsFollowTheTable() {
    #expect(TextWidth.of("abc") == 3)
    #expect(TextWidth.of("鍵は") == 4)
    #expect(TextWidth.of("e\u{301}") == 1)
    #expect(TextWidth.of("😀") == 2)
    #expect(TextWidth.of("\u{301}") == 1)
    #expect(TextWidth.of("") == 0)
  }

  @Test func clippingNeverExceedsTheColumns() {
    #expect(TextWidth.clipped("鍵鍵鍵", to: 5) == "鍵鍵")
    #expect(TextWidth.clipped("abcdef", to: 4, ellipsis: "…") == "abc…")
    #expect(TextWidth.of(TextWidth.padded("鍵鍵", to: 3)) == 3)
  }

  @Test func hostileTextIsShown() {
    #expect(Sanitizer.visible("a\u{1B}[2J\0\n\t ") == "a␛[2J␀⏎→·")
    #expect(Sanitizer.visible("\u{202E}x\u{200B}\u{9B}") == "<U+202E>x<U+200B><9B>")
    #expect(Sanitizer.visible(bytes: [0x61, 0xE9, 0x62]) == "a<E9>b")
    let all = (0..<0x3000).compactMap { Unicode.Scalar($0 as UInt32) }.map { String($0) }.joined()
    let shown = Sanitizer.visible(all, glyphs: .ascii)
    #expect(shown.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) })
    #expect(
      !Sanitizer.visible(all).unicodeScalars.contains { TextWidth.isControl($0) || TextWidth.isIgnored($0) })
  }

  @Test func keysReadBack() throws {
    let text = "2]]{+e<Esc><C-d><Down><lt><Space><F1><Click:3,4>鍵"
    let keys = try Key.parse(text)
    #expect(Key.notation(keys) == text)
    let phases = try Key.parse("><")
    #expect(phases == [.character(">"), .character("<")])
    #expect(throws: KeyNotationError.self) { try Key.parse("<Nope>") }
  }
}
