import Foundation
import Testing

/// A terminal that takes nothing more: its window hangs, its line is dead, or Ctrl-S holds it.
@Suite(.serialized) struct UnreadTerminalTests {
  private let text: QuickText

  init() throws { text = try QuickText() }

  private func open() throws -> TerminalSession {
    let session = try TerminalSession(text.arguments)
    #expect(session.shows("ready"))
    return session
  }

  /// The program is in the middle of a write that nobody takes.
  @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGUSR1]) func aSignalEndsIt(_ number: Int32) throws {
    let session = try open()
    session.stopReading()
    // A screen is several thousand bytes, and the terminal keeps some tens of thousands: then keys are left
    // where they are.
    let isBlocked = TerminalSession.comesTrue {
      session.type("\u{C}")
      return !session.takes(seconds: 0.5)
    }
    #expect(isBlocked)
    session.signal(number)
    #expect(session.ending() == .killed(number))
    // What it could not send was given up for the sequences that restore the terminal.
    #expect(session.screen.isRestored)
  }

  /// Ctrl-S, Ctrl-Q and Ctrl-\ are not the terminal's while the program is open.
  @Test func controlKeysOfTheTerminalAreNone() throws {
    let session = try open()
    session.type("\u{13}\u{1C}\u{11}\u{1C}\u{13}")
    #expect(session.redraws())
    session.type("q")
    #expect(session.status() == 0)
  }
}
