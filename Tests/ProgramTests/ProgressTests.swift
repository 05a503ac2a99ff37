import Foundation
import TestSupport
import Testing

/// Progress without a screen: on standard error where that is a terminal, nowhere else.
@Suite(.serialized) struct ProgressTests {
  let folder: ScratchFolder
  let text: String

  init() throws {
    folder = try ScratchFolder()
    text = try folder.write(
      """
      The passcode of Temley is amber lantern. The old mill was quiet.

      Question: What is the passcode of Temley?
      Answer:
      """, as: "short.txt")
  }

  /// Runs the program with standard error at a terminal, and standard output in a file.
  private func session(
    _ arguments: [String], environment: [String: String] = ["TERM": "xterm-256color"], columns: Int = 120
  ) throws -> (session: TerminalSession, output: String) {
    let output = folder.path("\(UUID().uuidString)")
    return (
      try TerminalSession(
        arguments, columns: columns, environment: environment, shell: "exec \"$@\" > '\(output)'"), output
    )
  }

  private func isEmpty(_ session: TerminalSession) -> Bool {
    session.screen.lines.allSatisfy { $0.allSatisfy(\.isWhitespace) }
  }

  private static let options = [
    "--policy", "streaming", "--policy", "snapkv", "--steps", "6", "--budget", "8",
  ]

  @Test(arguments: [
    ["--screen", "text"], ["--screen", "compare"], ["--why", "snapkv"],
    ["--screen", "text", "--keys", "]b:steps 7<Enter>"],
  ])
  func aTerminalShowsItInOneLineThatIsGoneInTheEnd(_ work: [String]) throws {
    let (session, output) = try session([text] + Self.options + work)
    #expect(session.status() == 0, "\(session.output)")
    #expect(session.output.contains("opening the model"))
    #expect(session.output.contains("sets of tokens restored") == (work[0] == "--why"))
    #expect(!session.output.contains("\n"), "one line")
    #expect(isEmpty(session), "\(session.screen.lines)")
    let plain = try Program.run([text] + Self.options + work)
    #expect(plain.errors == "", "nothing where it is no terminal")
    // Some views tell times further down.
    func beginning(_ text: String) -> ArraySlice<Substring> { text.split(separator: "\n").prefix(3) }
    #expect(beginning(plain.output) == beginning(try String(contentsOfFile: output, encoding: .utf8)))
    #expect(!plain.output.contains("opening the model"))
  }

  @Test func exportsShowItToo() throws {
    let (session, _) = try session([text] + Self.options + ["--export", folder.path + "/kept.json"])
    #expect(session.status() == 0, "\(session.output)")
    #expect(session.output.contains("opening the model") && isEmpty(session))
  }

  @Test func aNarrowTerminalStillHasOneLine() throws {
    let (session, _) = try session([text] + Self.options + ["--screen", "text"], columns: 12)
    #expect(session.status() == 0)
    #expect(session.output.contains("\ropening the") && !session.output.contains("opening the m"))
    #expect(isEmpty(session))
    let (dumb, _) = try self.session(
      [text] + Self.options + ["--screen", "text"], environment: ["TERM": "dumb"])
    #expect(dumb.status() == 0 && dumb.output == "", "\(dumb.output)")
  }

  @Test func whatIsSaidComesOnACleanLine() throws {
    let (session, _) = try session([text, "--gate", folder.path + "/nothing", "--screen", "text"])
    #expect(session.status() == 1)
    #expect(session.screen.lines.first?.hasPrefix("laq-tui: ") == true, "\(session.screen.lines)")
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalEndsItOrderly(_ number: Int32) throws {
    let long = try folder.write(String(repeating: "The mill was quiet. ", count: 300), as: "long.txt")
    let target = folder.path + "/kept.json"
    let (session, output) = try session([long, "--steps", "64", "--screen", "text", "--export", target])
    try #require(session.waits(for: "prefill"))
    session.signal(number)
    #expect(session.status() == 130, "\(session.output)")
    #expect(session.screen.lines.first?.hasPrefix("laq-tui: stopped") == true, "\(session.screen.lines)")
    #expect(!FileManager.default.fileExists(atPath: target))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "")
  }

  @Test func evaluationsShowTheirsBeforeTheFirstAnswer() throws {
    let (session, output) = try session([
      "eval", "needle", "--lengths", "200", "--depths", "50", "--count", "2", "--steps", "2", "--policy",
      "streaming", "--budget", "24", "--jobs", "1", "--to", folder.path + "/r.json",
    ])
    #expect(session.status() == 0, "\(session.output)")
    #expect(session.output.contains("0/2 cases") && isEmpty(session), "\(session.screen.lines)")
    #expect(try !String(contentsOfFile: output, encoding: .utf8).isEmpty)
    let (cost, _) = try self.session(
      ["eval", "cost", text, "--policy", "streaming", "--repeats", "1", "--steps", "2"])
    #expect(cost.status() == 0 && cost.output.contains("measuring prefill"), "\(cost.output)")
    #expect(isEmpty(cost), "\(cost.screen.lines)")
  }
}
