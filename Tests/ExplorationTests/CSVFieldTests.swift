import Exploration
import Testing

@Suite struct CSVFieldTests {
  @Test(arguments: [
    ("plain", "plain"), ("two words", "two words"), ("", ""), ("laq(m=32)", "laq(m=32)"), ("é", "é"),
    ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""),
    // One character each, to Swift.
    ("a\r\nb", "\"a\r\nb\""), ("a,\u{301}b", "\"a,\u{301}b\""), ("a\"\u{301}b", "\"a\"\"\u{301}b\""),
  ]) func whatEndsAFieldIsQuoted(_ field: String, _ expected: String) {
    #expect(Array(CSVField.quoted(field).utf8) == Array(expected.utf8))
  }
}
