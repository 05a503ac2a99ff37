import Testing

@testable import Evaluation

@Suite struct CodePointsTests {
  @Test func canonicallyEquivalentTextsStayDifferent() {
    #expect("\u{E9}" == "e\u{301}")
    #expect(CodePoints("\u{E9}") != CodePoints("e\u{301}"))
    #expect(!CodePoints("caf\u{E9}").contains(CodePoints("e\u{301}")))
  }

  @Test func aSigmaAtTheEndOfAWordIsAFinalOne() {
    #expect(CodePoints("ΟΔΟΣ ΣΑΣ. Σ").lowercased == CodePoints("οδος σας. σ"))
  }

  @Test func separatorsOfASCIISeparateWords() {
    #expect(CodePoints(" a\u{1C}b\u{3000}c\n").words == ["a", "b", "c"].map { CodePoints($0) })
    #expect(CodePoints("\u{1F}x\u{85}").stripped == CodePoints("x"))
  }

  @Test func numbersAreDigitsOfAnyScript() {
    #expect(CodePoints("12, ٣٤ and ²").numbers == ["12", "٣٤"].map { CodePoints($0) })
    #expect(CodePoints("Paragraph x, Paragraph 12.").number(behind: "Paragraph ") == CodePoints("12"))
    #expect(CodePoints("Paragraph ").number(behind: "Paragraph ") == nil)
  }

  @Test func anEmptyPartIsInEveryText() {
    #expect(CodePoints("").contains(CodePoints("")))
    #expect(!CodePoints("").contains(CodePoints("a")))
    #expect(CodePoints("aab").contains(CodePoints("ab")))
  }
}
