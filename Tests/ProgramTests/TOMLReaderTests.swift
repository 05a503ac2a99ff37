import Testing

@testable import laq_tui

/// The part of TOML that a configuration is made of.
@Suite struct TOMLReaderTests {
  private func values(_ text: String) throws -> [String: TOMLValue] {
    Dictionary(try TOMLReader.entries(in: text).map { ($0.path.joined(separator: "/"), $0.value) }) {
      first, _ in first
    }
  }

  private func failure(_ text: String) -> TOMLReader.Failure? {
    do {
      _ = try TOMLReader.entries(in: text)
      return nil
    } catch { return error as? TOMLReader.Failure }
  }

  @Test func everyKindOfValueIsRead() throws {
    let text = """
      \u{FEFF}# A comment
      a = "x"  # behind
      'b c'."d" = 'C:\\no'\r
      number = +1_000
      yes=true
      list = [ "a", # one
        [1, -2,],
      ]

      [ keys . more ]
      pin = ["<C-x>"]
      """
    #expect(
      try values(text) == [
        "a": .text("x"), "b c/d": .text("C:\\no"), "number": .number(1000), "yes": .flag(true),
        "list": .list([.text("a"), .list([.number(1), .number(-2)])]),
        "keys/more/pin": .list([.text("<C-x>")]),
      ])
  }

  @Test func textsHaveEscapesAndLines() throws {
    #expect(try values(#"a = "\t\"\\\u00e9\U0001F511""#) == ["a": .text("\t\"\\é\u{1F511}")])
    #expect(
      try values("a = \"\"\"\n one\n  two \\\n   three\"\"\"\"\nb = '''\nx'''") == [
        "a": .text(" one\n  two three\""), "b": .text("x"),
      ])
    #expect(try values("a = \"\"\nb = ''") == ["a": .text(""), "b": .text("")])
  }

  @Test func linesAreCountedThroughEverything() throws {
    let text = "# one\r\na = '''\n\n'''\n\nb = [\n1,\n\n2]\nc = \"\"\"\\\n \n\"\"\"\nd = 1"
    #expect(try TOMLReader.entries(in: text).map(\.line) == [2, 6, 10, 13])
  }

  @Test(arguments: [
    ("a = 1\n[=]", 2), ("[]", 1), ("[.a]", 1), ("[[a]]", 1), ("a..b = 1", 1), ("= 1", 1), ("a = 1 b = 2", 1),
    ("a = 1.5", 1), ("a = 1e5", 1),
    ("a = 1979-05-27", 1), ("a = {b = 1}", 1), ("a = \"\\x\"", 1), ("a = \"\\ud800\"", 1),
    ("a = \"\\u12\"", 1), ("\n\na = \"x\ny\"", 3),
    ("a = '''", 1), ("a = [1 2]", 1), ("a = [1,\n\n2", 1), ("a = 1\na = 2", 2), ("[a]\n[a]", 2),
    ("a = 99999999999999999999", 1),
    ("a = _1", 1), ("a = True", 1), ("a = \"\u{1}\"", 1), ("a = 1 \r b", 1), ("é = 1", 1), ("[a", 1),
    ("a", 1),
  ])
  func whatIsNoneNamesItsLine(_ text: String, _ line: Int) {
    #expect(failure(text)?.line == line, "\(String(describing: failure(text)))")
  }

  @Test func deepAndLongFilesAreRefused() {
    for piece in ["[", "a=[", "a.", "a=\"\\u", "a = ["] {
      #expect(failure(String(repeating: piece, count: 100_000)) != nil, "\(piece)")
    }
  }
}
