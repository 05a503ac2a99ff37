import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// Traces that `Samples/Traces/record_trace.py` has recorded from tiny random models of three families give
/// the kept sets of the policies' own fixtures: kvpress' in transformers' forward pass, and LAQ's by its
/// formula (`Fixtures/make_traces.py`).
@Suite struct RecordedTraceTests {
  private struct Expected: Decodable {
    let policy: String
    let ratio: Double?
    let budget: Int?
    let kept: String
    let open: String?
  }

  private static func url(_ name: String) throws -> URL {
    URL(fileURLWithPath: try Places.fixture("traces/\(name)", in: .module))
  }

  /// One bitmap after the other, the first token in the lowest bit of the first byte, `[layer][head]`.
  private static func sets(_ text: String, _ shape: ModelShape, tokens: Int) throws -> [[Set<Int>]] {
    let bytes = [UInt8](try #require(Data(base64Encoded: text)))
    let size = (tokens + 7) / 8
    try #require(bytes.count == shape.layerCount * shape.kvHeadCount * size)
    return (0..<shape.layerCount).map { layer in
      (0..<shape.kvHeadCount).map { head in
        let start = (layer * shape.kvHeadCount + head) * size
        return Set((0..<tokens).filter { bytes[start + $0 / 8] >> ($0 % 8) & 1 == 1 })
      }
    }
  }

  @Test(arguments: ["llama", "qwen3", "mistral"]) func keptSetsAreThoseOfTheFixtures(_ name: String) throws {
    let trace = try TraceFile(path: try Self.url("\(name).safetensors").path)
    let expected = try JSONDecoder().decode([Expected].self, from: Data(contentsOf: Self.url("\(name).json")))
    #expect(expected.count > 60)
    let recording = trace.recording
    let (shape, tokenCount) = (recording.shape, recording.tokenCount)
    let evidence = Evidence(
      recording: recording, lookahead: try #require(trace.lookaheads.first).queries,
      decode: trace.decodeQueries)
    for wanted in expected {
      let budget =
        wanted.ratio.map { TokenBudget(compressionRatio: $0, tokenCount: tokenCount) }
        ?? TokenBudget(tokens: wanted.budget ?? 0, tokenCount: tokenCount)
      let kept = try Policy(parsing: wanted.policy).evict(evidence, budget: budget, granularity: .kvHead).kept
        .positions
      let sets = try Self.sets(wanted.kept, shape, tokens: tokenCount)
      let open = try wanted.open.map { try Self.sets($0, shape, tokens: tokenCount) }
      for layer in sets.indices {
        for head in sets[layer].indices {
          // Tied tokens are as good as each other: what counts is how many of them stay.
          let tied = open?[layer][head] ?? []
          let (mine, theirs) = (Set(kept[layer][head]), sets[layer][head])
          #expect(
            mine.count == theirs.count && mine.subtracting(tied) == theirs.subtracting(tied),
            "\(wanted.policy) at \(wanted.ratio ?? Double(budget.tokens)), layer \(layer), head \(head)")
        }
      }
    }
  }

  /// What the recorder says of the prompt, the answer and the cheap cache arrives.
  @Test(arguments: ["llama", "qwen3", "mistral"]) func theRestOfTheTraceArrives(_ name: String) throws {
    let trace = try TraceFile(path: try Self.url("\(name).safetensors").path)
    let prompt = trace.prompt
    #expect(
      prompt.name == "prompt.txt" && prompt.tokens.count == 90
        && prompt.hash == SHA256.hexadecimal(of: prompt.text))
    for position in prompt.tokens.indices {
      // The tokenizer's words have their ids in their names.
      #expect(String(decoding: prompt.bytes(at: position), as: UTF8.self) == "t\(prompt.tokens[position].id)")
    }
    #expect(trace.answer.tokens.count == 6 && trace.decodeQueries?.count == 6)
    let lookahead = try #require(trace.lookaheads.first)
    #expect(
      trace.lookaheads.count == 1 && lookahead.budget == 40 && lookahead.limit == 8
        && lookahead.scorer == "snapkv")
    #expect(
      lookahead.tokens.first == trace.answer.tokens.first && lookahead.queries.count == lookahead.tokens.count
    )
  }
}
