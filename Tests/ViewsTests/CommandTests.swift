import Eviction
import Exploration
import Screen
import Testing

@testable import Views

/// Commands that are no moves: settings, views, and the actions of keys.
@Suite final class CommandTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()

  @discardableResult
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  @Test func commandsMayBeCutShort() throws {
    try press(":got 12<Enter>")
    #expect(state.cursor.position == 12)
    #expect(try press(":q<Enter>") == .quit)
    try press(":g 3<Enter>")
    #expect(
      state.message == "no command :g; type :goto, :granularity; or ':' and Tab for all of them",
      "goto and granularity both begin so")
  }

  @Test func everyActionOfAKeyCanBeTyped() throws {
    try press(":policy-next<Enter>")
    #expect(state.setup.policy == 1)
    try press(":heatmap-view<Enter>")
    #expect(state.display.view == .heatmap)
    for action in KeyTable.Action.allCases { #expect(KeyTable.Action(name: action.name) == action) }
  }

  @Test func settingsOfTheActivePolicyAreSet() throws {
    #expect(try press(":set m=16<Enter>") == .explore)
    #expect(state.setup.policyTitle == "LAQ(m=16)")
    #expect(try press(":set m=0<Enter>") == .none)
    #expect(state.message == "m takes a whole number from 1 to 256; type :set m=…")
    try press(":set quest=1<Enter>")
    #expect(state.message?.hasPrefix("settings of LAQ(m=16): m, ") == true)
    #expect(try press("u") == .explore)
    #expect(state.setup.policyTitle == "LAQ")
  }

  @Test func answersAndGranularityAreSet() throws {
    #expect(try press(":steps 5<Enter>") == .explore)
    #expect(state.setup.settings.answerLimit == 5)
    #expect(try press(":steps 0<Enter>") == .none)
    #expect(try press(":granularity query<Enter>") == .explore)
    #expect(state.setup.settings.granularity == .queryHead)
    #expect(try press(":granularity rows<Enter>") == .none)
    try press(":view compare<Enter>")
    #expect(state.display.view == .compare)
    try press(":view six<Enter>")
    #expect(
      state.message?.contains("(text, heatmap, heads, compare, timeline, lookahead); type :view NAME") == true
    )
  }

  @Test func answersAreNoLongerThanTheContextHasRoomFor() throws {
    let count = state.setup.prompt.tokens.count
    state.setup.prompt = try Prompt(
      name: "harbour.txt", text: state.setup.prompt.text, tokenizer: RunFixture.tokenizer,
      contextLength: count + 40, answerLimit: 16)
    #expect(try press(":steps 41<Enter>") == .none)
    #expect(
      state.message?.hasPrefix("a number from 1 to 40 was expected; type :steps NUMBER") == true
        && state.setup.settings.answerLimit == 16)
    #expect(try press(":steps 40<Enter>") == .explore)
    // A question must leave room for such an answer.
    #expect(try press("iWho?<Enter>") == .none)
    #expect(state.message?.contains("this model has room for \(count) and an answer") == true)
    #expect(try press("<Esc>:steps 16<Enter>iWho?<Enter>") == .explore)
  }

  @Test func whileOneTypesTheCommandSaysWhatItTakes() throws {
    try press(":budget ")
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains(":budget TOKENS|SHARE|BYTES"))
    for command in Command.allCases {
      #expect(!command.words.isEmpty && command.synopsis.hasPrefix(":" + command.rawValue))
    }
  }
}
