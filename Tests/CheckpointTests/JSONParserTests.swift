import Foundation
import Testing

@testable import Checkpoint

@Suite struct JSONParserTests {
  @Test func canonicallyEquivalentKeysStayApart() throws {
    let object = try #require(try parseJSON("{\"\u{2126}\": 1, \"\u{3A9}\": 2}").object)
    #expect(object.count == 2)
    #expect(object["\u{2126}"]?.wholeNumber == 1)
    #expect(object["\u{3A9}"]?.wholeNumber == 2)
  }

  @Test func aKeyThatStandsTwiceIsRefused() {
    #expect(throws: JSONParser.Failure.self) { try parseJSON(#"{"a": 1, "\u0061": 2}"#) }
  }

  @Test func integersAreExactAndOtherNumbersDoubles() throws {
    let text = "[9223372036854775807, -9223372036854775808, 9223372036854775808, 1.5e2, -0]"
    let values = try #require(try parseJSON(text).array)
    #expect(values[0].wholeNumber == Int.max)
    #expect(values[1].wholeNumber == Int.min)
    #expect(values[2].wholeNumber == nil)
    #expect(values[2].double == 9_223_372_036_854_775_808)
    #expect(values[3].wholeNumber == 150)
    #expect(values[4].wholeNumber == 0)
  }

  @Test func booleansAreNoNumbers() throws {
    #expect(try parseJSON("true").wholeNumber == nil)
    #expect(try parseJSON("true").double == nil)
  }

  @Test func escapesBecomeTheirCharacters() throws {
    let value = try parseJSON(#""\"\\\/\b\f\n\r\tA\ud83d\ude00é""#)
    #expect(value.string?.bytes == Array("\"\\/\u{8}\u{C}\n\r\tA😀é".utf8))
  }

  private static let broken: [String] = [
    "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{a:1}",
    "{\"a\":1,}", "\"", "\"\\", "\"\\u", "\"\\u12", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"",
    "\"\\ud800\\u0041\"", "\"\\x\"", "\"a\nb\"", "01", "+1", "-", "1.", ".5", "1e", "1e+", "0x1", "tru",
    "nul", "NaN", "Infinity", "1 2", "[] []", "'a'", "\u{FEFF}{}", "{}\0", "]", "}", ",", "{\"a\" 1}",
    "[1 2]", "// c\n1",
  ]

  @Test(arguments: broken)
  func brokenTextsAreRefused(_ text: String) {
    #expect(throws: JSONParser.Failure.self) { try parseJSON(text) }
  }

  @Test func numbersThatOnlyPythonWritesAreReadWhereTheyAreWanted() throws {
    func parse(_ text: String) throws -> JSONValue {
      try Array(text.utf8).withUnsafeBytes { try JSONParser.parse($0, acceptsOddNumbers: true) }
    }
    #expect(try parse("NaN").double?.isNaN == true)
    #expect(try parse("[Infinity]").array?.first?.double == .infinity)
    #expect(try parse("-Infinity").double == -.infinity)
    #expect(try parse("NaN").wholeNumber == nil && parse("Infinity").wholeNumber == nil)
    for broken in [
      "-NaN", "nan", "Inf", "+Infinity", "- Infinity", "NaNN", "Infinit", "--Infinity", "I", "N", "-",
    ] {
      #expect(throws: JSONParser.Failure.self) { try parse(broken) }
    }
  }

  @Test(arguments: [
    [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x84],
  ])
  func bytesThatAreNoUTF8AreRefused(_ bytes: [UInt8]) {
    #expect(throws: JSONParser.Failure.self) { try parseJSON(bytes) }
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
  func deepNestingIsRefusedWithoutExhaustingTheStack(_ opening: String) {
    let text = String(repeating: opening, count: 100_000)
    #expect {
      try parseJSON(text)
    } throws: {
      ($0 as? JSONParser.Failure)?.reason.contains("deeper than 64") == true
    }
  }

  @Test func nestingUpToTheLimitIsRead() throws {
    let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try parseJSON(text).array?.count == 1)
    #expect(throws: JSONParser.Failure.self) { try parseJSON("[\(text)]") }
  }

  @Test func itAgreesWithFoundationOnAnOrdinaryText() throws {
    let text = #"{"a":[1,2.5,true,null,"x é 😀"],"b":{"c":{}},"d":-1e-3}"#
    let foundation = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let own = try #require(try parseJSON(text).object)
    #expect(own.count == foundation?.count)
    #expect(own["d"]?.double == foundation?["d"] as? Double)
    #expect(own["a"]?.array?.last?.string?.text == (foundation?["a"] as? [Any])?.last as? String)
  }

  @Test func everyChangedByteIsAnErrorOrAValue() throws {
    let text = Array(#"{"aé":[1,-2.5e3,true,null,"\ud83d\ude00\n"],"b":{}}"#.utf8)
    for index in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[index] = byte
        _ = try? parseJSON(changed)
      }
      _ = try? parseJSON(text[..<index])
      _ = try? parseJSON(text[index...])
    }
  }

  @Test func aVocabularyOfTwoThousandEntriesIsReadQuickly() throws {
    let entries = (0..<2_000).map { "\"token\($0)\":\($0)" }.joined(separator: ",")
    let text = Array("{\(entries)}".utf8)
    var count = 0
    let time = try ContinuousClock().measure { count = try parseJSON(text).object?.count ?? 0 }
    #expect(count == 2_000)
    // Without optimization on a busy machine; the optimized parser needs about a millisecond.
    #expect(time < .seconds(2))
  }
}
