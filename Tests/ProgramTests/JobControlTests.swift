import Foundation
import Testing

/// The program as a shell's job: in the background it waits, stopped, and touches nothing.
@Suite(.serialized) struct JobControlTests {
  private let text: QuickText
  private var quick: [String] { text.arguments }

  init() throws { text = try QuickText() }

  private func isStopped(_ session: TerminalSession) -> Bool {
    TerminalSession.comesTrue { TerminalSession.isStopped(session.program) == true }
  }

  /// Continued, a process runs before it stops again.
  private func goesOnAndStops(_ session: TerminalSession, since switches: Int) -> Bool {
    let hasRun = TerminalSession.comesTrue { (TerminalSession.switches(session.program) ?? 0) > switches }
    return hasRun && isStopped(session)
  }

  @Test func startedInTheBackgroundItWaitsForTheForeground() throws {
    let script = #"""
      set -m; "$@" & echo started; read line; kill -CONT %1; read line; fg; echo "ended $?"; read line
      """#
    let session = try TerminalSession(quick, shell: script)
    #expect(session.waits(for: "started"))
    let before = session.firstModes
    #expect(isStopped(session))
    // Going on where it may not, it stops again.
    let switches = try #require(TerminalSession.switches(session.program))
    session.type("\n")
    #expect(goesOnAndStops(session, since: switches))
    #expect(!session.output.contains("\u{1B}"))
    #expect(session.modes.c_lflag == before.c_lflag)
    session.type("\n")
    #expect(session.shows("[1 Text]"))
    session.type("q")
    #expect(session.shows("ended 0"))
    #expect(session.screen.isRestored && session.modes.c_lflag == before.c_lflag)
    session.type("\n")
    #expect(session.status() == 0)
  }

  /// SIGSTOP leaves no time to give the screen back; the rest is as after Ctrl-Z.
  @Test(arguments: ["C-z", "SIGSTOP"]) func continuedInTheBackgroundItWaitsOn(_ how: String) throws {
    let script = #"""
      set -m; "$@"; echo "stopped $?"; read line; bg; echo behind; read line; fg; echo "ended $?"; read line
      """#
    let session = try TerminalSession(quick, shell: script)
    let before = session.firstModes
    // While the model works it draws all the time, and SIGSTOP would cut it short.
    #expect(session.shows("ready"))
    if how == "C-z" { session.type("\u{1A}") } else { session.signal(SIGSTOP) }
    #expect(session.waits(for: "stopped "))
    if how == "SIGSTOP" { session.modes = before }
    let stopped = session.position
    let switches = try #require(TerminalSession.switches(session.program))
    session.type("\n")
    #expect(session.waits(for: "behind", after: stopped))
    #expect(goesOnAndStops(session, since: switches))
    #expect(
      !String(
        decoding: Array(session.output.utf8).dropFirst(stopped),
        as: UTF8.self
      ).contains("\u{1B}"))
    #expect(session.modes.c_lflag == before.c_lflag)
    session.type("\n")
    #expect(session.waits { $0.isAlternate && !$0.showsCursor && $0.lines[0].contains("[1 Text]") })
    session.type("q")
    #expect(session.waits(for: "ended 0", after: stopped))
    session.type("\n")
    #expect(session.status() == 0)
  }

  /// timeout(1) puts what it runs into a group of its own, without the terminal.
  @Test func underATimeoutItWaitsAndEnds() throws {
    let session = try TerminalSession(quick, shell: #"timeout 300 "$@"; echo "ended $?"; read line"#)
    #expect(isStopped(session))
    #expect(!session.output.contains("\u{1B}"))
    let processes = session.processes
    try #require(processes.count == 3)
    kill(processes[1], SIGTERM)
    #expect(session.waits(for: "ended"))
    #expect(!session.output.contains("\u{1B}"))
    session.type("\n")
    #expect(session.status() == 0)
  }

  /// The shell that ran it is killed, the one before takes the terminal, and nobody is left to continue it.
  @Test func aVanishedShellEndsIt() throws {
    let script = #"set -m; sh -c 'set -m; "$@"; :' sh "$@"; echo back; read line"#
    let session = try TerminalSession(quick, shell: script)
    #expect(session.shows("ready"))
    let processes = session.processes
    try #require(processes.count == 3)
    kill(processes[1], SIGKILL)
    #expect(session.waits(for: "back"))
    #expect(TerminalSession.comesTrue { TerminalSession.isStopped(processes[2]) == nil })
    #expect(session.waits { $0.isRestored })
    session.type("\n")
    #expect(session.status() == 0)
  }
}
