import Checkpoint
import EmbeddedModel
import Eviction
import Exploration
import Foundation
import Testing

@testable import Evaluation

/// `--compress context`: policies see a prompt's text, and the question comes after.
@Suite struct CompressedPartTests {
  let place: Workplace
  let context: EvaluationModel

  init() throws {
    place = try Workplace()
    context = try EvaluationModel(
      try Checkpoint(path: EmbeddedModel.folder()), name: EmbeddedModel.name, compressed: .context)
  }

  /// Text and question together are the prompt that is read whole; the question begins where it is said.
  private func check(_ suite: some EvaluationSuite, beginsWith words: String) throws {
    for one in try suite.cases() {
      let whole = try suite.prompt(for: one, model: place.model).prompt
      let cut = try suite.prompt(for: one, model: context).prompt
      let later = try #require(cut.laterQuestion, "\(one.id)")
      #expect(cut.read + later.bytes == whole.read, "\(one.id)")
      #expect(String(decoding: later.bytes, as: UTF8.self).hasPrefix(words), "\(one.id)")
      #expect(whole.laterQuestion == nil && cut.hash != whole.hash)
    }
  }

  @Test(arguments: NeedleFrame.allCases) func needles(_ frame: NeedleFrame) throws {
    let suite = try NeedleSuite(lengths: [200], depths: [0, 100], frame: frame)
    try check(suite, beginsWith: frame == .book ? " Based on the content of the book" : "Question: ")
  }

  @Test func retrieval() throws {
    let families = RetrievalFamily.allCases.filter { !$0.putsQuestionFirst }
    try check(
      try RetrievalSuite(families: families, lengths: [400], seeds: 0..<1), beginsWith: "Question: ")
    let first = try RetrievalSuite(families: [.first], lengths: [400], seeds: 0..<1)
    #expect(throws: CaseError.self) { try first.prompt(for: first.cases()[0], model: context) }
  }

  /// Every data set's own wording is cut behind its context, which may hold anything.
  @Test func longBench() throws {
    var checked = 0
    for task in BenchmarkTask.longBench where task.metric.reasonNotScored == nil {
      let classes = task.metric == .classification ? #"["a", "b"]"# : "null"
      let answer = task.metric == .retrieval || task.metric == .count ? "Paragraph 1" : "a"
      let text = #""A {input} \u0301 mill {context}.""#
      let line =
        #"{"context": \#(text), "input": "Who {context}?", "#
        + #""answers": ["\#(answer)"], "all_classes": \#(classes)}"#
      let file = place.path("\(task.name).jsonl")
      try Data(line.utf8).write(to: URL(fileURLWithPath: file))
      let suite = LongBenchSuite(path: file)
      let one = try #require(suite.cases().first)
      guard let whole = try? suite.prompt(for: one, model: place.model).prompt else { continue }
      let cut = try suite.prompt(for: one, model: context).prompt
      let later = try #require(cut.laterQuestion, "\(task.name)")
      #expect(cut.read + later.bytes == whole.read, "\(task.name)")
      #expect(String(decoding: cut.read, as: UTF8.self).hasSuffix("mill {context}."), "\(task.name)")
      checked += 1
    }
    #expect(checked >= 14)
  }

  @Test func aQuestionThatWasCutOrIsNotKnownIsSaid() throws {
    let line = #"{"context": "x", "input": "\#(String(repeating: "who ", count: 400))?", "answers": ["a"]}"#
    for (name, text, words) in [
      ("hotpotqa", line, "a part was cut"),
      (
        "vt", #"{"input": "A text. A question?", "outputs": ["a"]}"#, "do not say where their question begins"
      ),
    ] {
      let file = place.path("\(name).jsonl")
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      let suite = LongBenchSuite(path: file, tokenLimit: 100)
      let one = try #require(suite.cases().first)
      let error = #expect(throws: CaseError.self) { try suite.prompt(for: one, model: context) }
      #expect(error.map { String(describing: $0).contains(words) } == true, "\(name)")
    }
  }

  @Test func plansSayIt() throws {
    func plan(_ part: CompressedPart) throws -> EvaluationPlan {
      try EvaluationPlan(
        CountingSuite(caseCount: 1), model: place.model.identity, settings: place.settings, compressed: part)
    }
    #expect(try plan(.all).options["compress"] == nil && plan(.all).compressed() == .all)
    #expect(try plan(.context).compressed() == .context && plan(.context).compressionNote != nil)
    #expect(
      try plan(.context).difference(from: plan(.all))
        == "the option 'compress' is none there and context here")
    #expect(try plan(.context).differenceBesideSeeds(from: plan(.all)) != nil)
    let damaged = try EvaluationPlan(
      suite: "counting", model: place.model.identity, settings: place.settings,
      options: ["compress": "half"], cases: plan(.all).cases)
    #expect(throws: EvaluationError.self) { try damaged.compressed() }
  }
}
