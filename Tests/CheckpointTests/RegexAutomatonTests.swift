import Testing

@testable import Checkpoint

/// The patterns of pre-tokenizers: what they match, and that odd ones are refused or harmless.
@Suite struct RegexAutomatonTests {
  private func matches(_ pattern: String, _ text: String) throws -> [String] {
    let scalars = AlignedScalar.scan(Array(text.utf8))[...]
    return try RegexAutomaton(pattern: pattern).matches(in: scalars).map {
      String(decoding: scalars[$0].bytes, as: UTF8.self)
    }
  }

  private static let cases: [(pattern: String, text: String, expected: [String])] = [
    ("a|ab", "ab", ["a"]),
    ("ab|a", "abac", ["ab", "a"]),
    ("a+?b?", "aab", ["a", "ab"]),
    ("a{2,3}", "aaaaaa a", ["aaa", "aaa"]),
    ("a{2}", "aaaaa", ["aa", "aa"]),
    ("(?:ab)+c?", "ababcab", ["ababc", "ab"]),
    (#"\s+(?!\S)|\s+"#, "a   b  ", ["  ", " ", "  "]),
    ("b(?=c)", "bcb", ["b"]),
    (#"\s+$"#, "a  b \n c ", [" ", " "]),
    ("(?i:'s|'ll)", "'S'LL'\u{17F}'x", ["'S", "'LL", "'\u{17F}"]),
    (#"[^\s\p{L}\p{N}]+"#, "a1!? ²é…", ["!?", "…"]),
    (#"[\]\-a-c]+"#, "a-]d", ["a-]"]),
    ("[a-]+", "a-b", ["a-"]),
    (#"\p{^L}|\P{N}"#, "1a", ["1", "a"]),
    (#"\x41\u0042\x{1F600}"#, "AB😀", ["AB😀"]),
    (".", "a\n", ["a"]),
    (#"\w+"#, "añ_9½ⓐ-", ["añ_9", "ⓐ"]),
    (#"\."#, "a.b", ["."]),
  ]

  @Test(arguments: cases) func matchesAreThoseOfABacktrackingMatcher(
    _ pattern: String, _ text: String, _ expected: [String]
  ) throws {
    #expect(try matches(pattern, text) == expected)
  }

  private static let refused: [(pattern: String, cause: String)] = [
    ("^a", "'^'"), ("(?<=ab)b", "look behind"), ("(?<=a)", "empty"), ("(?>a)", "(?>"),
    ("(?:ab)++", "possessive"), ("a?+", "empty"),
    (#"\p{Klingon}"#, "Klingon"), (#"\b"#, #"\b"#), ("[[:klingon:]]", "klingon"), ("[[:alpha]", "end"),
    ("(?<=a)+b", "repeated"),
    (String(repeating: "[", count: 100) + "a", "deeply"), ("(?!ab)", "more than one"), ("a*", "empty"),
    ("(a", "without"), ("a)", "without"),
    ("[a", "end"), ("*", "after nothing"), ("a{999}", "count"), ("[b-a]", "range"),
    ("(?i:ä)", "beyond ASCII"), (#"\1"#, #"\1"#),
    ("\\", "end"), (String(repeating: "(", count: 100), "deeply"), ("((a{99}){99}){99}", "large"),
    ("(((){99}){99}){99}", "large"), ("a??", "empty"),
  ]

  @Test(arguments: refused) func whatNoTokenizerUsesIsNamed(_ pattern: String, _ cause: String) {
    let failure = #expect(throws: RegexParser.Failure.self) { try RegexAutomaton(pattern: pattern) }
    #expect(failure?.reason.contains(cause) == true, "\(failure?.reason ?? "")")
  }

  /// Each of these takes a backtracking matcher quadratic time or worse.
  @Test(arguments: [#"\s+$"#, #"\s+x|\s"#, "(a+)+b", "(?:a|a)+b|a", "(?:a|b|ab)*c|[ab]"])
  func longRunsTakeTimeInProportion(_ pattern: String) throws {
    let count = 50_000
    let automaton = try RegexAutomaton(pattern: pattern)
    for character in [" ", "a", "ab"] {
      let scalars = AlignedScalar.scan(Array((String(repeating: character, count: count) + "!").utf8))[...]
      let clock = ContinuousClock()
      let time = clock.measure { _ = automaton.matches(in: scalars) }
      // Quadratic time would be minutes in a debug build.
      #expect(time < .seconds(5), "\(pattern): \(time)")
    }
  }
}
