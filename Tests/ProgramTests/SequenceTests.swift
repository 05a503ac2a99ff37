import Foundation
import KeyStorm
import Testing

/// What terminals send beside keys, typed into the built program under several descriptions.
@Suite(.serialized) struct SequenceTests {
  private let text: QuickText

  init() throws { text = try QuickText() }

  private func open(_ terminal: String, _ more: [String: String] = [:]) throws -> TerminalSession {
    let session = try TerminalSession(
      text.arguments + ["--policy", "knorm"],
      environment: ["TERM": terminal].merging(more) { $1 })
    #expect(session.waits(for: "ready"))
    // The key puts the cursor where nothing else moves it.
    session.type("g")
    if terminal != "vt52" { #expect(settles(session)) }
    return session
  }

  /// Has everything drawn anew, and waits until all of it is there.
  private func settles(_ session: TerminalSession) -> Bool {
    session.redraws() && session.waits { $0.lines[34].hasSuffix("\u{2518}") && $0.lines[35].contains("quit") }
  }

  /// Half of these were commands of the program: `O` and letters, `[` and letters, digits, `q`.
  private static let silent = [
    "\u{1B}[I", "\u{1B}[O", "\u{1B}[E", "\u{1B}OE", "\u{1B}[0n", "\u{1B}[?1;2c", "\u{1B}[?2026;2$y",
    "\u{1B}[4;1$y", "\u{1B}[8;24;80t",
    "\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\", "\u{1B}]52;c;cXE=\u{7}", "\u{1B}P>|quit(1)\u{1B}\\",
    "\u{1B}_Gi=31;OK\u{1B}\\", "\u{1B}^qX\u{1B}\\",
    "\u{1B}q", "\u{1B}X\u{1B}\\", "\u{1B}B", "\u{1B}p", "\u{1B}é", "\u{1B}2", "\u{1B}[113;3u",
    "\u{1B}[27;3;113~", "\u{1B}[27u", "\u{1B}OZ", "\u{1B}Oz",
    "\u{1B}[2;5Q", "\u{1B}\u{1B}[5~", "\u{1B}[1;5D", "\u{1B}[1;2A", "\u{1B}Od", "\u{1B}[25~", "\u{1B}(B",
  ]

  @Test(arguments: ["xterm-256color", "screen-256color", "linux", "rxvt-unicode-256color", "vt100"])
  func whatIsNoKeyChangesNothing(_ terminal: String) throws {
    let session = try open(terminal)
    let before = session.screen.lines
    for sequence in Self.silent {
      session.type(sequence)
      #expect(session.takes())
    }
    #expect(settles(session))
    #expect(session.screen.lines == before)
    session.type("q")
    #expect(session.status() == 0)
  }

  @Test(arguments: ["xterm-256color", "screen-256color", "vt100"])
  func theKeypadsEnterIsEnter(_ terminal: String) throws {
    let session = try open(terminal)
    session.type(":theme neon\u{1B}OM")
    #expect(session.waits(for: "there is no such theme"))
    // The keypad's digits are digits: the second view.
    session.type("\u{1B}Or")
    #expect(session.waits(for: "[2 Heatmap]"))
    session.type("q")
    #expect(session.status() == 0)
  }

  /// A sequence may come in pieces; how long one waits for the next, `InputTests` hold to.
  @Test(arguments: [["\u{1B}[", "1;2", "D", "\u{1B}O", "D"], ["\u{1B}", "[", "D", "\u{1B}", "O", "D"]])
  func piecesOfASequenceAreNoCommands(_ pieces: [String]) throws {
    // Longer than this test may be kept from its next piece on a busy machine.
    let session = try open("xterm-256color", ["ESCDELAY": "10000"])
    let before = session.screen.lines
    for _ in 0..<8 {
      for piece in pieces {
        session.type(piece)
        #expect(session.takes())
      }
    }
    #expect(settles(session))
    #expect(session.screen.lines == before)
    session.type("q")
    #expect(session.status() == 0)
  }

  @Test(arguments: ["screen-256color", "rxvt-unicode-256color", "tmux-256color", "linux", "vt100", "vt52"])
  func pastesAreAskedForWhereTheTerminalDoesNotPrintThat(_ terminal: String) throws {
    let session = try open(terminal)
    let isAsked = terminal != "vt52"
    #expect(session.output.contains("\u{1B}[?2004h") == isAsked)
    if isAsked {
      session.type("\u{1B}[200~q\rX\u{1B}[201~")
      #expect(session.waits(for: "a paste needs a line"))
    }
    session.type("q")
    #expect(session.status() == 0)
    #expect(session.output.contains("\u{1B}[?2004l") == isAsked)
  }

  /// A line's noise: any bytes that are no keys by themselves, and beginnings of sequences among them.
  @Test(arguments: [
    "xterm-256color", "screen-256color",
    "linux",
  ]) func noiseIsNoCommand(_ terminal: String) throws {
    let session = try open(terminal)
    let program = session.program
    var generator = FixedGenerator(seed: 5)
    for _ in 0..<40 {
      var bytes: [UInt8] = []
      for _ in 0..<40 {
        bytes.append(UInt8(0x80 + generator.next(below: 128)))
        if generator.next(below: 4) == 0 {
          bytes +=
            [
              0x1B, 0x5B,
              0x3F,
            ] + (0..<generator.next(below: 5)).map { _ in UInt8(0x30 + generator.next(below: 10)) }
          bytes.append(UInt8(0x61 + generator.next(below: 26)))
        }
      }
      session.type(bytes)
    }
    // What has begun is given up when nothing more comes: until then it takes what asks for a new screen.
    #expect(TerminalSession.comesTrue { session.redraws(seconds: 3) } && settles(session))
    #expect(session.screen.lines[0].contains("[1 Text]") && session.screen.lines[0].contains("B=16"))
    // Once it has drawn, half a second costs nothing; one that goes round and round costs fifty ticks.
    let isIdle = TerminalSession.comesTrue {
      let before = TerminalSession.ticks(program) ?? 0
      usleep(500_000)
      return (TerminalSession.ticks(program) ?? .max) - before <= 1
    }
    #expect(isIdle)
    session.type("q")
    #expect(session.status() == 0)
  }

  /// Terminals that this machine has not heard of are drawn as those that they are like.
  @Test(arguments: [
    "kitty-nowhere", "xterm-ghostty-nowhere", "alacritty-nowhere", "foot-nowhere",
    "wezterm-nowhere",
  ])
  func unknownTerminalsOfKnownFamiliesAreDrawn(_ terminal: String) throws {
    let session = try TerminalSession(
      text.arguments,
      environment: ["TERM": terminal])
    #expect(session.shows("[1 Text]"))
    #expect(session.waits(for: "drawn as xterm-256color"))
    session.type("q")
    #expect(session.status() == 0)
    #expect(session.screen.isRestored)
  }

  /// The terminal's own cursor, unseen, is where a person is.
  @Test func theCursorIsAtTheTokenOrTheCaret() throws {
    let session = try open("xterm-256color")
    func isAt(_ text: String) -> Bool {
      session.waits { screen in
        guard screen.lines.indices.contains(screen.row) else { return false }
        return screen.lines[screen.row].dropFirst(screen.column).hasPrefix(text)
      }
    }
    #expect(isAt("<s>"))
    session.type("l")
    #expect(isAt("The passcode"))
    session.type("/amber\u{1B}[D\u{1B}[D")
    #expect(session.waits { $0.row == 35 && $0.column == 5 })
    session.type("\r")
    #expect(isAt(" amber") || isAt("amber"))
    #expect(!session.screen.showsCursor)
    session.type("q")
    #expect(session.status() == 0)
  }
}
