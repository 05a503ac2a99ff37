import Foundation
import Testing
@testable import Exploration

@Suite struct ExportTests {
  @Test func jsonHoldsEveryKeptPositionWithItsTokensBytes() async throws {
    let story = try await StoryTests.tell(["laq(m=4)", "snapkv"], budget: 24)
    let export = try KeptExport(story)
    let json = try #require(
      try JSONSerialization.jsonObject(with: export.json()) as? [String: Any])
    #expect(json["schema"] as? String == "laq-tui.kept")
    #expect(json["version"] as? Int == 1)
    let prompt = try #require(json["prompt"] as? [String: Any])
    #expect(prompt["sha256"] as? String == story.prompt.hash)
    let tokens = try #require(prompt["tokens"] as? [[String: Any]])
    #expect(tokens.count == story.prompt.tokens.count)
    #expect(tokens.compactMap { $0["text"] as? String }.joined() == StoryTests.text)
    let policies = try #require(json["policies"] as? [[String: Any]])
    #expect(policies.compactMap { $0["name"] as? String } == ["full", "laq(m=4)", "snapkv"])
    #expect((policies[1]["settings"] as? [String: String])?["m"] == "4")
    #expect(policies[1]["keptPerLayerAndHead"] as? [[[Int]]] == story.lanes[0].kept.positions)
  }

  @Test func csvHasARowPerKeptToken() async throws {
    let story = try await StoryTests.tell(["snapkv"], budget: 16)
    let rows = String(decoding: try KeptExport(story).csv(), as: UTF8.self).split(separator: "\n")
    let full = try #require(story.full).kept.totalCount
    #expect(rows.count == 1 + full + story.lanes[0].kept.totalCount)
  }

  @Test func neverReplacesAFileUnasked() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let export = try KeptExport(await StoryTests.tell(["streaming"], budget: 16))
    let path = folder.appendingPathComponent("kept.json").path
    try export.write(to: path)
    let written = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(throws: ExportError.exists(path)) { try export.write(to: path) }
    try export.write(to: path, replacing: true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == written)
    let other = folder.appendingPathComponent("kept.xml").path
    #expect(throws: ExportError.unknownFormat(other, ending: "xml")) { try export.write(to: other) }
    #expect(throws: ExportError.self) { try export.write(to: folder.path + "/none/kept.json") }
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
}
