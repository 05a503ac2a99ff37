import KeyStorm
import TestSupport
import Testing

@testable import Exploration
@testable import Screen
@testable import Views

/// Whatever is pressed at whatever size: nothing traps or hangs, and a screen is drawn as asked.
///
/// 8,000 keys here, 40,000 at night; `laq-bench --keys 100000` presses more, on texts that passed through a
/// model, and holds every key to 100 milliseconds.
@Suite struct RandomKeysTests {
  /// A debug build on a busy machine draws in tenths of a second; what takes this long hangs.
  private static let longest = 10.0

  @Test(arguments: 0..<4)
  func neverTrapAndAlwaysFillTheScreen(_ seed: Int) {
    let count = Sample.isExhaustive ? 10_000 : 2_000
    var storm = KeyStorm(runs: Self.runs(), finding: RunFixture.finding, seed: UInt64(seed + 1))
    let report = storm.run(keys: count, keysPerFrame: 4)
    #expect(report.fault == nil)
    #expect(report.keys >= count && report.frames > count / 5)
    #expect(report.seconds.max() ?? 0 < Self.longest, "\(report.slowest)")
  }

  @Test func equalSeedsPressEqualKeys() {
    let reports = (0..<2).map { _ in
      var storm = KeyStorm(runs: [RunFixture.run], seed: 9)
      return storm.run(keys: 50)
    }
    #expect(reports[0].keys == reports[1].keys && reports[0].frames == reports[1].frames)
  }

  /// The same prompt's run at its stages, and hostile texts.
  private static func runs() -> [Run] {
    let done = RunFixture.run
    var runs = [done]
    func add(_ stage: Run.Stage, _ change: (inout Run) -> Void) {
      var run = done
      run.stage = stage
      change(&run)
      runs.append(run)
    }
    add(.decode(step: 2)) { run in
      for index in run.results.indices { run.results[index].answer = Continuation() }
    }
    add(.lookahead(step: 3)) { ($0.results, $0.decodeMass) = ([], nil) }
    add(.cancelled) { ($0.results, $0.decodeMass) = (Array($0.results.prefix(1)), nil) }
    add(.failed("the disk is full")) { run in
      (run.results, run.decodeMass, run.recording, run.full, run.decodeQueries) = (
        [], nil, nil, nil, nil
      )
    }
    add(.opening) { run in
      (run.results, run.decodeMass, run.recording, run.full, run.decodeQueries) = (
        [], nil, nil, nil, nil
      )
    }
    // A prefill that was stopped: the same prompt with fewer layers.
    runs.append(RunFixture.interrupted)
    runs.append(RunFixture.withoutPolicies)
    for name in ["escape sequences", "zeros", "direction marks", "marks on nothing", "one byte"] {
      runs.append(
        RunFixture.makeRun(
          RunFixture.prompt(HostileTexts.all[name] ?? [], name: "a\u{1B}[2J\u{202E}\n\(name)"), budget: 16))
    }
    return runs
  }

  /// Another run may have fewer layers, tokens and policies than where one is.
  @Test func whatIsChosenIsAlwaysInTheRun() {
    let small = RunFixture.makeRun(RunFixture.prompt(Array("A".utf8)), budget: 16)
    let runs = [RunFixture.run, RunFixture.interrupted, RunFixture.withoutPolicies, small]
    for first in runs {
      for second in runs {
        var state = ViewState(run: first)
        (state.cursor.layer, state.cursor.head, state.cursor.selectionStart) = (
          1, 3, first.prompt.tokens.count - 1
        )
        state.run = second
        for view in ViewState.View.allCases {
          state.display.view = view
          state.settle()
          #expect(ScreenChecks.isClean(state.draw(size: Size(width: 100, height: 30))))
          #expect(
            state.missingDetails.allSatisfy(\.needsEngine)
              || second.recording == nil)
        }
        let shape = second.recording?.shape ?? RunFixture.shape
        #expect(
          state.cursor.layer < shape.layerCount && state.cursor.head < shape.queryHeadCount
            && state.cursor.position < second.prompt.tokens.count)
      }
    }
  }

  /// What the storm looks for is found.
  @Test func aSteeringCellIsSeen() {
    var grid = Grid(Size(width: 4, height: 1))
    #expect(ScreenChecks.isClean(grid))
    grid.put("\u{2028}", row: 0, column: 0)
    #expect(ScreenChecks.isClean(grid))
    grid[0, 0] = Cell(glyph: "\u{1B}", width: 1, style: .plain)
    #expect(!ScreenChecks.isClean(grid))
  }
}
