import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing

@testable import Exploration

/// What presses of kvpress kept where a trace was recorded is in the trace, and is a policy among the others;
/// what cannot be is refused with the tensor's name.
@Suite struct TracePressesTests {
  private typealias Tensor = TraceFixture.Tensor
  private static let size = TraceFixture.layers * TraceFixture.kvHeads * TraceFixture.tokens

  private static func bytes(_ bytes: [UInt8]) -> Tensor {
    Tensor(type: "U8", shape: [bytes.count], bytes: bytes)
  }

  /// A trace with two presses, of which a test changes something.
  private func trace(_ change: (inout TraceFixture) -> Void = { _ in }) async throws -> TraceFile {
    var fixture = TraceFixture()
    for (index, name) in ["snapkv(compression_ratio=0.5)", "laq(budget=4)"].enumerated() {
      fixture.tensors["presses.\(index).name"] = Self.bytes(Array(name.utf8))
      fixture.tensors["presses.\(index).kept"] = Self.bytes(
        (0..<Self.size).map { $0 % (2 + index) == 0 ? 1 : 0 })
    }
    change(&fixture)
    return try await TraceFixture.inFolder { try TraceFile(path: fixture.write(to: $0)) }
  }

  @Test func theyArePoliciesWithTheirSets() async throws {
    let maps = try await trace().presses
    #expect(maps.map(\.name) == ["snapkv(compression_ratio=0.5)", "laq(budget=4)"])
    let (heads, count) = (TraceFixture.kvHeads, TraceFixture.tokens)
    for (index, map) in maps.enumerated() {
      for layer in 0..<TraceFixture.layers {
        for head in 0..<heads {
          let start = (layer * heads + head) * count
          #expect(
            map.kept.positions[layer][head] == (0..<count).filter { (start + $0) % (2 + index) == 0 })
        }
      }
      #expect(Policy(keeping: map).name == map.name && map.source.contains("press \(index + 1)"))
    }
  }

  @Test func theEngineShowsThem() async throws {
    let trace = try await trace()
    let settings = ExplorationSettings(budget: 12, policies: trace.presses.map(Policy.init(keeping:)))
    let run = await RunEngine(trace).run(trace.makeRun(settings))
    let result = try #require(run.results.first { $0.policy.map === trace.presses[0] })
    #expect(result.kept.positions == trace.presses[0].kept.positions && result.recall != nil)
  }

  @Test func aTraceWithoutThemHasNone() async throws {
    let trace = try await trace { fixture in
      fixture.tensors = fixture.tensors.filter { !$0.key.hasPrefix("presses") }
    }
    #expect(trace.presses.isEmpty)
  }

  @Test func whatCannotBeIsNamed() async throws {
    let cases: [(name: String, tensor: Tensor?, words: [String])] = [
      (
        "presses.0.kept", Self.bytes(Array(repeating: 1, count: Self.size - 1)),
        ["presses.0.kept", "159 bytes"]
      ),
      ("presses.1.kept", Self.bytes(Array(repeating: 2, count: Self.size)), ["presses.1.kept", "holds 2"]),
      ("presses.1.kept", nil, ["no tensor 'presses.1.kept'"]), ("presses.0.name", nil, ["presses.0.name"]),
      ("presses.0.name", Self.bytes([0xFF]), ["presses.0.name", "UTF-8"]),
      ("presses.0.name", Self.bytes([]), ["presses.0.name", "0 bytes"]),
      ("presses.0.name", Self.bytes(Array(repeating: 65, count: 2000)), ["presses.0.name", "2000 bytes"]),
      ("presses.0.kept", TraceFixture.floats([1], [1]), ["presses.0.kept", "F32"]),
    ]
    for one in cases {
      await #expect {
        _ = try await self.trace { $0.tensors[one.name] = one.tensor }
      } throws: { error in
        one.words.allSatisfy("\(error)".contains)
      }
    }
  }
}
