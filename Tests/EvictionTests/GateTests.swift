import Checkpoint
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Eviction

/// The gate against the network that trains it, on a tiny random model (`Fixtures/make_gate.py`), and what it
/// refuses.
@Suite struct GateTests {
  struct Expected: Decodable {
    struct Prompt: Decodable {
      let tokens: [Int]
      /// `[layer][kvHead][position]`
      let logits: [[[Float]]]
    }

    let prompts: [Prompt]
  }

  private static func folder() throws -> String { try Places.fixture("gate", in: .module) }

  private static func expected() throws -> Expected {
    try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(fileURLWithPath: folder() + "/expected.json")))
  }

  /// A prompt's recording and the gate's logits of it.
  private static func run(_ tokens: [Int], chunkSize: Int? = nil) throws -> Evidence {
    let folder = try folder()
    let configuration = try ModelConfiguration(path: folder + "/config.json")
    let decoder = try Decoder(
      configuration, weights: try Safetensors(path: folder + "/model.safetensors"), precision: .float32)
    let pass = GatePass(
      try Gate(path: folder + "/gate.safetensors", for: configuration), tokenCount: tokens.count)
    let recording = try decoder.prefill(
      tokens, chunkSize: chunkSize, onLayerInput: { _, states in pass.advance(states) })
    return Evidence(recording: recording, gate: pass.scores)
  }

  @Test func logitsAreThoseOfTheTrainingScript() throws {
    let prompts = try Self.expected().prompts
    #expect(prompts.map(\.tokens.count) == [1, 4, 75])
    for prompt in prompts {
      let found = try #require(try Self.run(prompt.tokens).gate).layers
      #expect(found.map { $0.map(\.count) } == prompt.logits.map { $0.map(\.count) })
      for (mine, theirs) in zip(found.joined().joined(), prompt.logits.joined().joined()) {
        #expect(abs(mine - theirs) < 1e-4)
      }
    }
  }

  @Test func chunksOfAPrefillDoNotChangeTheLogits() throws {
    let tokens = try #require(try Self.expected().prompts.last).tokens
    let whole = try #require(try Self.run(tokens).gate).layers.joined().joined()
    let pieces = try #require(try Self.run(tokens, chunkSize: 16).gate).layers.joined().joined()
    for (a, b) in zip(whole, pieces) { #expect(abs(a - b) < 1e-4) }
  }

  @Test(arguments: ["gate", "attentiongate", "gate/ada", "gate/global"])
  func policiesKeepTheLargestLogits(_ name: String) throws {
    let prompt = try #require(try Self.expected().prompts.last)
    let evidence = try Self.run(prompt.tokens)
    let policy = try Policy(parsing: name)
    #expect(policy.needs == [.gate])
    let kept = try policy.evict(evidence, budget: 9, granularity: .kvHead).kept
    #expect(kept.totalCount == 9 * 3 * 2)
    for (heads, rows) in zip(kept.positions, try #require(evidence.gate).layers) {
      for (head, logits) in zip(heads, rows) {
        let best = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(head.count)
        #expect(head == best.sorted())
      }
    }
  }

  @Test func policiesWithoutAGateSayWhatIsMissing() throws {
    let prompt = try #require(try Self.expected().prompts.last)
    let bare = Evidence(recording: try Self.run(prompt.tokens).recording)
    #expect(throws: EvidenceError.noGate(policy: "gate")) {
      try Policy(parsing: "gate").evict(bare, budget: 9, granularity: .kvHead)
    }
    #expect(String(describing: EvidenceError.noGate(policy: "gate")).contains("--gate"))
  }

  @Test func gatesOfOtherModelsAreRefusedWithBothSizes() throws {
    let path = try Self.folder() + "/gate.safetensors"
    let model = try ModelConfiguration(path: Places.embeddedModel + "/config.json")
    let error = #expect(throws: GateError.self) { try Gate(path: path, for: model) }
    let sentence = String(describing: try #require(error))
    #expect(sentence.contains("3 layers, 2 KV heads and width 24"))
    #expect(sentence.contains("5 layers, 4 KV heads and width 256"))
    #expect(sentence.hasPrefix(path))
  }

  @Test func otherFilesAreNoGates() throws {
    let path = try Self.folder() + "/model.safetensors"
    let error = #expect(throws: GateError.self) { try Gate(path: path) }
    #expect(String(describing: try #require(error)).contains("layers.0.input.weight"))
  }

  /// A gate's file with one tensor of another shape; the sentence names it.
  @Test(arguments: [
    ("last", "5, 20", "4, 25"), ("layers.1.value.weight", "2, 6, 20", "2, 20, 6"),
    ("layers.0.near", "20, 7", "70, 2"), ("layers.2.flag.bias", "2", "2, 1"),
  ])
  func tensorsThatDoNotFitAreNamed(_ tensor: String, _ shape: String, _ other: String) throws {
    let original = try Data(contentsOf: URL(fileURLWithPath: Self.folder() + "/gate.safetensors"))
    let length = Int(original[0]) | Int(original[1]) << 8
    let header = String(decoding: original[8..<8 + length], as: UTF8.self)
    let compact = shape.replacingOccurrences(of: " ", with: "")
    let changed = header.replacingOccurrences(
      of: "\"\(tensor)\":{\"dtype\":\"F32\",\"shape\":[\(compact)]",
      with: "\"\(tensor)\":{\"dtype\":\"F32\",\"shape\":[\(other)]")
    #expect(changed != header)
    let bytes = Data(changed.utf8)
    let folder = try ScratchFolder()
    let file = folder.url.appendingPathComponent("gate.safetensors")
    let size = Data([UInt8(bytes.count & 255), UInt8(bytes.count >> 8), 0, 0, 0, 0, 0, 0])
    try (size + bytes + original[(8 + length)...]).write(to: file)
    let error = #expect(throws: GateError.self) { try Gate(path: file.path) }
    #expect(String(describing: try #require(error)).contains("'\(tensor)'"))
  }
}
