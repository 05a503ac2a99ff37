import KeyStorm
import Screen
import Testing

@testable import Exploration
@testable import Views

/// No key is silent: each changes what is seen, asks the program for something, or says in the status why not.
@Suite struct SilenceTests {
  private static let size = Size(width: 120, height: 36)

  /// A key, and whether anything answered it.
  private func isAnswered(_ key: Key, in state: inout ViewState) -> Bool {
    state.message = nil
    let before = state.draw(size: Self.size)
    let effect = state.handle(key, size: Self.size)
    state.settle()
    return effect != .none || state.message != nil || state.draw(size: Self.size) != before
  }

  /// Every key of the table in every view, at the beginnings, in the middle and at the ends, twice in a row.
  @Test(arguments: ViewState.View.allCases, [Theme.mono, .dark])
  func everyKeyAnswersEverywhere(_ view: ViewState.View, _ theme: Theme) throws {
    let keys = KeyTable.bindings.flatMap(\.keys) + "ßyR".map(Key.character) + [.insert, .delete, .tab]
    for place in ["first", "middle", "last"] {
      for key in keys {
        var state = StoryFixture.state(theme: theme)
        state.open(view)
        switch place {
        case "first": (state.layer, state.head, state.cursor, state.step, state.heatmapRow) = (0, 0, 0, 0, 0)
        case "last":
          (state.layer, state.head, state.cursor) = (1, 3, state.story.prompt.tokens.count - 1)
          (state.step, state.heatmapRow) = (state.timeline.steps.count - 1, 1 << 20)
        default: break
        }
        state.settle()
        #expect(isAnswered(key, in: &state), "\(key) in \(view), \(place)")
        (state.entry, state.isCounting, state.count) = (nil, false, nil)
        #expect(isAnswered(key, in: &state), "\(key) again in \(view), \(place)")
      }
    }
  }

  @Test(arguments: ["help", "words", "why", "answer"]) func everyKeyAnswersInOverlays(_ overlay: String) throws {
    for key in KeyTable.bindings.flatMap(\.keys) {
      var state = StoryFixture.state(theme: .dark)
      switch overlay {
      case "help": state.showsHelp = true
      case "words": (state.showsHelp, state.showsWords) = (true, true)
      case "why": (state.why, state.showsWhy) = (StoryFixture.finding, true)
      default: state.showsAnswer = true
      }
      if case .character(let character) = key, character.isNumber { continue }
      #expect(isAnswered(key, in: &state), "\(key) in \(overlay)")
    }
  }

  @Test func theWordsSayWhatIsAtTheEdge() throws {
    var state = StoryFixture.state()
    (state.layer, state.head) = (1, 3)
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
  @Test(arguments: Command.allCases.filter { ![.tour, .quit, .question, .export, .write].contains($0) })
  func commandsThatFailSayWhatToType(_ command: Command) throws {
    var state = StoryFixture.state()
    for key in try Key.parse(":\(command.rawValue) ???=<Enter>") { _ = state.handle(key, size: Self.size) }
    #expect(state.message?.contains("type :\(command.rawValue)") == true, "\(state.message ?? "")")
    // What is told to type is a command.
    #expect(Command(typed: String(command.example.dropFirst().prefix { $0 != " " })) == command)
  }
}
