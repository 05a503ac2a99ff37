import Exploration
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct BenchmarkTaskTests {
  /// LongBench's own configuration (Fixtures/make_tasks.py).
  struct Official: Decodable {
    let prompt: String
    let answerLimit: Int
    let metric: String
    let firstLine: Bool
    let chat: Bool
  }

  static let metrics: [String: Metric] = [
    "qa_f1_score": .answerF1, "qa_f1_zh_score": .answerF1Chinese, "rouge_score": .rougeL,
    "rouge_zh_score": .rougeLChinese,
    "classification_score": .classification, "retrieval_score": .retrieval,
    "retrieval_zh_score": .retrievalChinese,
    "count_score": .count, "code_sim_score": .codeSimilarity,
  ]

  @Test func dataSetsAreAskedAndScoredAsLongBenchConfiguresThem() throws {
    let url = URL(fileURLWithPath: try Places.fixture("tasks.json", in: .module))
    let official = try JSONDecoder().decode([String: Official].self, from: Data(contentsOf: url))
    #expect(Set(BenchmarkTask.longBench.map(\.name)) == Set(official.keys))
    for task in BenchmarkTask.longBench {
      let expected = try #require(official[task.name])
      #expect(
        SHA256.hexadecimal(of: Array(task.prompt.utf8)) == expected.prompt, "\(task.name): another prompt")
      #expect(task.answerLimit == expected.answerLimit, "\(task.name)")
      #expect(task.metric == Self.metrics[expected.metric], "\(task.name)")
      #expect((task.trimming == .firstLine) == expected.firstLine, "\(task.name)")
      #expect(task.usesChat == expected.chat, "\(task.name)")
    }
  }

  @Test func whatATextHoldsInBracesStays() throws {
    let task = try #require(BenchmarkTask.named("hotpotqa"))
    let prompt = task.prompt(context: "let x = {input} {context} {", input: "{context}?")
    #expect(prompt.contains("passages.\nlet x = {input} {context} {\n"))
    #expect(prompt.hasSuffix("Question: {context}?\nAnswer:"))
  }

  @Test func filesTellTheirDataSetByTheirNameOrTheirFolders() {
    for (name, task) in [
      ("hotpotqa.jsonl", "hotpotqa"), ("LongBench-multi_news.jsonl", "multi_news"),
      ("qasper_e.jsonl", "qasper"),
      ("multifieldqa_en_e.jsonl", "multifieldqa_en"), ("RULER-4096-niah_multikey_3.jsonl", "niah_multikey_3"),
      ("4096/niah_single_1/validation.jsonl", "niah_single_1"), ("qa_1.jsonl", "qa_1"),
      ("repobench-p.jsonl", "repobench-p"),
    ] {
      #expect(BenchmarkFiles.task(name)?.name == task, "\(name)")
    }
    #expect(BenchmarkFiles.task("results.jsonl") == nil)
    #expect(BenchmarkFiles.task("vtx.jsonl") == nil)
  }
}
