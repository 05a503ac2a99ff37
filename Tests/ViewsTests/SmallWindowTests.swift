import Screen
import Testing

@testable import Exploration
@testable import Views

/// A window in which no view has room.
@Suite struct SmallWindowTests {
  private static let small = Size(width: 40, height: 10)

  private func text(_ state: ViewState) -> String { TextRenderer.text(state.draw(size: Self.small)) }

  @Test func keysWaitUntilTheyCanBeSeen() {
    var state = ViewState(run: RunFixture.run, theme: .mono)
    for key in [
      Key.character("3"), .character("X"), .character("?"), .character("p"), .character(":"), .down,
    ] {
      #expect(state.handle(key, size: Self.small) == .none)
    }
    #expect(
      state.display.view == .text && !state.overlays.showsHelp && state.typing.entry == nil
        && state.setup.policy == 0)
    #expect(state.setup.editedPolicies.isEmpty && text(state).contains("60x16 needed"))
    #expect(state.handle(.character("q"), size: Self.small) == .quit)
  }

  @Test func whatLeavingAsksIsShownAndAnswered() {
    var state = ViewState(run: RunFixture.run, theme: .mono)
    _ = state.handle(.character("X"), size: Size(width: 80, height: 24))
    #expect(state.handle(.character("q"), size: Self.small) == .none)
    #expect(text(state).contains("leave, y or n?"))
    #expect(state.handle(.character("n"), size: Self.small) == .none && state.typing.entry == nil)
    #expect(text(state).contains("60x16 needed"))
  }
}
