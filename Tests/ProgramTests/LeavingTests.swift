import Foundation
import KeyStorm
import TestSupport
import Testing

/// Leaving while the engine works, and being left by a file.
@Suite(.serialized) struct LeavingTests {
  private let text: QuickText

  init() throws { text = try QuickText(repeats: 45) }

  /// At whatever moment: libraries are not taken apart while a thread is in them. `LAQ_QUITS` sets how often.
  @Test func quittingWhileTheEngineWorksIsASuccess() throws {
    let count = ProcessInfo.processInfo.environment["LAQ_QUITS"].flatMap { Int($0) } ?? 25
    var generator = FixedGenerator(seed: UInt64(count))
    for round in 0..<count {
      let session = try TerminalSession([text.path])
      #expect(session.shows("[1 Text]"))
      usleep(UInt32(generator.next(below: 800_000)))
      session.type("q")
      #expect(session.status() == 0, "round \(round)")
      #expect(session.screen.isRestored)
    }
  }

  /// A trace is read as far as screens ask for it.
  @Test func aTraceThatShrinksWhileItIsOpenIsNamed() throws {
    let folder = try ScratchFolder()
    let trace = folder.path("trace.safetensors")
    #expect(
      try Program.run([text.path, "--policy", "streaming", "--steps", "2", "--record", trace]).status == 0)
    let session = try TerminalSession([
      trace, "--policy", "streaming", "--policy", "snapkv", "--budget",
      "16",
    ])
    #expect(session.waits(for: "a trace of"))
    #expect(truncate(trace, 4_096) == 0)
    // Another budget is chosen from the keys and queries, another view draws them.
    session.type("B2]r")
    #expect(session.status() == 1)
    #expect(session.screen.isRestored)
    let last = session.output.components(separatedBy: "\u{1B}[?1049l").last ?? ""
    #expect(last.contains("laq-tui: \(trace): this file became shorter while it was open"))
  }
}
