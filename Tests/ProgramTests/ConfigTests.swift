import Foundation
import TestSupport
import Testing

/// The configuration file.
@Suite(.serialized) struct ConfigTests {
  let folder: ScratchFolder
  let text: String

  init() throws {
    folder = try ScratchFolder()
    text = try folder.write(
      "The passcode of Temley is amber lantern. The old mill was quiet.", as: "short.txt")
  }

  private func run(_ arguments: [String], config: String?) throws -> Program.Outcome {
    if let config { try folder.write(config, as: "laq-tui/config.toml") }
    return try Program.run(arguments, environment: ["XDG_CONFIG_HOME": folder.path])
  }

  private var screen: [String] { [text, "--screen", "text"] }

  @Test func theCommandLineGoesBeforeTheFile() throws {
    let config = """
      budget = "50%"
      policies = ["streaming", "snapkv(w=4)"]
      steps = 3
      ascii = true
      question = "Who?"
      """
    let own = try run(screen, config: config)
    #expect(
      own.status == 0 && own.output.contains("SnapKV(w=4)") && own.output.contains("Who?"), "\(own.errors)")
    #expect(own.output.unicodeScalars.allSatisfy { $0.isASCII })
    let asked = try run(
      screen + ["--no-ascii", "--policy", "knorm", "--budget", "9", "--question", ""], config: nil)
    #expect(
      asked.output.contains("B=9") && asked.output.contains("Knorm") && !asked.output.contains("SnapKV"))
    #expect(asked.output.contains("│") && !asked.output.contains("Who?"))
    #expect(try run(screen + ["--no-config", "--steps", "2"], config: nil).output.contains("H2O"))
  }

  @Test func aPersonsOwnKeysAreUsedAndShown() throws {
    let config = """
      [keys]
      heatmap-view = "<C-n>"
      help = ["<F5>"]
      """
    #expect(try run(screen + ["--keys", "<C-n>"], config: config).output.contains("[2 Heatmap]"))
    let footer = try run(screen, config: nil).output.split(separator: "\n").last ?? ""
    #expect(footer.contains("F5 help"))
  }

  @Test(arguments: [
    ("budgets = 4", 1, "there is no such setting"), ("steps = 3\nbudget = true\n", 2, "budget"),
    ("# first\n\ntheme = \"neon\"", 3, "'neon' is no theme"),
    ("policies = [\"laq\", \"snapkvv\"]", 1, "did you mean 'snapkv'"),
    ("policies = \"laq\"", 1, "a list was expected"), ("steps = 0", 1, "from 1 to 4096"),
    ("color = \"mauve\"", 1, "\"never\""),
    ("ascii = \"yes\"", 1, "true or false"), ("steps = \n", 1, "a value was expected"),
    ("a = [1, 2", 1, "this list has no end"), ("x", 1, "'=' was expected"),
    ("[keys]\npin = \"p\"", 2, "'policy-next'"),
    ("steps = 2\n[keys]\nhelp = \"?\"\npinn = \"y\"", 4, "no action 'pinn'"),
    ("[keys]\npin = \"<Nope>\"", 2, "no key is called <Nope>"), ("[keys]\nback = []", 2, "needs a key"),
    ("keys = 4", 1, "[keys]"), ("steps = 2\nsteps = 3", 2, "second time"), ("[=]", 1, "a name was expected"),
    ("question = \"a", 1, "no end"),
    ("[keys]\npin = 7", 2, "a key was expected"), ("[other]\na = 1", 2, "other.a: there is no such setting"),
  ])
  func aFileThatIsNotUnderstoodNamesTheLine(_ config: String, _ line: Int, _ words: String) throws {
    let outcome = try run(screen, config: config)
    #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.output)")
    #expect(
      outcome.errors.contains("config.toml:\(line): ") && outcome.errors.contains(words), "\(outcome.errors)")
    #expect(
      outcome.errors.contains("--no-config") && outcome.errors.split(separator: "\n").count == 1,
      "\(outcome.errors)")
    #expect(
      try run(screen + ["--no-config", "--policy", "streaming", "--steps", "2"], config: nil).status == 0)
  }

  @Test func strangeFilesAreRefusedWithASentence() throws {
    let path = folder.url.appendingPathComponent("laq-tui/config.toml")
    try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
    #expect(try run(screen, config: nil).status == 64)
    try FileManager.default.removeItem(at: path)
    try Data([0xFF, 0xFE, 0x00]).write(to: path)
    let outcome = try run(screen, config: nil)
    #expect(outcome.status == 64 && outcome.errors.contains("UTF-8"), "\(outcome.errors)")
    for piece in ["[", "a = [", "a.", "a = \"\\u", "[[", "{a=", "\u{0}", "\""] {
      #expect(try run(["config"], config: String(repeating: piece, count: 10_000)).status == 64, "\(piece)")
    }
  }

  @Test func theFileIsWrittenWithWhatItSaid() throws {
    let path = folder.url.appendingPathComponent("laq-tui/config.toml")
    let made = try run(["config", "--write"], config: nil)
    #expect(made.status == 0 && made.output.isEmpty && made.errors.contains(path.path), "\(made.errors)")
    #expect(try String(contentsOf: path, encoding: .utf8) == run(["config"], config: nil).output)
    let own = "# mine\nbudget = \"12.5%\"\n[keys]\npin = \"<C-x>\"\n"
    #expect(try run(["config", "--write"], config: own).status == 0)
    let written = try String(contentsOf: path, encoding: .utf8)
    #expect(written.contains("\nbudget = \"12.5%\" ") && written.contains("\npin = [\"<C-x>\"] "))
    #expect(try String(contentsOfFile: path.path + "~", encoding: .utf8) == own)
    // What is not understood is not written over, nor is what cannot be written passed over.
    #expect(try run(["config", "--write"], config: "budget = ").status == 64)
    #expect(try String(contentsOf: path, encoding: .utf8) == "budget = ")
    let nowhere = try Program.run(["config", "--write"], environment: ["XDG_CONFIG_HOME": text])
    #expect(nowhere.status == 1 && nowhere.errors.contains("there is no folder"), "\(nowhere.errors)")
  }

  @Test func thePrintedConfigurationIsOneThatReadsBack() throws {
    let standard = try run(["config"], config: nil).output
    // Every line that is commented out is one that may stand.
    let open = standard.split(separator: "\n").map { line in
      line.hasPrefix("# ") && line.contains(" = ") ? String(line.dropFirst(2)) : String(line)
    }.joined(separator: "\n")
    let again = try run(["config"], config: open)
    #expect(again.status == 0, "\(again.errors)")
    let changed = try run(
      ["config"], config: "budget = \"12.5%\"\nquestion = \"a \\\"b\\\"\\n\"\n[keys]\npin = [\"<C-x>\"]\n")
    #expect(
      changed.output.contains("\nbudget = \"12.5%\" ") && changed.output.contains("\npin = [\"<C-x>\"] "))
    let twice = try run(["config"], config: changed.output)
    #expect(twice.output == changed.output && twice.status == 0, "\(twice.errors)")
    #expect(try run(["config", "--no-config"], config: nil).output == standard)
  }
}
