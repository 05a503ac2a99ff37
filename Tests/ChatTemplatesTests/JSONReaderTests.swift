import ChatTemplates
import Testing

/// JSON as templates meet it: keys in their order, and the place of what is wrong.
@Suite struct JSONReaderTests {
  /// The value as Python would print it, objects as pairs.
  private func printed(_ value: TemplateValue) -> String {
    switch value {
    case .none: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): "'\(text)'"
    case .list(let list): "[" + list.map(printed).joined(separator: " ") + "]"
    case .mapping(let members):
      "{" + members.map { "\($0.key):\(printed($0.value))" }.joined(separator: " ") + "}"
    }
  }

  private func failure(_ text: String) -> JSONReader.Failure? {
    do { _ = try JSONReader.value(of: Array(text.utf8)) } catch { return error as? JSONReader.Failure }
    return nil
  }

  @Test func valuesAndTheOrderOfKeysAreKept() throws {
    let text = """
      \u{FEFF} {"z": [1, -2.5e1, true, false, null], "a": {"x":"é\\n\\u00e9\\ud83d\\ude00\\"", "b":{}}, "m" : [] }
      """
    let value = try JSONReader.value(of: Array(text.utf8))
    #expect(printed(value) == "{z:[1 -25.0 true false null] a:{x:'é\né😀\"' b:{}} m:[]}")
  }

  @Test(arguments: [
    ("[1,\n  2", 2, 4, "',' or ']'"), ("{\"é\" 1}", 1, 6, "':'"), ("[1] x", 1, 5, "follows"),
    ("[\"a\nb\"]", 1, 4, "line break"), ("[tru]", 1, 2, "'tru' is no value"), ("[01]", 1, 2, "'01'"),
    ("[\"a", 1, 2, "does not end"), ("[\"\\x\"]", 1, 2, "escape"), ("", 1, 1, "ends too early"),
    ("{1: 2}", 1, 2, "key in quotes"), ("[1e999]", 1, 2, "'1e999'"), ("[1,]", 1, 4, "a value"),
    ("[\"\\", 1, 2, "does not end"), ("{\"a\":1", 1, 7, "'}'"), ("[99999999999999999999]", 1, 2, "no value"),
  ])
  func whatIsWrongIsPlaced(_ text: String, _ line: Int, _ column: Int, _ words: String) throws {
    let found = try #require(failure(text))
    #expect(found.line == line && found.column == column && found.reason.contains(words), "\(found)")
  }

  @Test func bytesThatAreNoUTF8AndDeepNestingAreRefused() {
    #expect(throws: JSONReader.Failure.self) {
      try JSONReader.value(of: [0x5B, 0x22, 0xFF, 0x22, 0x5D])
    }
    let deep = String(repeating: "[", count: 100_000)
    #expect(failure(deep)?.reason.contains("nested deeper than 64") == true)
  }
}
