import Screen
import Testing

@testable import Exploration
@testable import Views

/// `y` copies what the cursor is on, and says what.
@Suite struct CopyTests {
  private static let size = Size(width: 120, height: 36)

  private func copied(_ keys: String, _ state: inout ViewState) throws -> String? {
    var effect = Effect.none
    for key in try Key.parse(keys) {
      effect = state.handle(key, size: Self.size)
      state.settle()
    }
    guard case .copy(let text) = effect else { return nil }
    return text
  }

  @Test func tokensAndSpansAreCopied() throws {
    var state = RunFixture.state()
    #expect(try copied("g/clerk<Enter>y", &state) == " clerk")
    #expect(state.message?.hasPrefix("copied token ") == true && state.message?.contains("clerk") == true)
    #expect(try copied("g/the clerk<Enter>vly", &state) == " the clerk")
    #expect(try copied(":copy<Enter>", &state) == " the clerk")
  }

  @Test func rowsAreCopied() throws {
    var state = RunFixture.state()
    let row = try #require(try copied("2y", &state))
    #expect(row.split(separator: "\t").count == state.run.prompt.tokens.count)
    let head = try #require(try copied("3y", &state))
    #expect(head.hasPrefix("head \(state.cursor.layer + 1).\(state.cursor.head + 1)\tLAQ\tmass recall 0."))
    let policy = try #require(try copied("4y", &state))
    #expect(policy.hasPrefix("LAQ\trecall ") && policy.hasSuffix(" behind the tide clock."))
    (state.why, state.overlays.showsWhy) = (RunFixture.finding, true)
    #expect(try copied("y", &state)?.split(separator: "\t").count == 5)
  }

  @Test func answersAreCopiedWhole() throws {
    var state = RunFixture.state()
    #expect(try copied("5y", &state) == " behind the tide clock.")
    #expect(try copied("4RPPPy", &state) == " behind the tin under her stool.")
    #expect(state.message?.hasPrefix("copied the answer of SnapKV") == true)
  }

  @Test func whereNothingIsNothingIsCopied() throws {
    var state = ViewState(run: RunFixture.makeRun().anew(RunFixture.run.settings), theme: .mono)
    for view in ["2", "3", "4", "5"] {
      #expect(try copied("\(view)y", &state) == nil)
      #expect(state.message == "there is nothing to copy here")
    }
  }

  /// Escapes of the text go to the clipboard, where they are base64, and never to the status.
  @Test func whatIsSaidIsClean() throws {
    var state = ViewState(
      run: RunFixture.makeRun(RunFixture.prompt(Array("a\u{1B}[2Jb".utf8), name: "x"), budget: 4),
      theme: .mono)
    #expect(try copied("gv$y", &state)?.contains("\u{1B}") == true)
    #expect(state.message?.unicodeScalars.contains("\u{1B}") == false)
  }
}
