import Foundation
import TestSupport
import Testing

/// The manual, and the scripts that complete a shell's line.
@Suite(.serialized) struct ManualTests {
  @Test func theManualHasThePartsOfAManPage() throws {
    let outcome = try Program.run(["--help"])
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    let heads = lines.filter { $0.first?.isUppercase == true }
    #expect(
      heads == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "KEYS", "WORDS", "FILES", "ENVIRONMENT",
        "EXIT STATUS",
        "EXAMPLES", "VERSION",
      ])
    for words in [
      "--budget", "--no-config", ":write [FILE]", "ask another question", "XDG_CONFIG_HOME",
      "64   wrong usage",
    ] {
      #expect(outcome.output.contains(words), "\(words)")
    }
    #expect(lines.allSatisfy { $0.count <= 100 })
    let brief = try Program.run(["-h"])
    #expect(brief.status == 0 && brief.output.contains("USAGE:") && !brief.output.contains("EXIT STATUS"))
  }

  private static let options = [
    "--model", "--question", "--budget", "--policy", "--theme", "--screen", "--export", "--why",
    "--no-config", "--no-mouse",
  ]

  @Test(arguments: ["bash", "zsh", "fish"])
  func scriptsNameEveryOption(_ shell: String) throws {
    let script = try Program.run(["--generate-completion-script", shell])
    #expect(script.status == 0, "\(script.errors)")
    for option in Self.options {
      #expect(script.output.contains(shell == "fish" ? String(option.dropFirst(2)) : option), "\(option)")
    }
    guard
      let check = ["/bin", "/usr/bin"].map({ "\($0)/\(shell)" }).first(
        where: FileManager.default.isExecutableFile)
    else { return }
    let folder = try ScratchFolder()
    let file = try folder.write(script.output, as: "laq-tui.\(shell)")
    let process = try Process.run(URL(fileURLWithPath: check), arguments: ["-n", file])
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(shell) does not read its script")
  }

  /// What bash shows, by the script itself.
  @Test func bashCompletesPoliciesAndModels() throws {
    let folder = try ScratchFolder()
    let script = try folder.write(
      try Program.run(["--generate-completion-script", "bash"]).output, as: "laq-tui.bash")
    func completed(_ words: [String]) throws -> [String] {
      let driver = """
        PATH="\(try Program.executable().deletingLastPathComponent().path):$PATH"
        source '\(script)'
        COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " ")))
        COMP_CWORD=\(words.count - 1)
        COMP_LINE='\(words.joined(separator: " "))'
        COMP_POINT=${#COMP_LINE}
        COMP_TYPE=9
        $(complete -p laq-tui | sed 's/.*-F \\([^ ]*\\).*/\\1/') laq-tui '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
        printf '%s\\n' "${COMPREPLY[@]}"
        """
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", driver]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return String(decoding: data, as: UTF8.self).split(separator: "\n").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    #expect(try completed(["laq-tui", "--policy", "snap"]).contains { $0.hasPrefix("snapkv") })
    #expect(try completed(["laq-tui", "--model", "emb"]).contains("embedded"))
    #expect(try completed(["laq-tui", "--the"]).contains("--theme"))
    #expect(try completed(["laq-tui", "--theme", "li"]).contains("light"))
  }
}
