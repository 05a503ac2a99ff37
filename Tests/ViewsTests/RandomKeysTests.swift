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
    var storm = KeyStorm(stories: Self.stories(), finding: StoryFixture.finding, seed: UInt64(seed + 1))
    let report = storm.run(keys: count, keysPerFrame: 4)
    #expect(report.fault == nil)
    #expect(report.keys >= count && report.frames > count / 5)
    #expect(report.seconds.max() ?? 0 < Self.longest, "\(report.slowest)")
  }

  @Test func equalSeedsPressEqualKeys() {
    let reports = (0..<2).map { _ in
      var storm = KeyStorm(stories: [StoryFixture.story], seed: 9)
      return storm.run(keys: 50)
    }
    #expect(reports[0].keys == reports[1].keys && reports[0].frames == reports[1].frames)
  }

  /// The same prompt's story at its stages, and hostile texts.
  private static func stories() -> [Run] {
    let done = StoryFixture.story
    var stories = [done]
    func add(_ stage: Run.Stage, _ change: (inout Run) -> Void) {
      var story = done
      story.stage = stage
      change(&story)
      stories.append(story)
    }
    add(.decode(step: 2)) { story in
      for index in story.results.indices { story.results[index].answer = Continuation() }
    }
    add(.lookahead(step: 3)) { ($0.results, $0.trueMass) = ([], nil) }
    add(.cancelled) { ($0.results, $0.trueMass) = (Array($0.results.prefix(1)), nil) }
    add(.failed("the disk is full")) { story in
      (story.results, story.trueMass, story.recording, story.full, story.decodeQueries) = (
        [], nil, nil, nil, nil
      )
    }
    add(.opening) { story in
      (story.results, story.trueMass, story.recording, story.full, story.decodeQueries) = (
        [], nil, nil, nil, nil
      )
    }
    // A prefill that was stopped: the same prompt with fewer layers.
    stories.append(StoryFixture.interrupted)
    stories.append(StoryFixture.withoutPolicies)
    for name in ["escape sequences", "zeros", "direction marks", "marks on nothing", "one byte"] {
      stories.append(
        StoryFixture.makeStory(
          StoryFixture.prompt(HostileTexts.all[name] ?? [], name: "a\u{1B}[2J\u{202E}\n\(name)"), budget: 16))
    }
    return stories
  }

  /// Another story may have fewer layers, tokens and policies than where one is.
  @Test func whatIsChosenIsAlwaysInTheStory() {
    let small = StoryFixture.makeStory(StoryFixture.prompt(Array("A".utf8)), budget: 16)
    let stories = [StoryFixture.story, StoryFixture.interrupted, StoryFixture.withoutPolicies, small]
    for first in stories {
      for second in stories {
        var state = ViewState(story: first)
        (state.layer, state.head, state.selectionStart) = (1, 3, first.prompt.tokens.count - 1)
        state.story = second
        for view in ViewState.View.allCases {
          state.view = view
          state.settle()
          #expect(ScreenChecks.isClean(state.draw(size: Size(width: 100, height: 30))))
          #expect(
            state.missingDetails.allSatisfy { if case .sweep = $0 { true } else { false } }
              || second.recording == nil)
        }
        let shape = second.recording?.shape ?? StoryFixture.shape
        #expect(
          state.layer < shape.layerCount && state.head < shape.queryHeadCount
            && state.cursor < second.prompt.tokens.count)
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
