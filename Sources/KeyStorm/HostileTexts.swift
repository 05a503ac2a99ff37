/// Texts made to steer a terminal, or to break the layout, by what they are.
package enum HostileTexts {
  /// The texts as bytes, by what they are; some are no UTF-8.
  package static let all: [String: [UInt8]] = [
    "escape sequences": Array(
      "\u{1B}[2J\u{1B}[31mred\u{1B}]0;title\u{7}\u{1B}P1$r\u{1B}\\ \u{9B}31m\u{90}x\u{9C}".utf8),
    "zeros": Array(repeating: 0, count: 64),
    "every control": Array(0..<32) + [0x7F] + Array("\r\n\u{8}\u{C}\u{85}".utf8),
    "direction marks": Array(
      "a\u{202E}b\u{2066}c\u{200F}d\u{061C}e\u{FEFF}f\u{200B}g\u{2028}h\u{2029}i\u{E0001}".utf8),
    "no UTF-8": [
      0xFF, 0xFE, 0xC0, 0x80, 0xE9, 0x20, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xE2, 0x82, 0xF0, 0x9F,
    ],
    "every byte": Array(0...255),
    "only newlines": Array(repeating: 0x0A, count: 200),
    "one long word": Array(repeating: 0x61, count: 600),
    "one line of ten thousand columns": Array(String(repeating: "lamp\u{200B}鍵 ", count: 1_250).utf8),
    "one wide word": Array(String(repeating: "鍵", count: 100).utf8),
    "only emoji": Array(String(repeating: "👩‍👩‍👧‍👦🇯🇵👍🏽", count: 6).utf8),
    "marks on nothing": Array(String(repeating: "\u{301}", count: 60).utf8),
    "right to left": Array("שלום עולם مرحبا بالعالم".utf8),
    "one byte": [0x41],
  ]
}
