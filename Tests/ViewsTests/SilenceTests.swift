import KeyStorm
import Screen
import Testing

@testable import Exploration
@testable import Views

/// No key is silent: each changes what is seen, asks the program for something, or says in the status why
/// not.
@Suite struct SilenceTests {
  private static let size = Size(width: 80, height: 24)

  /// A key, and whether anything answered it.
  private func isAnswered(_ key: Key, in state: inout ViewState) -> Bool {
    state.message = nil
    var copy = state
    let effect = copy.handle(key, size: Self.size)
    defer { state = copy }
    if effect != .none || copy.message != nil { return true }
    copy.settle()
    return copy.draw(size: Self.size) != state.draw(size: Self.size)
  }

  /// Every key of the table in every view, at the beginnings and at the ends, twice in a row.
  @Test(arguments: ViewState.View.allCases) func everyKeyAnswersEverywhere(_ view: ViewState.View) throws {
    let keys = KeyTable.bindings.flatMap(\.keys) + "ßy".map(Key.character) + [.insert, .delete, .tab]
    for isLast in [false, true] {
      var begin = RunFixture.state(theme: isLast ? .dark : .mono)
      begin.open(view)
      if isLast {
        (begin.cursor.layer, begin.cursor.head, begin.cursor.position) = (
          1, 3, begin.run.prompt.tokens.count - 1
        )
        (begin.cursor.step, begin.cursor.heatmapRow) = (begin.scene.timeline.steps.count - 1, 1 << 20)
      } else {
        (
          begin.cursor.layer, begin.cursor.head, begin.cursor.position, begin.cursor.step,
          begin.cursor.heatmapRow
        ) = (0, 0, 0, 0, 0)
      }
      begin.settle()
      for key in keys {
        var state = begin
        #expect(isAnswered(key, in: &state), "\(key) in \(view), last: \(isLast)")
        (state.typing.entry, state.typing.isCounting, state.typing.count) = (nil, false, nil)
        #expect(isAnswered(key, in: &state), "\(key) again in \(view), last: \(isLast)")
      }
    }
  }

  @Test(arguments: ["help", "words", "why", "losses", "answer"]) func everyKeyAnswersInOverlays(
    _ overlay: String
  )
    throws
  {
    for key in KeyTable.bindings.flatMap(\.keys) {
      var state = RunFixture.state(theme: .dark)
      switch overlay {
      case "help": state.overlays.showsHelp = true
      case "words": (state.overlays.showsHelp, state.overlays.showsWords) = (true, true)
      case "why": (state.why, state.overlays.showsWhy) = (RunFixture.finding, true)
      case "losses":
        state.overlays.showsLosses = true
        state.settle()
      default: state.overlays.showsAnswer = true
      }
      if case .character(let character) = key, character.isNumber { continue }
      #expect(isAnswered(key, in: &state), "\(key) in \(overlay)")
    }
  }

  @Test func theWordsSayWhatIsAtTheEdge() throws {
    var state = RunFixture.state()
    (state.cursor.layer, state.cursor.head) = (1, 3)
    func press(_ keys: String) throws -> String? {
      for key in try Key.parse(keys) { _ = state.handle(key, size: Self.size) }
      return state.message
    }
    #expect(try press("]") == "no layer above: this is 2 of 2")
    #expect(try press("}") == "no head after: this is 4 of 4")
    #expect(try press("/twice<Enter>n") == "one match")
    #expect(try press("gh") == "the text begins here")
    #expect(try press(":layer-up<Enter>") == "no layer above: this is 2 of 2", "typed as a command, too")
    #expect(try press("ß") == "ß does nothing; ? lists the keys")
    #expect(try press("2+++++++++++") == "a cell is one token already")
  }

  /// A command that fails says what to type.
  @Test(
    arguments: Command.allCases.filter {
      // These take whatever is typed.
      ![.tour, .quit, .question, .answerPrefix, .export, .write].contains($0)
    })
  func commandsThatFailSayWhatToType(_ command: Command) throws {
    var state = RunFixture.state()
    for key in try Key.parse(":\(command.rawValue) ???=<Enter>") { _ = state.handle(key, size: Self.size) }
    #expect(state.message?.contains("type :\(command.rawValue)") == true, "\(state.message ?? "")")
    // What is told to type is a command.
    #expect(Command(typed: String(command.example.dropFirst().prefix { $0 != " " })) == command)
  }
}
