import Screen
import Testing

@testable import Views

/// Editing one line, as in a shell.
@Suite struct TextLineTests {
  /// The line after some keys, with a bar in the cursor's place.
  private func typed(_ keys: String, from text: String = "") throws -> String {
    var line = TextLine(text)
    for key in try Key.parse(keys) {
      let isTaken = line.edit(key)
      #expect(isTaken, "\(key)")
    }
    return line.before + "|" + line.after
  }

  @Test func charactersGoInAtTheCursor() throws {
    #expect(try typed("ac<Left>b") == "ab|c")
    #expect(try typed("<Home>x<End>y", from: "mn") == "xmny|")
    #expect(try typed("<C-a>x<C-e>y", from: "mn") == "xmny|")
    #expect(try typed("<C-b><C-b><C-f>-", from: "mn") == "m-|n")
  }

  @Test func deletingStopsAtTheEnds() throws {
    #expect(try typed("<BS><BS><BS>", from: "ab") == "|")
    #expect(try typed("<Left><Del><Del>", from: "ab") == "a|")
    #expect(try typed("<C-d>", from: "ab") == "ab|")
    #expect(try typed("<Left><C-u>", from: "abc") == "|c")
    #expect(try typed("<Home><Right><C-k>", from: "abc") == "a|")
  }

  @Test func wordsGoWithTheSpacesBehindThem() throws {
    #expect(try typed("<C-w>", from: "where is  ") == "where |")
    #expect(try typed("<C-w><C-w><C-w>", from: "where is") == "|")
    #expect(try typed("<Left><C-w>", from: "where is") == "where |s")
  }

  @Test func charactersAreWhatAPersonSeesAsOne() throws {
    #expect(try typed("<BS>", from: "鍵時") == "鍵|")
    #expect(try typed("<Left><BS>", from: "a👩‍🔬b") == "a|b")
    // Accents arrive as keys of their own.
    #expect(try typed("e\u{301}<BS>") == "|")
    #expect(try typed("e\u{301}<Left>x") == "x|e\u{301}")
  }

  @Test func otherKeysAreNotTaken() {
    var line = TextLine("a")
    for key in [Key.up, .enter, .escape, .tab, .pageDown, .function(3), .control("x")] {
      let isTaken = line.edit(key)
      #expect(!isTaken, "\(key)")
    }
    #expect(line == TextLine("a"))
  }
}
