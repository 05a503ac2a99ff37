import Screen
import Testing

@testable import Views

/// A person's own keys.
@Suite struct OwnKeysTests {
  static let size = Size(width: 120, height: 36)

  @Test func anActionHasItsNewKeysAndNotTheOld() throws {
    var state = RunFixture.state()
    state.display.keys = try KeyTable.standard.rebound([
      ("policy-next", ["<C-n>", "&"]), ("pin", ["p"]), ("notes", []),
    ])
    _ = state.handle(.control("n"), size: Self.size)
    #expect(state.setup.policy == 1)
    _ = state.handle(.character("&"), size: Self.size)
    #expect(state.setup.policy == 2)
    _ = state.handle(.character("p"), size: Self.size)
    #expect(state.setup.pinned == 2 && state.setup.policy == 2)
    _ = state.handle(.character("H"), size: Self.size)
    #expect(state.display.showsNotes, "notes have no key any more")
  }

  @Test func footerAndHelpShowThem() throws {
    var state = RunFixture.state()
    state.display.keys = try KeyTable.standard.rebound([
      ("policy-next", ["<C-n>"]), ("layer-up", ["L"]), ("text-view", ["<F2>"]), ("help", ["<F3>"]),
      ("quit", ["Q"]),
    ])
    let footer = TextRenderer.text(state.draw(size: Self.size)).split(separator: "\n").last ?? ""
    #expect(footer.contains("F2-6 view") && footer.contains("[ L layer") && footer.contains("C-n policy"))
    #expect(footer.contains("F3 help") && footer.contains("Q quit"))
    _ = state.handle(.function(3), size: Self.size)
    #expect(state.overlays.showsHelp)
    let help = TextRenderer.text(state.draw(size: Self.size))
    #expect(help.contains("C-n    next policy") && help.contains("L      layer above"))
  }

  @Test func whatCannotBeAKeyIsNamed() {
    func error(_ wanted: [(String, [String])]) -> KeyTableError? {
      do {
        _ = try KeyTable.standard.rebound(wanted.map { (action: $0.0, keys: $0.1) })
        return nil
      } catch { return error as? KeyTableError }
    }
    #expect(error([("policy", ["p"])]) == .unknownAction("policy"))
    #expect(error([("pin", ["p"])]) == .clash("pin", .character("p"), with: "policy-next"))
    #expect(error([("pin", ["p"]), ("policy-next", ["x"])]) == nil, "two keys may be exchanged")
    #expect(error([("pin", ["<Nope>"])])?.description.contains("no key is called <Nope>") == true)
    #expect(error([("pin", ["ab"])])?.description.contains("one key was expected") == true)
    #expect(error([("pin", [""])])?.description.contains("one key was expected") == true)
    #expect(error([("pin", ["7"])])?.description.contains("count") == true)
    #expect(error([("pin", ["<Click:1,1>"])])?.description.contains("mouse") == true)
    #expect(error([("back", [])]) == .noKey("back"))
    for (key, words) in [
      ("<C-i>", "<Tab>"), ("<C-j>", "<Enter>"), ("<C-m>", "<Enter>"), ("<C-h>", "<BS>"),
      ("<C-z>", "stops the program"),
      ("<C-s>", "holds the output"), ("<C-q>", "holds the output"), ("<C-1>", "a to z"), ("<C-é>", "a to z"),
      ("👩‍🚀", "several keys"),
    ] {
      #expect(error([("notes", [key])])?.description.contains(words) == true, "\(key)")
    }
    #expect(error([("suspend", ["<C-z>", "<C-x>"])]) == nil)
    // In the comparison, Space plots; another action's Space would do nothing there.
    #expect(error([("run", ["<Space>"])]) != nil)
    #expect(error([("zoom-in", ["c"])]) == nil, "d shows the settings only in the comparison")
  }
}
