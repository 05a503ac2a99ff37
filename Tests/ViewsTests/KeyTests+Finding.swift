import Exploration
import Screen
import Testing
import Transformer

@testable import Views

/// Searches, and commands as they are typed.
extension KeyTests {
  // MARK: Finding

  @Test func findingGoesOnAndRound() throws {
    try press("g/clerk<Enter>")
    let first = state.cursor.position
    #expect(state.message == "clerk: 1 of 3" && first > 0)
    try press("n")
    let second = state.cursor.position
    #expect(second > first)
    try press("n")
    let third = state.cursor.position
    #expect(third > second)
    try press("n")
    #expect(state.cursor.position == first, "round to the first")
    try press("N")
    #expect(state.cursor.position == third)
    try press("/<Enter>")
    #expect(state.cursor.position == first, "an empty search repeats the last")
  }

  @Test func findingSpansTokensAndBytes() throws {
    try press("g/the brass key behind<Enter>")
    #expect(state.message == nil)
    let found = state.cursor.position
    try press("g/時計<Enter>")
    #expect(state.message == nil && state.cursor.position > found)
  }

  @Test func findingById() throws {
    let token = state.run.prompt.tokens[20]
    let wanted = try #require(state.run.prompt.tokens.firstIndex { $0.id == token.id })
    try press("99999l/#\(token.id)<Enter>")
    #expect(state.cursor.position == wanted)
  }

  @Test func notFoundSaysSoAndStays() throws {
    let cursor = state.cursor.position
    try press("/zebra<Enter>")
    #expect(state.message == "not found: zebra" && state.cursor.position == cursor)
    try press("/#99999<Enter>")
    #expect(state.message == "not found: #99999" && state.cursor.position == cursor)
    state.search.typed = ""
    try press("n")
    #expect(state.message?.hasPrefix("nothing to find") == true)
  }

  @Test func aSearchIsLeftByEscapeAndBackspace() throws {
    let cursor = state.cursor.position
    try press("/ab<BS>")
    #expect(state.typing.entry == .search("a"))
    try press("<Esc>")
    #expect(state.typing.entry == nil && state.cursor.position == cursor)
    try press("/<BS>")
    #expect(state.typing.entry == nil)
    #expect(try press("/q<C-c>") == .none)
    #expect(state.typing.entry == nil)
  }

  // MARK: Commands

  @Test func commandsGoToPlaces() throws {
    try press(":goto 41<Enter>")
    #expect(state.cursor.position == 41)
    try press(":layer 2<Enter>:head 3<Enter>")
    #expect(state.cursor.layer == 1 && state.cursor.head == 2)
    try press(":theme light<Enter>:notes off<Enter>")
    #expect(state.display.theme == .light && !state.display.showsNotes)
    try press(":notes on<Enter>")
    #expect(state.display.showsNotes)
  }

  @Test(arguments: ["goto", "goto x", "goto 99999", "goto -1", "layer 0", "layer 3", "head 5"])
  func numbersOutOfRangeAreRefused(_ command: String) throws {
    let before = state
    #expect(try press(":\(command)<Enter>") == .none)
    #expect(state.message?.hasPrefix("a number from") == true)
    #expect(
      state.cursor.position == before.cursor.position && state.cursor.layer == before.cursor.layer
        && state.cursor.head == before.cursor.head)
    #expect(state.setup.settings == before.setup.settings)
  }

  @Test(arguments: ["budget", "budget 0", "budget x", "budget 12.5", "budget 0%", "budget 1B"])
  func budgetsThatAreNoneAreRefused(_ command: String) throws {
    let before = state.setup.settings
    #expect(try press(":\(command)<Enter>") == .none)
    #expect(state.message?.contains("budget") == true)
    #expect(state.setup.settings == before)
  }

  @Test func budgetsMayBeSharesAndBytes() throws {
    let count = state.run.prompt.tokens.count
    #expect(try press(":budget 25%<Enter>") == .explore)
    #expect(state.setup.settings.budget == count / 4)
    let recording = try #require(state.run.recording)
    let each = KeptTokens.all(shape: recording.shape, tokenCount: 1).byteCount()
    #expect(try press(":budget \(each * 7 + 1)B<Enter>") == .explore)
    #expect(state.setup.settings.budget == 7)
  }

  @Test func commandsChangeSettings() throws {
    #expect(try press(":budget 100<Enter>") == .explore)
    #expect(state.setup.settings.budget == 100)
    #expect(try press(":policy snapkv<Enter>") == .none)
    #expect(state.setup.policyTitle == "SnapKV")
    #expect(try press(":policy laq(m=4)<Enter>") == .explore)
    #expect(state.setup.policyTitle == "LAQ(m=4)")
    #expect(state.setup.settings.policies.count == 5)
    _ = state.draw(size: Self.size)
    #expect(try press("u") == .explore)
    #expect(
      state.setup.settings.policies.count == 4 && state.setup.policyTitle == "SnapKV",
      "what was active before")
  }

  @Test func commandsThatAreNoneSaySo() throws {
    #expect(try press(":frobnicate<Enter>") == .none)
    #expect(state.message?.hasPrefix("no command :frobnicate") == true)
    #expect(try press(":policy quest<Enter>") == .none)
    #expect(state.message?.contains("there is no policy 'quest'") == true)
    #expect(try press(":theme pink<Enter>") == .none)
    #expect(
      state.message
        == "there is no such theme (dark, light, colorblind, colorblind-light, basic, mono); type :theme NAME, as in :theme dark"
    )
    #expect(try press(":<Enter>") == .none)
    #expect(state.message == nil)
  }
}
