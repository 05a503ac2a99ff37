import Foundation
import Testing

@Suite(.serialized) struct CommandLineTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func file(_ name: String, _ text: [UInt8]) throws -> String {
    let url = folder.appendingPathComponent(name)
    try Data(text).write(to: url)
    return url.path
  }

  private static let short = """
    The passcode of Temley is amber lantern. The old mill was quiet.

    Question: What is the passcode of Temley?
    Answer:
    """

  @Test func printsATextScreenOfTheAskedSize() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run([path, "--screen", "text", "--size", "100x30", "--budget", "16"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count(where: { $0.hasPrefix("│") || $0.hasPrefix("┌") || $0.hasPrefix("├") || $0.hasPrefix("└") }) == 29)
    #expect(outcome.output.contains("[1 Text]"))
    #expect(outcome.output.contains("amber lantern"))
    #expect(!outcome.output.contains("\u{1B}"))
  }

  @Test func playsKeysBeforeItPrints() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run([path, "--screen", "text", "--keys", "2", "--budget", "16", "--ascii"])
    #expect(outcome.output.contains("[2 Heatmap]"))
    #expect(outcome.output.unicodeScalars.allSatisfy { $0.isASCII })
  }

  @Test func readsStandardInput() throws {
    let outcome = try Program.run(["-", "--screen", "text"], input: Self.short)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("standard input"))
  }

  @Test func threadsDoNotChangeTheExport() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let exports = try ["1", "2"].map { threads in
      let target = folder.appendingPathComponent("kept-\(threads).json").path
      let outcome = try Program.run(
        [path, "--export", target, "--budget", "16"], environment: ["OMP_NUM_THREADS": threads])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try Data(contentsOf: URL(fileURLWithPath: target))
    }
    #expect(exports[0] == exports[1])
  }

  @Test func worksWithoutBFloat16() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run(
      [path, "--screen", "text"], environment: ["ONEDNN_MAX_CPU_ISA": "AVX2", "DNNL_MAX_CPU_ISA": "AVX2"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("amber lantern"))
  }

  @Test func withoutATerminalItSaysWhatToDo() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run([path])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--screen"))
    #expect(outcome.output.isEmpty)
  }

  @Test func wrongUsageEndsWith64() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    for arguments in [
      [], [path, "--budget", "0"], [path, "--policy", "snapkvv"], [path, "--policy", "laq(m=0)"],
      [path, "--size", "big"], [path, "--keys", "<Nope>"], [path, "--theme", "neon"], [path, "--nonsense"],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
      #expect(!outcome.errors.isEmpty)
    }
    #expect(try Program.run([path, "--policy", "snapkvv"]).errors.contains("snapkv"))
  }

  @Test func badTextsGiveASentenceAndStatus1() throws {
    let long = try file("long.txt", Array(String(repeating: "The old mill. ", count: 2000).utf8))
    let cases = [
      ("/nowhere/x.txt", "no such file"), (folder.path, "folder"),
      (try file("empty.txt", []), "empty"), (long, "tokens"),
    ]
    for (path, words) in cases {
      let outcome = try Program.run([path, "--screen", "text"])
      #expect(outcome.status == 1, "\(path)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func hostileBytesAreShownNotSent() throws {
    let bytes: [UInt8] = Array("a\u{1B}[2Jb\u{202E}c".utf8) + [0, 0xFF, 0xE9, 0x80, 0x0A] + Array("鍵 é\n".utf8)
    let outcome = try Program.run([try file("hostile.bin", bytes), "--screen", "text"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.output.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    #expect(outcome.output.contains("<FF>"))
  }

  @Test func badModelsNameTheFile() throws {
    let text = try file("short.txt", Array(Self.short.utf8))
    let source = Program.root.appendingPathComponent("Sources/EmbeddedModel/Resources/model")
    func broken(_ name: String, _ change: (URL) throws -> Void) throws -> String {
      let model = folder.appendingPathComponent(name)
      try FileManager.default.copyItem(at: source, to: model)
      try change(model)
      return model.path
    }
    let truncated = try broken("truncated") { model in
      let file = model.appendingPathComponent("model.safetensors")
      try Data(contentsOf: file).prefix(100_000).write(to: file)
    }
    let mismatched = try broken("mismatched") { model in
      let file = model.appendingPathComponent("config.json")
      let json = try String(contentsOf: file, encoding: .utf8)
      try Data(json.replacingOccurrences(of: "\"intermediate_size\": 512", with: "\"intermediate_size\": 513").utf8).write(to: file)
    }
    let noWeights = try broken("no-weights") { model in
      try FileManager.default.removeItem(at: model.appendingPathComponent("model.safetensors"))
    }
    for (model, words) in [
      (truncated, "model.safetensors"), (mismatched, "shape"), (noWeights, "model.safetensors"),
      (folder.path + "/none", "config.json"),
    ] {
      let outcome = try Program.run([text, "--model", model, "--screen", "text"])
      #expect(outcome.status == 1, "\(model)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }
}
