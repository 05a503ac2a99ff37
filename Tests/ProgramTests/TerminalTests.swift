import Foundation
import Screen
import TestSupport
import Testing
import Views

/// What a terminal goes through with the built program, and in what state it is left.
@Suite(.serialized) struct TerminalTests {
  private let text: QuickText
  private var quick: [String] { text.arguments }

  init() throws { text = try QuickText() }

  /// The terminfo compiler, a part of ncurses.
  private static let compiler = "/usr/bin/tic"
  private static let hasCompiler = FileManager.default.isExecutableFile(atPath: compiler)

  /// Whether two terminals treat keys alike.
  private func areEqual(_ one: termios, _ other: termios) -> Bool {
    one.c_iflag == other.c_iflag && one.c_oflag == other.c_oflag && one.c_cflag == other.c_cflag
      && one.c_lflag == other.c_lflag
      && withUnsafeBytes(of: one.c_cc) { first in
        withUnsafeBytes(of: other.c_cc) { first.elementsEqual($0) }
      }
  }

  /// Keys of the table in the bytes of an xterm.
  private static let sequences: [Key: String] = [
    .left: "\u{1B}OD", .right: "\u{1B}OC", .up: "\u{1B}OA", .down: "\u{1B}OB", .home: "\u{1B}OH",
    .end: "\u{1B}OF",
    .pageUp: "\u{1B}[5~", .pageDown: "\u{1B}[6~", .function(1): "\u{1B}OP", .function(10): "\u{1B}[21~",
    .enter: "\r",
    .escape: "\u{1B}", .tab: "\t", .backTab: "\u{1B}[Z", .backspace: "\u{7F}", .delete: "\u{1B}[3~",
    .insert: "\u{1B}[2~",
  ]

  private static func bytes(_ key: Key) throws -> String {
    switch key {
    case .character(let character): String(character)
    case .control(let letter): String(Unicode.Scalar(UInt8(letter.asciiValue ?? 0) & 0x1F))
    default: try #require(sequences[key], "\(key) has no bytes")
    }
  }

  /// Escape leaves what a key opened; it is never taken for the beginning of a sequence before a control
  /// character.
  @Test func everyKeyOfTheTableIsAnswered() throws {
    let session = try TerminalSession(quick, columns: 80, rows: 24)
    #expect(session.shows("ready"))
    let ending: Set<KeyTable.Action> = [.quit, .interrupt, .suspend]
    for view in ["1", "2", "3", "4", "5"] {
      for binding in KeyTable.bindings
      where !ending.contains(binding.action) && (view == "1" || binding.views != nil) {
        for key in binding.keys {
          session.type(view + (try Self.bytes(key)) + "\u{1B}")
          try #require(session.redraws(), "\(key) in view \(view)")
        }
      }
    }
    #expect(session.screen.unknown == [])
    session.type("1")
    #expect(session.shows("[1 Text]"))
    // The keys have edited by hand what no file holds: leaving asks once.
    session.type("qq")
    #expect(session.status() == 0)
    #expect(session.screen.isRestored)
  }

  @Test(arguments: ["q", "\u{1B}[21~", "\u{3}"]) func everyKeyThatQuitsLeavesWithSuccess(_ key: String) throws
  {
    let session = try TerminalSession(quick)
    let before = session.modes
    // While work runs, C-c stops that first.
    #expect(session.shows(key == "q" ? "[1 Text]" : "ready"))
    #expect(session.screen.isAlternate && !session.screen.showsCursor && !session.screen.mouseModes.isEmpty)
    #expect(!areEqual(session.modes, before))
    session.type(key)
    if key == "\u{3}" {
      #expect(session.shows("C-c again quits"))
      session.type(key)
    }
    #expect(session.status() == 0)
    #expect(session.screen.isRestored)
    #expect(areEqual(session.modes, before))
  }

  /// The terminal is asked what lies behind text, and what it does not say a variable may; keys typed
  /// meanwhile are not lost.
  @Test(arguments: [
    ("", "15;0", "dark"), ("", "0;15", "light"), ("", "", "dark"),
    ("\u{1B}]11;rgb:ffff/ffff/dddd\u{1B}\\\u{1B}[?62c", "", "light"),
    ("\u{1B}]11;rgb:1e1e/1e1e/1e1e\u{7}\u{1B}[?1;2c", "0;15", "dark"),
  ])
  func theBackgroundChoosesTheTheme(_ answer: String, _ variable: String, _ theme: String) throws {
    let session = try TerminalSession(quick, environment: ["TERM": "xterm-256color", "COLORFGBG": variable])
    session.type("\(answer)2")
    #expect(session.shows("theme \(theme) (t)"))
    #expect(session.shows("[2 Heatmap]"))
    #expect(session.screen.unknown == [])
    session.type("q")
    #expect(session.status() == 0)
  }

  /// After any number of sizes, the last one's screen is there: the one that `--screen` prints.
  @Test func aStormOfSizesEndsInTheRightScreen() throws {
    let session = try TerminalSession(quick, environment: ["TERM": "xterm-256color", "NO_COLOR": "1"])
    #expect(session.shows("ready"))
    var state: UInt64 = 5
    func next(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    for round in 0..<200 {
      let size = round == 50 ? (1, 1) : round == 100 ? (400, 200) : (1 + next(240), 1 + next(70))
      session.resize(columns: size.0, rows: size.1)
      if round % 10 == 0 { session.type("]2") }
      if round % 50 < 3 { usleep(20_000) }
    }
    session.type("1g")
    #expect(session.redraws())
    session.resize(columns: 100, rows: 30)
    // Nothing else wakes the program.
    #expect(session.waits { $0.lines[28].hasSuffix("┘") && TextWidth.of($0.lines[28]) == 100 })
    #expect(session.shows("[1 Text]"))
    let printed = try Program.run(quick + ["--screen", "text", "--size", "100x30", "--keys", "#20]g"])
    let expected = printed.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let shown = session.screen.lines
    // The status has the seconds of each run.
    for row in 0..<30 where row != 27 { #expect(shown[row] == expected[row], "row \(row)") }
    session.type("q")
    #expect(session.status() == 0)
    #expect(session.screen.isRestored)
  }

  /// Under a shell with job control, which takes the terminal back when the program stops. SIGSTOP leaves no
  /// time to give it back, but what the shell has changed meanwhile is set again.
  @Test(arguments: ["C-z", "SIGTSTP", "SIGSTOP"]) func suspendingGivesTheTerminalBackAndResumingTakesIt(
    _ how: String
  ) throws {
    let script = #"set -m; "$@"; echo "stopped $?"; read line; fg; echo "ended $?"; read line"#
    let session = try TerminalSession(quick, shell: script)
    let before = session.modes
    #expect(session.shows("[1 Text]"))
    let inside = session.modes
    if how == "C-z" { session.type("\u{1A}") } else { session.signal(how == "SIGTSTP" ? SIGTSTP : SIGSTOP) }
    #expect(session.waits(for: "stopped "))
    // A shell has its own ways with pastes.
    #expect(how == "SIGSTOP" || session.output.contains("\u{1B}[?2004l"))
    let stopped = session.position
    if how == "SIGSTOP" {
      session.modes = before
    } else {
      #expect(session.screen.isRestored)
      #expect(session.modes.c_lflag == before.c_lflag)
    }
    // The window may change meanwhile.
    session.resize(columns: 90, rows: 28)
    session.type("\n")
    #expect(
      session.waits {
        $0.isAlternate && !$0.showsCursor && !$0.mouseModes.isEmpty && $0.lines[26].hasSuffix("┘")
      })
    // The shell sets its modes of the job when it continues it, which may come between.
    #expect(session.waits { _ in areEqual(session.modes, inside) })
    #expect(session.waits(for: "\u{1B}[?2004h", after: stopped))
    session.type("2")
    #expect(session.shows("[2 Heatmap]"))
    session.type("q")
    #expect(session.shows("ended 0"))
    #expect(session.screen.isRestored)
    #expect(session.modes.c_lflag == before.c_lflag)
    session.type("\n")
    #expect(session.status() == 0)
  }

  /// Every signal that ends a program which does not handle it, those without names among them.
  @Test(arguments: [
    SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM, SIGSYS, SIGPROF,
    SIGIO, SIGPWR, 34, 60,
  ]) func aSignalRestoresTheTerminal(_ number: Int32) throws {
    let session = try TerminalSession(quick)
    let before = session.modes
    #expect(session.shows("ready"))
    session.signal(number)
    #expect(session.ending() == .killed(number))
    #expect(session.screen.isRestored)
    #expect(areEqual(session.modes, before))
  }

  @Test(arguments: ["vt100", "linux", "screen-256color", "xterm", "tmux-256color"])
  func everyUsableTerminalShowsTheText(_ name: String) throws {
    let session = try TerminalSession(quick, environment: ["TERM": name])
    #expect(session.waits(for: "1 Text"))
    session.type("?")
    #expect(session.waits(for: "MOVE"))
    session.type("?q")
    #expect(session.status() == 0)
  }

  @Test(arguments: ["dumb", "no-such-terminal", ""]) func otherTerminalsAreRefusedWithASentence(
    _ name: String
  ) throws {
    let session = try TerminalSession(quick, environment: ["TERM": name])
    let before = session.modes
    #expect(session.status() == 2)
    #expect(session.output.contains("TERM=xterm-256color laq-tui") && session.output.contains("--screen"))
    #expect(!session.output.contains("\u{1B}"))
    #expect(areEqual(session.modes, before))
  }

  @Test func withoutUTF8OnlyASCIIIsSent() throws {
    let session = try TerminalSession(quick + ["--ascii"])
    #expect(session.shows("ready"))
    session.type("q")
    #expect(session.status() == 0)
    #expect(session.output.utf8.allSatisfy { $0 < 0x80 })
  }

  /// Eight colours have a theme of their own; without colours there is one only.
  @Test(arguments: [("linux", "basic"), ("vt100", "mono"), ("xterm-256color", "dark")])
  func theThemeIsWhatTheTerminalCanShow(_ name: String, _ theme: String) throws {
    let session = try TerminalSession(quick, environment: ["TERM": name])
    #expect(session.waits(for: "1 Text"))
    session.type(":theme neon\r")
    #expect(session.waits(for: "such theme (\(theme)"))
    session.type("q")
    #expect(session.status() == 0)
    #expect(session.output.contains("[38;5;") == (theme == "dark"))
    let hasBasic = session.output.firstMatch(of: /\u{1B}\[4[0-7]m/) != nil
    #expect(hasBasic == (theme == "basic"))
  }

  /// ncurses has 24-bit colours where the system describes the terminal with them; few do, so the test brings
  /// a description.
  @Test(.enabled(if: hasCompiler, "tic is missing")) func trueColoursAreSentWhereTheTerminalHasThem() throws {
    let folder = try ScratchFolder()
    let color = #"%?%p1%{8}%<%t3%p1%d%e38\:2\:\:%p1%{65536}%/%d\:%p1%{256}%/%{255}%&%d\:%p1%{255}%&%d%;m"#
    let ground = color.replacing("t3%p1", with: "t4%p1").replacing("e38", with: "e48")
    let description = """
      xterm-direct|xterm with 24-bit colours,
        RGB, colors#0x1000000, pairs#0x7FFF, ccc@, initc@, op=\\E[39;49m,
        setaf=\\E[\(color), setab=\\E[\(ground), use=xterm-256color,

      """
    let source = try folder.write(description, as: "direct.ti")
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: Self.compiler)
    compiler.arguments = ["-x", "-o", folder.path, source]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    for (variable, isDirect) in [("truecolor", true), ("", false)] {
      let session = try TerminalSession(
        quick + ["--theme", "colorblind"],
        environment: [
          "TERM": "xterm-256color", "COLORTERM": variable, "TERMINFO": folder.path,
          "TERMINFO_DIRS": "/usr/share/terminfo:/lib/terminfo",
        ])
      #expect(session.shows("[1 Text]"))
      session.type("q")
      #expect(session.status() == 0)
      #expect(session.output.contains("38:2::86:180:233") == isDirect)
      #expect(session.output.contains("38;5;") == !isDirect)
    }
  }

  @Test func aClosedInputLeavesTheKeyboardToTheTerminal() throws {
    for redirection in ["</dev/null", "<&-"] {
      let session = try TerminalSession(quick, shell: "\"$@\" \(redirection)")
      #expect(session.shows("[1 Text]"), "\(redirection)")
      session.type("q")
      #expect(session.status() == 0)
      #expect(session.screen.isRestored)
    }
  }

  @Test func outputToAPipeIsRefusedWithASentence() throws {
    let session = try TerminalSession(quick, shell: "{ \"$@\"; echo \"status $?\"; } | cat")
    #expect(session.waits(for: "status 2"))
    #expect(
      session.output.contains("standard output is not a terminal") && session.output.contains("--screen"))
    #expect(!session.output.contains("\u{1B}"))
    #expect(session.status() == 0)
  }

  /// A click where the word stands, and nothing of the mouse where it was not wanted.
  @Test func theMouseReachesWhatIsShown() throws {
    let session = try TerminalSession(quick)
    #expect(session.shows("[1 Text]"))
    #expect(session.screen.mouseModes.contains(1006))
    let title = session.screen.lines[0]
    let heads = try #require(title.firstRange(of: "3 Heads")).lowerBound
    let column = TextWidth.of(String(title[..<heads])) + 2
    session.type("\u{1B}[<0;\(column + 1);1M\u{1B}[<0;\(column + 1);1m")
    #expect(session.shows("[3 Heads]"))
    session.type("q")
    #expect(session.status() == 0)

    let other = try TerminalSession(quick + ["--no-mouse"])
    #expect(other.shows("[1 Text]"))
    other.type("q")
    #expect(other.status() == 0)
    #expect(!other.output.contains("?1000") && !other.output.contains("1006"))
  }

  /// A step of the cursor changes two tokens and what is said of them; a whole screen would be five thousand
  /// bytes.
  @Test func aKeySendsOnlyWhatChanged() throws {
    let session = try TerminalSession(quick)
    #expect(session.shows("ready"))
    session.type("g")
    #expect(session.shows("token 0 "))
    let before = session.position
    session.type("l")
    #expect(session.shows("token 1 "))
    // What else it sends is tested, so it is given the time to.
    usleep(100_000)
    #expect(session.position - before < 1_200)
    session.type("q")
    #expect(session.status() == 0)
  }

  /// The window's end is the session's: nothing is left behind.
  @Test func aClosedWindowEndsTheProgram() throws {
    let session = try TerminalSession(quick)
    #expect(session.shows("[1 Text]"))
    session.hangUp()
    #expect(session.ending() == .killed(SIGHUP))
  }

  /// Where the terminal is not the session's own, no signal comes.
  @Test func aForeignTerminalsEndEndsTheProgram() throws {
    let session = try TerminalSession(quick, shell: "trap : HUP; setsid \"$@\"; exit $?")
    #expect(session.shows("ready"))
    session.hangUp()
    #expect(session.status() == 0)
  }
}
