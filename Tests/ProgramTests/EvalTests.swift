import Foundation
import TestSupport
import Testing

/// `laq-tui eval`, run as people and schedulers run it.
@Suite(.serialized) struct EvalTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func path(_ name: String) -> String { folder.path(name) }
  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

  /// Sixteen short prompts.
  private func retrieval(_ name: String, _ more: [String] = []) -> [String] {
    [
      "eval", "retrieval", "--family", "single", "--family", "chain", "--length", "200", "--count", "8",
      "--policy", "laq",
    ]
      + ["--policy", "snapkv", "--budget", "24", "--to", path(name)] + more
  }

  /// Two of them.
  private func few(_ name: String, _ more: [String] = []) -> [String] {
    retrieval(name, ["--count", "1"] + more)
  }

  private func rowCount(_ name: String) -> Int {
    let data = (try? bytes(name)) ?? Data()
    return data.count { $0 == 0x0A } - 1
  }

  /// Starts the program, ends it by a signal once a few rows are there, and returns its status.
  private func interrupted(_ arguments: [String], rows name: String, by signal: Int32) throws -> Int32 {
    let process = Process()
    process.executableURL = try Program.executable()
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, rowCount(name) < 3 { usleep(5000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func aRunThatWasKilledGoesOnToTheSameFile() throws {
    let whole = try Program.run(retrieval("whole.json", ["--jobs", "1"]))
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.output.hasPrefix("| policy | budget |") && whole.output.contains("8 prompts per cell"))

    #expect(try interrupted(retrieval("killed.json"), rows: "killed.jsonl", by: SIGKILL) == SIGKILL)
    let kept = rowCount("killed.jsonl")
    #expect((3..<16).contains(kept) && !FileManager.default.fileExists(atPath: path("killed.json")))
    let resumed = try Program.run(
      retrieval("killed.json", ["--jobs", "2"]), environment: ["OMP_NUM_THREADS": "1"])
    #expect(
      resumed.status == 0 && resumed.errors.contains("\(kept) cases were done before"), "\(resumed.errors)")
    #expect(rowCount("killed.jsonl") == 16)
    #expect(try bytes("killed.json") == bytes("whole.json"))
    #expect(resumed.output == whole.output)

    // What is finished is shown, not run again; what is another evaluation is refused.
    let again = try Program.run(retrieval("killed.json"))
    #expect(again.status == 0 && again.output == whole.output && again.errors.isEmpty, "\(again.errors)")
    let other = try Program.run(retrieval("killed.json", ["--budget", "48"]))
    #expect(
      other.status == 1 && other.errors.contains("the budgets are 24 there and 24, 48 here"),
      "\(other.errors)")
    #expect(other.errors.contains("--force") && other.errors.split(separator: "\n").count == 1)
  }

  @Test func controlCLeavesEverythingToGoOnWith() throws {
    #expect(try interrupted(retrieval("stopped.json"), rows: "stopped.jsonl", by: SIGINT) == 130)
    #expect((3..<16).contains(rowCount("stopped.jsonl")))
    let resumed = try Program.run(retrieval("stopped.json"))
    #expect(resumed.status == 0 && rowCount("stopped.jsonl") == 16, "\(resumed.errors)")
  }

  @Test func shardsMergeToTheUnshardedFile() throws {
    let needle = [
      "eval", "needle", "--lengths", "200:300:100", "--depths", "0,50,100", "--count", "1", "--policy", "laq",
      "--budget", "24",
    ]
    let whole = try Program.run(
      needle + ["--to", path("whole.json"), "--csv", path("whole.csv"), "--svg", path("whole.svg")])
    #expect(whole.status == 0 && whole.output.contains("LAQ  B=24"), "\(whole.errors)")
    #expect(
      try bytes("whole.csv").starts(
        with: Data("policy,budget,length,depth,score,mean,kept,window,chosen\nfull,,200,0,".utf8)))
    #expect(try bytes("whole.svg").starts(with: Data("<svg".utf8)))
    for shard in ["1/2", "2/2"] {
      let outcome = try Program.run(needle + ["--to", path("parts.json"), "--shard", shard])
      #expect(outcome.status == 0 && outcome.errors.contains("eval merge"), "\(outcome.errors)")
    }
    let first = path("parts.1-of-2.jsonl"), second = path("parts.2-of-2.jsonl")
    let missing = try Program.run(["eval", "merge", second, "--to", path("parts.json")])
    #expect(
      missing.status == 1
        && missing.errors.contains("3 of 6 cases are in none of the files (needle-200-0-0,"),
      "\(missing.errors)")
    let merged = try Program.run(["eval", "merge", second, first, "--to", path("parts.json")])
    #expect(merged.status == 0 && merged.output == whole.output, "\(merged.errors)")
    #expect(try bytes("parts.json") == bytes("whole.json"))
    let again = try Program.run(["eval", "merge", second, first, "--to", path("parts.json")])
    #expect(again.status == 1 && again.errors.contains("exists already"))
    let shown = try Program.run(["eval", "show", path("parts.json"), "--score", "exact", "--ascii"])
    #expect(shown.status == 0 && shown.output.unicodeScalars.allSatisfy(\.isASCII), "\(shown.output)")
  }

  @Test func wrongOptionsEndWith64AndWrongFilesWithASentence() throws {
    for arguments in [
      ["eval", "retrieval", "--policy", "snapkvv"], ["eval", "retrieval", "--shard", "3/2"],
      ["eval", "retrieval", "--count", "0"],
      ["eval", "retrieval", "--family", "none"], ["eval", "retrieval", "--length", "3"],
      ["eval", "needle", "--lengths", "a"],
      ["eval", "needle", "--needle", "x"], ["eval", "nothing"], ["eval", "retrieval", "--to", "results.txt"],
      ["eval", "needle", "--depths", "101"], ["eval", "needle", "--lengths", "1"],
      ["eval", "needle", "--steps", "0"],
      ["eval", "needle", "--lengths=-9223372036854775808:1:1"],
      ["eval", "retrieval", "--svg", path("none.svg")],
      ["eval", "retrieval", "--reference", "none"],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 64, "\(arguments): \(outcome.status) \(outcome.errors)")
      #expect(!outcome.errors.contains("answerLimit"))
    }
    try Data("{}".utf8).write(to: folder.url.appendingPathComponent("other.json"))
    for arguments in [
      ["eval", "show", path("other.json")], ["eval", "show", path("missing.json")],
      ["eval", "merge", path("other.json"), "--to", path("new.json")], retrieval("other.json"),
      ["eval", "needle", "--haystack", path("nowhere")],
    ] {
      let outcome = try Program.run(arguments)
      #expect(
        outcome.status == 1 && outcome.errors.split(separator: "\n").count == 1,
        "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(folder.path))
    }
  }

  @Test func whatWasNotRunIsSaidInPlaceOfATableOfNothing() throws {
    #expect(try Program.run(few("first.json")).status == 0)
    #expect(try Program.run(few("second.json", ["--seed", "8"])).status == 0)
    let same = try Program.run(["eval", "compare", path("first.json"), path("second.json")])
    #expect(same.status == 0 && same.output.contains(" of 6 means agree"), "\(same.output)\(same.errors)")
    for arguments in [["compare", path("first.json"), path("second.json")], ["show", path("first.json")]] {
      let outcome = try Program.run(["eval"] + arguments + ["--score", "typo"])
      #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome.output)")
      #expect(
        outcome.errors.contains("--score typo: these results have no such score; they have exact, found"),
        "\(outcome.errors)")
    }
    let shown = try Program.run(["eval", "show", path("first.json"), "--reference", "h2o"])
    #expect(
      shown.status == 0 && shown.errors.contains("--reference h2o: this policy was not run"),
      "\(shown.errors)")
    #expect(try Program.run(few("long.json", ["--length", "300"])).status == 0)
    let other = try Program.run(["eval", "compare", path("first.json"), path("long.json")])
    #expect(
      other.status == 1 && other.errors.contains("the option 'lengths' is 200 there and 200, 300 here"),
      "\(other.errors)")
  }

  /// A picture that there is not is refused before the work, and nothing is written.
  @Test func aPictureOfATableIsRefusedAtOnce() throws {
    let run = try Program.run(few("none.json", ["--svg", path("none.svg")]))
    #expect(run.status == 64 && run.errors.contains("which has no picture; use --csv"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: path("none.jsonl")))
    #expect(try Program.run(few("rows.json", ["--shard", "1/1"])).status == 0)
    let merged = try Program.run([
      "eval", "merge", path("rows.jsonl"), "--to", path("merged.json"), "--svg", path("none.svg"),
    ])
    #expect(merged.status == 1 && merged.errors.contains("--svg") && merged.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: path("merged.json")))
  }

  @Test func forceReplacesAnotherEvaluationAndGoesOnBehindTheSame() throws {
    #expect(try Program.run(few("results.json")).status == 0)
    let first = try bytes("results.jsonl")
    let same = try Program.run(few("results.json", ["--force"]))
    #expect(same.status == 0 && same.errors.isEmpty, "\(same.errors)")
    #expect(try bytes("results.jsonl") == first)
    // Without its results, the rows are still there.
    try FileManager.default.removeItem(atPath: path("results.json"))
    let rows = try Program.run(few("results.json", ["--force"]))
    #expect(rows.status == 0 && rows.errors.contains("2 cases were done before"), "\(rows.errors)")
    let other = try Program.run(few("results.json", ["--force", "--seed", "9"]))
    #expect(other.status == 0 && !other.errors.contains("done before"), "\(other.errors)")
    #expect(try bytes("results.jsonl") != first)
    try Data("notes\n".utf8).write(to: folder.url.appendingPathComponent("notes.jsonl"))
    let notes = try Program.run(few("notes.json", ["--force"]))
    #expect(try notes.status == 1 && bytes("notes.jsonl") == Data("notes\n".utf8), "\(notes.errors)")
  }

  /// Names and sentences of files: a terminal would obey them, a table would break.
  @Test func whatAFileSaysDoesNotReachTheTerminalRaw() throws {
    let name = "hotpotqa\u{1B}[31m|\u{7}.jsonl"
    try Data("{\"context\": 7\n".utf8).write(to: folder.url.appendingPathComponent(name))
    for arguments in [
      ["eval", "longbench", path(name), "--policy", "laq", "--to", path("raw.json")],
      ["eval", "show", path("raw.json")],
      ["eval", "show", path(name)],
    ] {
      let outcome = try Program.run(arguments)
      for text in [outcome.output, outcome.errors] {
        #expect(
          !text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" },
          "\(text.debugDescription)")
      }
      #expect((outcome.output + outcome.errors).contains("␛[31m"), "\(outcome)")
    }
  }

  /// Names of files have 255 bytes at most.
  @Test func aNeedleMayBeLongerThanAFilesName() throws {
    let words = (0..<60).map { "word\($0)" }.joined(separator: " ") + "."
    let run = try Program.run([
      "eval", "needle", "--needle", words, "--question", "What is hidden?", "--lengths", "400", "--depths",
      "50", "--count", "1",
      "--policy", "laq", "--budget", "24", "--steps", "2", "--to", path("words.json"),
    ])
    #expect(run.status == 0, "\(run.errors)")
  }
}
