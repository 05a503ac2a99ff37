import Checkpoint
import Eviction
import Foundation
import Testing
import Transformer

@testable import Exploration

/// Traces in every number format, in parts, and without what is optional.
@Suite struct TraceFormatTests {
  static let policies = [
    "laq", "laq++", "snapkv(w=8)", "h2o", "cur", "lagkv(lag=8)", "expected", "knorm", "oracle",
  ]

  /// Opens a trace and tells its run.
  static func tell(
    _ fixture: TraceFixture, _ names: [String] = policies, budget: Int = 12, sharded: Bool = false,
    shift: Int = 0
  ) async throws -> Run {
    try await TraceFixture.inFolder { folder in
      let path = try fixture.write(to: folder, sharded: sharded, shift: shift)
      #expect(TraceDetection.isTrace(path))
      let trace = try TraceFile(path: path)
      return await RunEngine(trace).run(
        trace.makeRun(ExplorationSettings(budget: budget, policies: names.compactMap { Policy($0) })))
    }
  }

  static func kept(_ run: Run) -> [String: KeptTokens] {
    Dictionary(uniqueKeysWithValues: run.results.map { ($0.policy.name, $0.kept) })
  }

  /// The largest difference of two results' scores, relative to those above 1.
  private static func difference(_ one: PolicyResult, _ other: PolicyResult) throws -> Float {
    let (a, b) = (try #require(one.scores), try #require(other.scores))
    var largest: Float = 0
    for (x, y) in zip(a.layers.joined().joined(), b.layers.joined().joined()) {
      largest = max(largest, abs(x - y) / max(1, abs(y)))
    }
    return largest
  }

  @Test func numberFormatsPartsAndPlacesAreTheSame() async throws {
    let whole = try await Self.tell(TraceFixture())
    #expect(
      whole.stage == .done && whole.unavailableReasons.isEmpty && whole.results.count == Self.policies.count)
    for (type, sharded, shift) in [
      ("F16", false, 0), ("BF16", false, 0), ("F32", true, 0), ("F32", false, 3), ("BF16", true, 0),
    ] {
      let other = try await Self.tell(TraceFixture(type: type), sharded: sharded, shift: shift)
      #expect(other.stage == .done)
      // Products of bf16 numbers are added up in another order: a score may differ by a rounding, a set by a
      // tie.
      for result in other.results {
        let same = try #require(whole.results.first { $0.policy == result.policy })
        #expect(try Self.difference(result, same) < 1e-3, "\(type) \(result.policy)")
        if type != "BF16" { #expect(result.kept == same.kept, "\(type) \(result.policy)") }
      }
    }
  }

  @Test func whatIsNotRecordedIsSaidByName() async throws {
    var fixture = TraceFixture()
    let names = fixture.tensors.keys
    for name in names where name.hasSuffix("values") || name.contains("decode") || name.contains("projection")
    {
      fixture.tensors[name] = nil
    }
    fixture.metadata["rotary"] = nil
    let run = try await Self.tell(fixture, Self.policies + ["snapkv+critical", "kvzip", "gate"])
    func obstacle(_ name: String) -> String { Policy(name).flatMap { run.unavailableReasons[$0] } ?? "" }
    #expect(obstacle("cur").contains("values") && obstacle("lagkv(lag=8)").contains("values"))
    #expect(obstacle("snapkv+critical").contains("o_proj") && obstacle("kvzip").contains("second pass"))
    #expect(
      obstacle("expected").contains("values") && obstacle("oracle").contains("answer")
        && obstacle("gate").contains("gate"))
    #expect(
      run.results.count == 5 && run.results.allSatisfy { $0.agreement == nil } && run.figures == nil)
  }

  @Test func normsStandForValues() async throws {
    var fixture = TraceFixture()
    let count = TraceFixture.tokens * TraceFixture.kvHeads
    let wanted = try await Self.tell(fixture, ["cur", "noncausal"])
    for layer in 0..<TraceFixture.layers {
      let values = try #require(wanted.recording?.layers[layer].values)
      let norms = (0..<count).map { index -> Float in
        let value = values.floats(index * TraceFixture.dimension..<(index + 1) * TraceFixture.dimension)
        return value.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      }
      fixture.tensors["layers.\(layer).values"] = nil
      fixture.tensors["layers.\(layer).value_norms"] = TraceFixture.floats(
        norms, [TraceFixture.kvHeads, TraceFixture.tokens])
    }
    let run = try await Self.tell(fixture, ["cur", "noncausal"])
    #expect(Self.kept(run) == Self.kept(wanted) && run.results.count == 2)
  }

  @Test func knownAndUnknownNormalisersGiveTheSame() async throws {
    var fixture = TraceFixture()
    let unknown = try await Self.tell(fixture, ["h2o", "snapkv(w=8)"])
    let recording = try #require(unknown.recording)
    for layer in 0..<TraceFixture.layers {
      var sums: [Float] = []
      for head in 0..<TraceFixture.queryHeads {
        for position in 0..<TraceFixture.tokens {
          sums.append(Self.logSumExp(recording, layer: layer, head: head, position: position))
        }
      }
      // A single one that is not known has the head's computed anew.
      if layer == 1 { sums[17] = .nan }
      fixture.tensors["layers.\(layer).log_sum_exp"] = TraceFixture.floats(
        sums, [TraceFixture.queryHeads, TraceFixture.tokens])
    }
    let known = try await Self.tell(fixture, ["h2o", "snapkv(w=8)"])
    for (one, other) in zip(known.results, unknown.results) {
      #expect(try Self.difference(one, other) < 1e-4)
    }
  }

  /// From the definition.
  private static func logSumExp(_ recording: Recording, layer: Int, head: Int, position: Int) -> Float {
    let size = TraceFixture.dimension
    let query = recording.queries(layer: layer, queryHead: head)[position * size..<(position + 1) * size]
    let keys = recording.keys(layer: layer, kvHead: head / recording.shape.groupSize)
    let rule = recording.rules[layer]
    var total = 0.0
    for key in rule.firstVisible(at: position)...position {
      let product =
        zip(query, keys[key * size..<(key + 1) * size]).reduce(Float(0)) { $0 + $1.0 * $1.1 } * rule.scale
      total += exp(Double(rule.softCap.map { $0 * tanh(product / $0) } ?? product))
    }
    return Float(log(total))
  }

  @Test func queriesOfWindowsServeWhoLooksAtNoMore() async throws {
    var fixture = TraceFixture()
    let wanted = try await Self.tell(fixture)
    // Bytes of a head's vectors, and of those that are left out.
    let (width, cut) = (TraceFixture.tokens * TraceFixture.dimension * 4, 24 * TraceFixture.dimension * 4)
    for layer in 0..<TraceFixture.layers {
      let all = try #require(fixture.tensors["layers.\(layer).queries"]).bytes
      var rows: [UInt8] = []
      for head in 0..<TraceFixture.queryHeads { rows += all[head * width + cut..<(head + 1) * width] }
      let shape = [TraceFixture.queryHeads, TraceFixture.tokens - 24, TraceFixture.dimension]
      fixture.tensors["layers.\(layer).queries"] = .init(type: "F32", shape: shape, bytes: rows)
    }
    fixture.metadata["first_query"] = 24
    let run = try await Self.tell(fixture)
    #expect(run.unavailableReasons.keys.map(\.name).sorted() == ["expected", "h2o"])
    #expect(Self.kept(run) == Self.kept(wanted).filter { !["h2o", "expected"].contains($0.key) })
    // SnapKV's own 32 rows are more than the 16 that are there.
    #expect(run.results.first { $0.policy.name == "laq" }?.lookahead?.cheap == nil)
  }

  @Test func aLookaheadOfOtherSettingsIsTakenAndNamed() async throws {
    let run = try await Self.tell(
      TraceFixture(), ["laq", "laq(m=2)", "laq(m=1,cheap=streaming)"], budget: 16)
    func mismatch(_ index: Int) -> String? { run.results[index].lookahead?.mismatch }
    #expect(
      mismatch(0) == "recorded with B=12, snapkv(w=32), m=2"
        && mismatch(1) == "recorded with B=12, snapkv(w=32)"
        && mismatch(2) == "recorded with B=12, snapkv(w=32)")
    #expect(
      run.results[2].lookahead?.queries.count == 1 && run.results[2].lookahead?.pseudo.tokens == [2])
    var fixture = TraceFixture()
    fixture.metadata["lookaheads"] = [[String: Any]]()
    let none = try await Self.tell(fixture, ["laq"])
    #expect(none.results.isEmpty && none.unavailableReasons.count == 1)
  }

  @Test func anotherBudgetScoresAnewAndKeepsTheDecodeAttention() async throws {
    try await TraceFixture.inFolder { folder in
      let trace = try TraceFile(path: TraceFixture().write(to: folder))
      let engine = RunEngine(trace)
      var settings = ExplorationSettings(
        budget: 12, policies: ["snapkv(w=8)", "laq"].compactMap { Policy($0) })
      let first = await engine.run(trace.makeRun(settings))
      settings.budget = 16
      let second = await engine.run(first.anew(trace.makeRun(settings).settings), earlier: first)
      #expect(
        second.decodeMass?.layers == first.decodeMass?.layers
          && second.results.allSatisfy { $0.kept.positions[0][0].count == 16 })
      let keys = settings.policies.map { BudgetSweep.Key(policy: $0, granularity: .kvHead) }
      let sweep = await engine.sweep(BudgetSweep(), keys, of: second)
      #expect(
        keys.allSatisfy { sweep.isComplete($0, of: second) && sweep.unavailable.isEmpty }
      )
      #expect(sweep.points(keys[0]).first { $0.budget == 16 }?.massRecall == second.results[0].massRecall)
      let policy = settings.policies[0]
      #expect(throws: WhyError.needsModel) { try WhyFinding(second, policy: policy) }
    }
  }
}
