import Foundation
import TestSupport
import Testing

/// Standard output that takes nothing: every command says so in one sentence, and fails.
@Suite struct OutputTests {
  private static let commands: [[String]] = [
    ["--help"], ["help"], ["--version"], ["policies"], ["config", "--no-config"], ["eval", "--help"],
    ["tutorial", "--help"],
    ["--generate-completion-script", "bash"], ["tutorial", "--screen", "text"],
  ]

  /// Runs the program by a shell, which redirects, maybe after something else.
  private static func run(_ arguments: [String], _ redirection: String, before: String = "") throws
    -> Program.Outcome
  {
    try Program.run(
      ["-c", "\(before)\"$@\" \(redirection)", "bash", Program.executable().path] + arguments,
      program: "/bin/bash")
  }

  @Test(arguments: commands) func aFullDiskIsSaid(_ arguments: [String]) throws {
    for (redirection, reason) in [(">/dev/full", "No space left"), (">&-", "Bad file descriptor")] {
      let outcome = try Self.run(arguments, redirection)
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("laq-tui: standard output cannot be written: \(reason)"))
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func screensAndReasonsAreSaidToo() throws {
    let text = try QuickText()
    for more in [
      ["--screen", "text"], ["--screen", "compare", "--ansi"], ["--why", "streaming"],
      [
        "--why",
        "streaming", "--json",
      ],
    ] {
      let outcome = try Self.run([text.path, "--budget", "4", "--policy", "streaming"] + more, ">/dev/full")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("standard output cannot be written"), "\(more)")
    }
  }

  /// A file's size limit is an error like others.
  @Test func aSizeLimitIsSaid() throws {
    let folder = try ScratchFolder()
    let file = folder.path + "/help.txt"
    #expect(try Self.run(["--help"], ">'\(file)'").status == 0)
    let outcome = try Self.run(["--help"], ">'\(file)'", before: "ulimit -f 1; ")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("standard output cannot be written: File too large"), "\(outcome.errors)")
  }

  @Test(arguments: commands.prefix(5)) func aClosedPipeEndsItSilently(_ arguments: [String]) throws {
    // The reader has ended before the program begins. Whether SIGPIPE is ignored by whoever starts it makes
    // no difference.
    for start in ["", "trap '' PIPE; "] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments =
        [
          "-c", start + #"exec 3> >(true); wait $!; "$@" >&3; echo "status $?" >&2"#, "bash",
          try Program.executable().path,
        ] + arguments
      process.environment = ProcessInfo.processInfo.environment.merging(Program.withoutConfig) { $1 }
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(text == "status 141\n")
    }
  }

  /// A standard error that takes nothing is no trap.
  @Test func complaintsThatCannotBeWrittenAreLost() throws {
    for redirection in ["2>/dev/full", "2>&-"] {
      let outcome = try Self.run(["/nowhere.txt"], redirection)
      #expect(outcome.status == 1)
    }
  }

  /// With standard output closed, the next file that is opened must not take its place.
  @Test func nothingIsWrittenIntoAFileThatTakesTheOutputsPlace() throws {
    let folder = try ScratchFolder()
    let path = folder.path + "/kept.json"
    let text = try QuickText()
    let outcome = try Self.run(text.arguments + ["--export", path, "--screen", "text"], ">&-")
    #expect(outcome.status == 1)
    let written = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(try JSONSerialization.jsonObject(with: written) is [String: Any])
  }
}
