import Foundation
import TestSupport
import Testing
@testable import Exploration

@Suite struct ExportTests {
  @Test func jsonHoldsEveryKeptPositionWithItsTokensBytes() async throws {
    let run = try await RunTests.tell(["laq(m=4)", "snapkv"], budget: 24)
    let export = try KeptExport(run)
    let json = try #require(
      try JSONSerialization.jsonObject(with: export.json()) as? [String: Any])
    #expect(json["schema"] as? String == "laq-tui.kept")
    #expect(json["version"] as? Int == 1)
    let prompt = try #require(json["prompt"] as? [String: Any])
    #expect(prompt["sha256"] as? String == run.prompt.hash)
    let tokens = try #require(prompt["tokens"] as? [[String: Any]])
    #expect(tokens.count == run.prompt.tokens.count)
    #expect(tokens.compactMap { $0["text"] as? String }.joined() == RunTests.text)
    let policies = try #require(json["policies"] as? [[String: Any]])
    #expect(policies.compactMap { $0["name"] as? String } == ["full", "laq(m=4)", "snapkv"])
    #expect((policies[1]["settings"] as? [String: String])?["m"] == "4")
    #expect(policies[1]["keptPerLayerAndHead"] as? [[[Int]]] == run.results[0].kept.positions)
  }

  @Test func csvHasARowPerKeptToken() async throws {
    let run = try await RunTests.tell(["snapkv"], budget: 16)
    let rows = String(decoding: try KeptExport(run).csv(), as: UTF8.self).split(separator: "\n")
    let full = try #require(run.full).kept.totalCount
    #expect(rows.count == 1 + full + run.results[0].kept.totalCount)
  }

  /// What has no result is no row less: it is named, with the reason.
  @Test func aPolicyWithoutAResultIsNamedWithItsReason() async throws {
    let run = try await RunTests.tell(["snapkv(w=4)", "snapkv(w=question)"], budget: 16)
    let reason = try #require(run.unavailable.first).reason
    let export = try KeptExport(run)
    let json = try #require(try JSONSerialization.jsonObject(with: export.json()) as? [String: Any])
    let expected = [["name": "snapkv(w=question)", "title": "SnapKV(w=question)", "reason": reason]]
    #expect(json["unavailable"] as? [[String: String]] == expected)
    let summary = try #require(try JSONSerialization.jsonObject(with: export.summary()) as? [String: Any])
    #expect(summary["unavailable"] as? [[String: String]] == expected)
    let rows = String(decoding: export.csv(), as: UTF8.self).split(separator: "\n")
    #expect(rows[0].hasSuffix(",score,unavailable"))
    #expect(rows.last == "\"snapkv(w=question)\",,,,,,,,\"\(reason.replacing("\"", with: "\"\""))\"")
    #expect(
      rows.dropLast().dropFirst().allSatisfy { $0.hasSuffix(",") && $0.count { $0 == "," } >= 8 })
    let all = try KeptExport(await RunTests.tell(["snapkv(w=4)"], budget: 16))
    #expect(!String(decoding: all.csv(), as: UTF8.self).contains("unavailable"))
    #expect(!String(decoding: try all.json(), as: UTF8.self).contains("unavailable"))
  }

  @Test func scoresStandBesideKeptTokensUnlessTheyAreKeptAnyway() async throws {
    let run = try await RunTests.tell(["snapkv(w=4)"], budget: 16)
    let result = run.results[0]
    let last = run.prompt.tokens.count - 1
    let rows = String(decoding: try KeptExport(run).csv(), as: UTF8.self).split(separator: "\n").map(
      String.init)
    let chosen = try #require(result.kept.positions[1][2].first)
    let score = try #require(result.scores).layers[1][2][chosen]
    #expect(rows.contains { $0.hasPrefix("\"snapkv(w=4)\",1,2,\(chosen),") && $0.hasSuffix(",\(score)") })
    #expect(rows.contains { $0.hasPrefix("\"snapkv(w=4)\",1,2,\(last),") && $0.hasSuffix(",") })
  }

  /// The schema stands beside the script that checks exports with `jsonschema`; here only its names and types
  /// are held to.
  @Test func jsonIsAsItsSchemaSays() async throws {
    let url = URL(fileURLWithPath: try Places.fixture("kept.schema.json", in: .module))
    let schema = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    let export = try KeptExport(await RunTests.tell(["laq(m=4)", "snapkv/ada+rerotate"], budget: 24))
    let json = try JSONSerialization.jsonObject(with: export.json())
    #expect(Self.complaints(json, schema, at: "$") == [])
    let without = try KeptExport(await RunTests.tell(["laq", "snapkv(w=question)"], budget: 24))
    #expect(Self.complaints(try JSONSerialization.jsonObject(with: without.json()), schema, at: "$") == [])
    #expect(
      Self.complaints(["schema": "laq-tui.kept", "more": 1], schema, at: "$").count == 7, "the check itself")
  }

  private static func complaints(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
    switch schema["type"] as? String {
    case "object":
      guard let object = value as? [String: Any] else { return ["\(path) is no object"] }
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      let others = schema["additionalProperties"] as? [String: Any]
      let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map {
        "\(path).\($0) is missing"
      }
      return missing
        + object.keys.sorted().flatMap { key -> [String] in
          guard let inner = properties[key] ?? others, let value = object[key] else {
            return ["\(path).\(key) is not described"]
          }
          return complaints(value, inner, at: "\(path).\(key)")
        }
    case "array":
      guard let array = value as? [Any], let inner = schema["items"] as? [String: Any] else {
        return ["\(path) is no list"]
      }
      return array.enumerated().flatMap { complaints($1, inner, at: "\(path)[\($0)]") }
    case "string": return value is String ? [] : ["\(path) is no text"]
    case "integer": return value is Int ? [] : ["\(path) is no whole number"]
    case "number": return value is Double ? [] : ["\(path) is no number"]
    default: return []
    }
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func promptHashesAreSHA256(_ text: String, _ digest: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == digest)
  }

  /// The padding changes where a message leaves less than nine bytes of a block.
  @Test(arguments: [1, 55, 56, 63, 64, 65, 119, 120, 128, 300]) func digestsOfPartsAreThoseOfTheWhole(
    _ count: Int
  ) {
    let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    for part in [1, 7, 64, 100] {
      var digest = SHA256()
      for start in stride(from: 0, to: count, by: part) {
        message[start..<min(start + part, count)].withUnsafeBytes { digest.append($0) }
      }
      #expect(digest.hexadecimal() == SHA256.hexadecimal(of: message))
    }
  }
}
