import Foundation
import TestSupport
import Testing

/// `laq-tui eval longbench`, `consistency` and `cost` on the embedded model.
@Suite(.serialized) struct BenchmarkCommandTests {
  let folder: ScratchFolder
  private static let text =
    "The mayor of Rome is Anna. The river is wide. The mayor of Oslo is Bert. Who is the mayor of Rome?"

  init() throws { folder = try ScratchFolder() }

  private func path(_ name: String) -> String { folder.path(name) }

  private func write(_ text: String, to name: String) throws {
    try folder.write(text, as: name)
  }

  private func read(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  @Test func malformedLinesAreNamedWhileTheRestGoesOnAndShardsMergeToTheWhole() throws {
    let line = #"{"context": "\#(Self.text)", "input": "Who is the mayor of Rome?", "answers": ["Anna"]}"#
    try FileManager.default.createDirectory(atPath: path("data"), withIntermediateDirectories: true)
    try write("\(line)\n{\"context\": 7\n\(line)\n{\"input\": \"\"}\n", to: "data/hotpotqa.jsonl")
    func longBench(_ target: String, _ more: [String] = []) throws -> Program.Outcome {
      try Program.run(
        ["eval", "longbench", path("data"), "--policy", "laq", "--budget", "24", "--to", path(target)] + more)
    }
    let whole = try longBench("whole.json", ["--csv", path("whole.csv")])
    #expect(whole.status == 0, "\(whole.errors)")
    let file = path("data/hotpotqa.jsonl")
    #expect(whole.errors.contains("\(file), line 2: is not valid JSON"))
    #expect(whole.output.contains("2 of 4 lines have no outcome:\n  \(file), line 2: is not valid JSON\n"))
    #expect(
      whole.output.contains("  \(file), line 4: 'context' is missing\n")
        && whole.output.contains("| 2 of 4 |"))
    #expect(try read("whole.csv").contains("\nhotpotqa,LongBench,f1,laq,24,"))

    for shard in ["1/2", "2/2"] { #expect(try longBench("parts.json", ["--shard", shard]).status == 0) }
    let merged = try Program.run(
      ["eval", "merge", path("parts.1-of-2.jsonl"), path("parts.2-of-2.jsonl"), "--to", path("parts.json")])
    #expect(merged.status == 0 && merged.output == whole.output, "\(merged.errors)")
    #expect(try read("parts.json") == read("whole.json"))
    // A table has no picture.
    let picture = try Program.run(["eval", "show", path("whole.json"), "--svg", path("whole.svg")])
    #expect(picture.status == 1 && picture.errors.contains("--svg"))
  }

  @Test func consistencyIsATableAPlotAndFiles() throws {
    try write(Self.text, to: "text.txt")
    let run = try Program.run([
      "eval", "consistency", path("text.txt"), "--policy", "laq", "--policy", "snapkv", "--budget", "8",
      "--budget", "16",
      "--steps", "4", "--ascii", "--to", path("c.json"), "--csv", path("c.csv"), "--svg", path("c.svg"),
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output.contains(
        "| policy | budget | kept | window | by score | recall | at most | mass recall | cosine of its window |"
      ))
    #expect(run.output.contains("layer 5") && run.output.contains("b snapkv"))
    #expect(
      try read("c.svg").hasPrefix("<svg")
        && read("c.csv").hasPrefix("text,policy,budget,kept,layer,head,step,recall,"))
    #expect(run.output.contains("| steps | texts | window | laq at 8 | laq at 16 | truth |"))
    #expect(run.output.utf8.allSatisfy { $0 < 0x80 }, "--ascii")
    let shown = try Program.run(["eval", "show", path("c.json"), "--ascii"])
    #expect(shown.output == run.output)
  }

  @Test func costsAreATableOrJSON() throws {
    try write(Self.text, to: "text.txt")
    let cost = [
      "eval", "cost", path("text.txt"), "--policy", "laq", "--budget", "8", "--steps", "2", "--repeats", "1",
    ]
    let table = try Program.run(cost + ["--to", path("cost.json")])
    #expect(table.status == 0, "\(table.errors)")
    #expect(
      table.output.contains("| full ") && table.output.contains("| laq ") && table.output.contains("prefill"))
    #expect(try read("cost.json").contains(#""schema" : "laq-tui.cost""#))
    let json = try Program.run(cost + ["--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect((object["policies"] as? [[String: Any]])?.map { $0["policy"] as? String } == ["full", "laq"])
    let again = try Program.run(cost + ["--to", path("cost.json")])
    #expect(again.status == 1 && again.errors.contains("cost.json"))
  }
}
