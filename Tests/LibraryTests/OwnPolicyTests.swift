import Checkpoint
import EmbeddedModel
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

/// A person's own scorer, written against the public parts of the library's modules as any program would.
@Suite struct OwnPolicyTests {
  private static let prompt = Array(
    "The favour of Munathow is 905. The harbour was quiet, and the baker slept.\n".utf8)

  private func model() throws -> (decoder: Decoder, tokens: [Int]) {
    let checkpoint = try Checkpoint(path: EmbeddedModel.folder())
    let decoder = try Decoder(checkpoint.configuration, weights: checkpoint.weights(), precision: .float32)
    let text = Array(repeating: Self.prompt, count: 6).flatMap { $0 }
    return (decoder, checkpoint.tokenizer.encode(text, addingSpecialTokens: true).map(\.id))
  }

  @Test func anOwnScorerRunsUnderEveryAllocation() throws {
    let (decoder, tokens) = try model()
    let recording = try decoder.prefill(tokens)
    let evidence = Evidence(recording: recording, output: decoder.outputProjection)
    let budget = tokens.count / 3
    let heads = decoder.shape.layerCount * decoder.shape.kvHeadCount
    for rest in ["", "/ada", "/ada+critical", "/cake", "/global"] {
      let kept = try ValueAwareScorer().evict(evidence, budget: budget, under: rest).kept
      #expect(kept.positions.joined().reduce(0) { $0 + $1.count } == heads * budget, "\(rest)")
      for head in kept.positions.joined() { #expect(head.suffix(16) == tokens.indices.suffix(16), "\(rest)") }
      // What is kept decodes as any other cache does.
      let cache = KVCache(recording, keeping: kept)
      let logits = try decoder.step([LaneInput(cache: cache, token: tokens[0], position: tokens.count)])[0]
        .logits
      #expect(logits.count == recording.lastLogits.count && logits.allSatisfy(\.isFinite))
    }
  }

  @Test func itDiffersFromAttentionAlone() throws {
    let (decoder, tokens) = try model()
    let evidence = Evidence(recording: try decoder.prefill(tokens))
    let own = try ValueAwareScorer().evict(evidence, budget: 32).kept
    let other = try Policy(parsing: "snapkv(w=16,pool=none)").evict(
      evidence, budget: 32, granularity: .kvHead
    ).kept
    #expect(own != other)
  }

  @Test func whatIsMissingIsSaid() throws {
    let (decoder, tokens) = try model()
    let evidence = Evidence(recording: try decoder.prefill(tokens, firstQueryPosition: tokens.count - 4))
    #expect(
      throws: EvidenceError.queriesNotRecorded(policy: "ValueAwareScorer", wanted: 16, recorded: 4)
    ) { try ValueAwareScorer().evict(evidence, budget: 32) }
    #expect(throws: PolicyNameError.self) {
      try ValueAwareScorer().evict(evidence, budget: 32, under: "/addax")
    }
  }

  /// The README shows the file that is compiled here, between two comments.
  @Test func theREADMEShowsThisScorer() throws {
    let after = try #require(Self.readme.range(of: Self.begin))
    let end = try #require(Self.readme.range(of: "<!-- end of own policy -->"))
    let block = Self.readme[after.upperBound..<end.lowerBound].trimmingCharacters(in: .whitespacesAndNewlines)
    let file = Places.root.appendingPathComponent("Tests/LibraryTests/ValueAwareScorer.swift")
    let source = try String(contentsOf: file, encoding: .utf8)
    #expect(block == "```swift\n\(source)```")
  }

  private static let begin = "<!-- own policy -->"
  private static let readme =
    (try? String(contentsOf: Places.root.appendingPathComponent("README.md"), encoding: .utf8)) ?? ""
}
