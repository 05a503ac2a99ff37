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
      #expect(entry.secondsPerToken > 0 && entry.unavailable == nil)
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
    var runs = [300, 1, 200].makeIterator()
    var now = ContinuousClock.now
    let fastest = Stopwatch.fastest(
      of: 3,
      with: {
        // What is made ready for a run is not part of its time.
        now += .milliseconds(5000)
        return runs.next() ?? 0
      }, now: { now },
      { milliseconds in
        now += .milliseconds(milliseconds)
        return milliseconds
      })
    #expect(abs(fastest.seconds - 0.001) < 1e-9 && fastest.result == 200)
    #expect(runs.next() == nil)
  }

  @Test func memoryIsToldInBytes() throws {
    let held = 64 << 20
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: held, alignment: 4096)
    bytes.initializeMemory(as: UInt8.self, repeating: 1, count: held)
    let now = try #require(ResidentMemory.now)
    // Pages or KiB would be less than what is held here, anything finer more than the machine has.
    #expect(now > held && now <= Int(ProcessInfo.processInfo.physicalMemory))
    bytes.deallocate()
    // Other tests run beside this one, and may forget the peak: it is then what is resident.
    let peak = try #require(ResidentMemory.peak)
    #expect(peak > 16 << 20 && peak <= Int(ProcessInfo.processInfo.physicalMemory))
  }
}
