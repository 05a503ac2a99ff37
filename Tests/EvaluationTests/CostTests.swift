import Eviction
import Exploration
import Foundation
import Testing
import Transformer

@testable import Evaluation

@Suite struct CostTests {
  @Test func everyStageThatAPolicyHasIsMeasuredAndNoOther() async throws {
    let place = try Workplace()
    var settings = place.settings
    settings.policies = [.named("snapkv"), .named("laq"), .named("kvzip"), .named("streaming")]
    settings.budgets = [.tokens(24)]
    let prompt = try Prompt(
      name: "text", text: Array(ConsistencyTests.text.utf8), tokenizer: place.model.checkpoint.tokenizer)
    let request = RunRequest(CasePrompt(prompt: prompt, references: [], answerLimit: 2), settings: settings)
    let cost = try await place.model.engine().costs(request, repeats: 1)
    let shape = place.model.checkpoint.configuration.shape
    let elementCount = 2 * shape.layerCount * shape.kvHeadCount * shape.headDimension * prompt.tokens.count
    let elementBytes = cost.promptBytes / elementCount
    #expect(elementBytes == 2 || elementBytes == 4)
    #expect(cost.promptTokens == prompt.tokens.count && cost.prefillSeconds > 0)
    #expect(cost.entries.map(\.policy) == ["full", "snapkv", "laq", "kvzip", "streaming"])
    for entry in cost.entries {
      let isFull = entry.budget == nil
      #expect(entry.secondsPerToken > 0 && entry.obstacle == nil)
      #expect((entry.selectionSeconds > 0) == !isFull)
      let looksAhead = entry.policy == "laq", passes = entry.policy == "kvzip"
      #expect((entry.lookaheadSeconds > 0) == looksAhead)
      #expect((entry.lookaheadBytes > 0) == looksAhead)
      #expect((entry.passSeconds > 0) == passes)
      #expect(entry.keptBytes == (isFull ? cost.promptBytes : cost.promptBytes / prompt.tokens.count * 24))
    }
    let laq = cost.entries[2]
    // The cheap cache with eight pseudo tokens.
    #expect(laq.lookaheadBytes == laq.keptBytes / 24 * 32)

    let report = CostReport(
      cost, prompt: prompt, model: place.model.identity, settings: settings, repeats: 1, decodedTokens: 2)
    let object = try #require(try JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
    #expect(object["schema"] as? String == "laq-tui.cost")
    #expect((object["policies"] as? [[String: Any]])?.count == 5)
    #expect(report.markdown.split(separator: "\n").count == 7)
  }

  @Test func theShortestRunCounts() {
    var pauses = [300, 1, 200].makeIterator()
    let fastest = Stopwatch.fastest(of: 3, with: { pauses.next() ?? 0 }) { pause in
      Thread.sleep(forTimeInterval: Double(pause) / 1000)
      return pause
    }
    #expect(fastest.seconds < 0.2 && fastest.result == 200)
  }

  @Test func memoryIsToldInBytes() throws {
    let now = try #require(ResidentMemory.now), peak = try #require(ResidentMemory.peak)
    #expect(now > 1 << 20 && peak >= now / 2)
  }
}
