import Foundation
import TestSupport
import Testing

/// The real program under a pseudo-terminal.
@Suite(.serialized) struct InteractiveTests {
  private let folder: ScratchFolder
  private let path: String

  init() throws {
    folder = try ScratchFolder()
    let text = """
      The passcode of Temley is amber lantern. The old mill was quiet.

      Question: What is the passcode of Temley?
      Answer:
      """
    path = try folder.write(text, as: "mill.txt")
  }

  /// What puts a terminal back from the alternate screen.
  private static let restored = "\u{1B}[?1049l"

  @Test func opensRunsAndQuits() throws {
    let session = try TerminalSession([path, "--budget", "16"])
    #expect(session.waits(for: "Text"))
    #expect(session.waits(for: "ready"))
    session.type("2")
    #expect(session.waits(for: "key position"))
    session.type("?")
    #expect(session.waits(for: "half a page down"))
    session.type("?q")
    #expect(session.status() == 0)
    #expect(session.output.contains(Self.restored))
  }

  @Test func writesAViewAndAsksBeforeItReplacesIt() throws {
    let file = folder.url.appendingPathComponent("view.svg")
    let session = try TerminalSession([path, "--budget", "16", "--policy", "streaming"])
    #expect(session.waits(for: "ready"))
    session.type("e\u{15}\(file.path)\r")
    #expect(session.waits(for: "written to"))
    let first = try Data(contentsOf: file)
    #expect(String(decoding: first, as: UTF8.self).hasPrefix("<svg"))
    try Data("mine".utf8).write(to: file)
    session.type("e\u{15}\(file.path)\r")
    #expect(session.waits(for: "replace it, y or n?"))
    session.type("n")
    #expect(session.waits(for: "nothing written"))
    #expect(try Data(contentsOf: file) == Data("mine".utf8))
    session.type("q")
    #expect(session.status() == 0)
  }

  /// A file that is asked for last is written to its end; where it cannot be, the person hears of it.
  @Test func aFailedExportIsToldAfterTheEnd() throws {
    let file = folder.path(String(repeating: "x", count: 300) + ".npz")
    let session = try TerminalSession([path, "--budget", "16", "--policy", "streaming"])
    #expect(session.waits(for: "ready"))
    session.type("E\u{15}\(file)\rq")
    #expect(session.status() == 1)
    #expect(session.screen.isRestored)
    #expect(
      session.output.components(separatedBy: Self.restored).last?.contains("laq-tui: \(file.prefix(40))")
        == true)
  }

  /// The second key finds what the first one began: without its answer there would be nothing to explain.
  @Test func keysOfTheCommandLineWaitForEachOther() throws {
    let session = try TerminalSession([path, "--budget", "4", "--policy", "streaming", "--keys", "BY"])
    #expect(session.shows("lose the answer?"))
    #expect(session.shows("tried in"))
    session.type("qq")
    #expect(session.status() == 0)
  }

  /// A character's bytes may come apart.
  @Test func aPasteInPiecesIsWhole() throws {
    let file = folder.url.appendingPathComponent("mine.laq")
    let session = try TerminalSession([path, "--budget", "16", "--policy", "streaming"])
    #expect(session.waits(for: "ready"))
    let text = (1000..<1300).map { "\($0)鍵" }.joined()
    let bytes = Array("/\u{1B}[200~\(text)\u{1B}[201~\r".utf8)
    for start in stride(from: 0, to: bytes.count, by: 89) {
      session.type(Array(bytes[start..<min(start + 89, bytes.count)]))
      #expect(session.takes())
    }
    #expect(session.shows("not found"))
    session.type(":w \(file.path)\r")
    #expect(session.shows("session written to"))
    #expect(try String(contentsOf: file, encoding: .utf8).contains("\"\(text)\""))
    session.type("q")
    #expect(session.status() == 0)
  }

  /// The end of a paste may be lost, and the model wakes the terminal meanwhile, as signals do here.
  @Test func aPasteWithoutAnEndEndsWithSilence() throws {
    let session = try TerminalSession([path, "--budget", "16", "--policy", "streaming"])
    #expect(session.waits(for: "ready"))
    session.type("i\u{1B}[200~Who is it?")
    let isSeen = session.waits { screen in
      session.signal(SIGWINCH)
      return screen.lines.contains { $0.contains("Who is it?") }
    }
    #expect(isSeen)
    session.type("\u{1B}")
    #expect(session.redraws())
    session.type("q")
    #expect(session.status() == 0)
  }

  /// The prompt's tokens as the title tells them, once they are as wanted and stay so: a title may come in
  /// two parts.
  private func tokenCount(_ session: TerminalSession, where isWanted: (Int) -> Bool) -> Int? {
    var last: Int?
    let isSeen = session.waits { screen in
      let count = screen.lines[0].firstMatch(of: /n=(\d+)\s/).flatMap { Int($0.1) }
      defer { last = count }
      return count.map(isWanted) == true && count == last
    }
    return isSeen ? last : nil
  }

  @Test func aTypedQuestionIsAnsweredAndTakenBack() throws {
    let session = try TerminalSession([path, "--budget", "16", "--policy", "laq", "--policy", "snapkv"])
    #expect(session.waits(for: "ready"))
    let before = try #require(tokenCount(session) { $0 > 0 })
    session.type("iWho was 鍵 quiet?\u{1B}OD\u{1}Q: \r")
    let asked = try #require(tokenCount(session) { $0 > before })
    session.type("u")
    #expect(tokenCount(session) { $0 < asked } == before)
    session.type("q")
    #expect(session.status() == 0)
  }

  @Test func aPasteNeverActsAsKeys() throws {
    let session = try TerminalSession([path, "--budget", "16", "--policy", "streaming"])
    #expect(session.waits(for: "ready"))
    #expect(session.output.contains("\u{1B}[?2004h"))
    session.type("\u{1B}[200~q\rq\u{1B}[201~")
    #expect(session.waits(for: "a paste needs a line"))
    session.type("i\u{1B}[200~Who is it?\rAnswer:\u{1B}[201~")
    #expect(session.waits(for: "Who is it?⏎Answer:"))
    session.type("\u{1B}")
    #expect(session.waits { screen in !screen.lines.contains { $0.contains("Who is it?⏎Answer:") } })
    session.type("q")
    #expect(session.status() == 0)
    #expect(session.output.contains("\u{1B}[?2004l"))
  }

  private func fileNumber(_ file: URL) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: file.path)[.systemFileNumber] as? Int
  }

  @Test func aSessionIsWrittenAndOpenedAgain() throws {
    let file = folder.url.appendingPathComponent("mine.laq")
    let session = try TerminalSession([path, "--budget", "16", "--policy", "streaming", "--policy", "knorm"])
    #expect(session.waits(for: "ready"))
    session.type("p3:w\r")
    #expect(session.waits(for: "session.laq"))
    session.type("\u{15}\(file.path)\r")
    #expect(session.waits(for: "session written to"))
    let first = try fileNumber(file)
    session.type(":w\r")
    // The file is another, moved to its place.
    #expect(TerminalSession.comesTrue { (try? fileNumber(file)).map { $0 != first } == true })
    session.type("q")
    #expect(session.status() == 0)
    let again = try TerminalSession([file.path])
    #expect(again.waits(for: "[3 Heads]") && again.waits(for: "Knorm") && again.waits(for: "ready"))
    again.type("q")
    #expect(again.status() == 0)
  }

  @Test func escapeAloneNeverQuits() throws {
    let session = try TerminalSession([path])
    #expect(session.waits(for: "ready"))
    session.type("\u{1B}")
    #expect(session.takes())
    // That nothing comes of it is tested: several times as long as the silence that makes the key.
    usleep(300_000)
    let before = session.position
    session.type("?")
    #expect(session.waits(for: "MOVE", after: before))
    session.type("qq")
    #expect(session.status() == 0)
  }

  @Test func aTinyWindowAsksForALargerOne() throws {
    let session = try TerminalSession([path], columns: 20, rows: 5)
    #expect(session.waits(for: "60x16"))
    session.type("q")
    #expect(session.status() == 0)
  }

  @Test func aDumbTerminalIsRefusedWithASentence() throws {
    let session = try TerminalSession([path], environment: ["TERM": "dumb"])
    #expect(session.status() == 2)
    #expect(session.output.contains("--screen"))
    #expect(!session.output.contains("\u{1B}"))
  }

  @Test func withoutColoursNoneAreSent() throws {
    let session = try TerminalSession([path], environment: ["TERM": "xterm-256color", "NO_COLOR": "1"])
    #expect(session.waits(for: "ready"))
    session.type("q")
    #expect(session.status() == 0)
    #expect(!session.output.contains("[38;5;"))
    #expect(!session.output.contains("[48;5;"))
  }

  @Test func aMissingFileLeavesTheTerminalAlone() throws {
    let session = try TerminalSession(["/nowhere.txt"])
    #expect(session.status() == 1)
    #expect(session.output.contains("no such file"))
    #expect(!session.output.contains("\u{1B}"))
  }

  @Test func theTutorialGoesOnWhenItsGoalIsReached() throws {
    let session = try TerminalSession(["tutorial", "--theme", "light"], columns: 60, rows: 16)
    #expect(session.waits(for: "step 1 of 12"))
    session.type("/Munathow\r")
    #expect(session.waits(for: "905 it is."))
    session.type("4")
    #expect(session.waits(for: "A policy evicts"))
    session.type("q")
    #expect(session.status() == 0)
    #expect(session.output.contains(Self.restored))
  }

  @Test func theTutorialRefusesWhatWouldChangeItsRun() throws {
    let outcome = try Program.run(["tutorial", "--budget", "9"])
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("takes no '--budget'"))
    #expect(try Program.run(["tutorial", "--theme", "pink"]).status == 64)
  }
}
