import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing

@testable import Exploration

/// Traces that are damaged, wrong or made to harm: a sentence names what is wrong, or the trace is told;
/// nothing traps.
@Suite struct TraceHostileTests {
  /// What opening a changed trace says; `nil` when it opens.
  private func problem(_ change: (inout TraceFixture) -> Void) async throws -> String? {
    var fixture = TraceFixture()
    change(&fixture)
    return try await TraceFixture.inFolder { folder in
      do {
        _ = try TraceFile(path: fixture.write(to: folder))
        return nil
      } catch {
        return String(describing: error)
      }
    }
  }

  /// Values of keys that cannot be, and the words that the sentence must have.
  @Test(arguments: [
    ("version", "2", ["version 2", "version 1"]), ("version", "null", ["version"]),
    ("layers", "0", ["laq_trace.layers", "from 1"]),
    ("layers", "3", ["attention"]), ("layers", "1e300", ["layers"]), ("query_heads", "-4", ["query_heads"]),
    ("kv_heads", "3", ["kv_heads", "divisor"]), ("head_dim", "9", ["[4, 40, 9]"]),
    ("head_dim", "4096", ["4096", "512"]),
    ("tokens", "41", ["tokens"]), ("tokens", "9223372036854775807", ["tokens"]),
    ("first_query", "41", ["first_query"]),
    ("first_query", "3", ["layers.0.queries"]), ("question_tokens", "50", ["question_tokens"]),
    ("rotary", "[0]", ["rotary"]),
    ("rotary", "[0, 1]", ["rotary_magnitude"]), ("rotary", "[0, -1]", ["rotary"]),
    ("rotary_magnitude", "[0]", ["rotary_magnitude"]),
    ("attention", #"[{"scale":0.1},{"scale":1e60}]"#, ["attention[1].scale"]),
    ("attention", #"[{"scale":0.1},{"scale":1,"window":0}]"#, ["attention[1].window"]),
    ("attention", #"[{"scale":0.1},{"scale":1,"softcap":-1}]"#, ["attention[1].softcap"]),
    (
      "lookaheads", #"[{"scorer":"snapkv","budget":0,"granularity":"kv","tokens":[2,3]}]"#,
      ["lookaheads[0].budget"]
    ),
    ("lookaheads", #"[{"scorer":"snapkv","budget":9,"granularity":"all","tokens":[2,3]}]"#, ["granularity"]),
    (
      "lookaheads", #"[{"scorer":"snapkv","budget":9,"granularity":"kv","tokens":[2,9]}]"#,
      ["lookaheads.0", "9"]
    ),
    (
      "lookaheads", #"[{"scorer":"snapkv","budget":9,"granularity":"kv","tokens":[2]}]"#,
      ["lookaheads.0.queries", "[1, 4, 8]"]
    ),
  ])
  func wrongMetadataIsNamed(_ key: String, _ value: String, _ words: [String]) async throws {
    let parsed = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    let sentence = try #require(await problem { $0.metadata[key] = parsed })
    #expect(words.allSatisfy(sentence.contains), "\(sentence)")
    #expect(sentence.contains("trace.safetensors"))
  }

  @Test func wrongTensorsAreNamed() async throws {
    typealias Tensor = TraceFixture.Tensor
    let cases: [(name: String, tensor: Tensor?, words: [String])] = [
      ("layers.1.keys", nil, ["layers.1.keys", "no tensor"]),
      ("layers.1.decode_queries", nil, ["layers.1.decode_queries"]),
      ("layers.0.values", TraceFixture.floats([1], [1]), ["layers.0.values", "[2, 40, 8]", "F32 [1]"]),
      (
        "layers.0.keys", TraceFixture.integers(Array(repeating: 1, count: 640), [2, 40, 8]),
        ["layers.0.keys", "I64"]
      ),
      ("tokens", TraceFixture.integers((0..<40).map { $0 == 7 ? 99 : 0 }, [40]), ["tokens", "99"]),
      ("tokens", TraceFixture.floats(Array(repeating: 0, count: 40), [40]), ["tokens", "I64 [40]"]),
      (
        "token_bytes", TraceFixture.integers(Array(repeating: 41, count: 80), [40, 2]),
        ["token_bytes", "40 bytes"]
      ),
      (
        "token_bytes", TraceFixture.integers((0..<80).map { 40 - $0 / 2 }, [40, 2]),
        ["token_bytes", "ascend"]
      ),
      ("text", nil, ["text"]),
      ("vocabulary.offsets", TraceFixture.integers([0, 3, 2, 3, 4, 5], [6]), ["vocabulary.offsets"]),
      ("vocabulary.offsets", TraceFixture.integers([0, 1, 2, 3, 4, 6], [6]), ["vocabulary.offsets", "6"]),
      ("vocabulary.ids", TraceFixture.integers([0, 1, 2, 2, 4], [5]), ["vocabulary.ids", "2 twice"]),
      ("vocabulary.ids", TraceFixture.integers([0, 1, 2, 3, -4], [5]), ["vocabulary.ids", "-4"]),
      ("rotary.0.frequencies", TraceFixture.floats([1, .infinity], [2]), ["rotary.0.frequencies", "inf"]),
      (
        "rotary.0.frequencies", TraceFixture.floats([1, 1, 1, 1, 1], [5]), ["rotary.0.frequencies", "1 to 4"]
      ),
      ("answer", TraceFixture.integers([2], [1]), ["answer_top_ids"]),
      (
        "answer_top_logits", TraceFixture.floats([3, .nan, 3, 1, 3, 1, 3, 1], [4, 2]),
        ["answer_top_logits", "nan"]
      ),
      ("answer_log_sum_exp", nil, ["answer_log_sum_exp"]),
      ("layers.1.log_sum_exp", TraceFixture.floats([1], [1]), ["layers.1.log_sum_exp", "[4, 40]"]),
    ]
    for (name, tensor, words) in cases {
      let sentence = try await problem { $0.tensors[name] = tensor } ?? "it opens"
      #expect(words.allSatisfy(sentence.contains), "\(name): \(sentence)")
    }
  }

  @Test func overlappingTokensDoNotFillTheMemory() async throws {
    let sentence = try await problem { fixture in
      fixture.tensors["text"] = .init(
        type: "U8", shape: [600_000], bytes: Array(repeating: 97, count: 600_000))
      fixture.tensors["token_bytes"] = TraceFixture.integers((0..<80).map { $0 % 2 * 600_000 }, [40, 2])
    }
    #expect(
      sentence?.contains(
        "'token_bytes' should hold tokens of at most 16777216 bytes together, and holds 24000000") == true,
      "\(sentence ?? "")")
  }

  @Test func filesThatDisagreeAreNamed() async throws {
    try await TraceFixture.inFolder { folder in
      let path = try TraceFixture().write(to: folder, sharded: true)
      var other = TraceFixture()
      other.metadata["model"] = "another"
      try Data(other.file { $0.hasPrefix("layers.1.") }.bytes).write(to: folder.appendingPathComponent("two"))
      let two = folder.appendingPathComponent("two").path
      #expect(throws: TraceError.disagreement(file: two, other: folder.appendingPathComponent("one").path)) {
        try TraceFile(path: path)
      }
      try FileManager.default.removeItem(atPath: two)
      #expect { try TraceFile(path: path) } throws: { "\($0)".contains("it is missing") }
    }
  }

  @Test func weightsAreNoTraceAndTextsAreNoneEither() async throws {
    try await TraceFixture.inFolder { folder in
      func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let path = folder.appendingPathComponent(name).path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
      }
      let weights = try write([2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "a.txt")
      #expect(TraceDetection.isTrace(weights))
      #expect(throws: TraceError.notATrace(file: weights)) { try TraceFile(path: weights) }
      for text in ["", "{", "A text.", "{\"weight_map\": {\"a\": \"b\"}}", "\0\0\0\0\0\0\0\0text"] {
        #expect(!TraceDetection.isTrace(try write(Array(text.utf8), "trace.safetensors")), "\(text)")
      }
      #expect(!TraceDetection.isTrace(folder.path) && !TraceDetection.isTrace(folder.path + "/none"))
    }
  }

  /// The bytes of the header changed in turn, cuts at each of them, and several changes at once.
  @Test func changedTracesAreRefusedOrTold() async throws {
    let (whole, header) = try TraceFixture().file()
    var generator = SeededGenerator(seed: 3)
    var valid = 0
    try await TraceFixture.inFolder { folder in
      let path = folder.appendingPathComponent("trace.safetensors").path
      func attempt(_ bytes: [UInt8]) async throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do {
          let trace = try TraceFile(path: path)
          valid += 1
          let policies = ["laq++", "snapkv(w=8)", "h2o", "expected", "oracle"].compactMap { Policy($0) }
          guard valid % 20 == 0 else { return }
          let run = await RunEngine(trace).run(
            trace.makeRun(ExplorationSettings(budget: 12, policies: policies)))
          #expect(run.isFinished)
        } catch is TraceError {
        } catch is CheckpointError {
        }
      }
      for place in Sample.oneIn(3, of: Array(0..<header)) {
        var bytes = whole
        bytes[place] = place % 3 == 0 ? bytes[place] ^ 1 : UInt8.random(in: 0...255, using: &generator)
        try await attempt(bytes)
        if place % 8 == 0 { try await attempt(Array(whole[..<place])) }
      }
      for _ in 0..<(Sample.isExhaustive ? 2_000 : 150) {
        var bytes = whole
        for _ in 0...3 {
          let place = Int.random(in: 8..<header, using: &generator)
          bytes[place] = bytes[Int.random(in: 8..<header, using: &generator)]
        }
        try await attempt(bytes)
      }
    }
    #expect(valid > (Sample.isExhaustive ? 100 : 40))
  }

  /// Numbers that no model should have: every policy ends, and keeps positions of the prompt by finite scores,
  /// or says that it has none.
  @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
  func oddNumbersAreTold(_ number: Float) async throws {
    for suffix in ["queries", "keys", "values", "decode_queries", "projection"] {
      var fixture = TraceFixture()
      for (name, tensor) in fixture.tensors where name.hasSuffix(suffix) {
        for place in stride(from: 0, to: tensor.bytes.count, by: 52) {
          withUnsafeBytes(of: number.bitPattern) {
            fixture.tensors[name]?.bytes.replaceSubrange(place..<place + 4, with: $0)
          }
        }
      }
      let run = try await TraceFormatTests.tell(fixture, TraceRoundTripTests.names)
      #expect(run.stage == .done)
      let refused = run.unavailable.filter { $0.reason.contains("no finite number") }
      #expect(run.results.count + refused.count > 30)
      for result in run.results {
        #expect(result.kept.tokenCount == TraceFixture.tokens)
        guard let scores = result.scores else { continue }
        for (layer, heads) in result.kept.positions.enumerated() {
          for head in heads.indices {
            let ranked = scores.rankedScores(layer: layer, head: head)
            let odd = ranked.indices.filter { !ranked[$0].isFinite }
            #expect(odd == scores.protected(layer: layer, head: head), "\(result.policy)")
          }
        }
      }
    }
  }
}
