import Foundation
import Screen
import Testing

@testable import Exploration
@testable import Views

/// Whatever is pressed at whatever size: nothing traps, and a screen is drawn as asked.
@Suite struct RandomKeysTests {
  private static let keys: [Key] =
    KeyTable.bindings.flatMap(\.keys).filter { $0 != .control("z") }
    + "0123456789abcxyzsfFwWMcvZ#é鍵\u{301}".map(Key.character)
    + [.tab, .backTab, .backspace, .delete, .insert, .enter, .escape, .function(5), .control("x")]
    + [.mouse(row: 3, column: 300, kind: .click), .mouse(row: -1, column: 0, kind: .wheelDown)]

  private static let lines = [
    "/clerk<Enter>", "/#5<Enter>", "/#99999999999999999999<Enter>", ":goto 300<Enter>", ":layer 2<Enter>",
    ":head 4<Enter>", ":budget 999999<Enter>", ":policy h2o<Enter>", ":policy laq(m=256)/uniform<Enter>",
    ":theme dark<Enter>", ":why snapkv<Enter>", ":why<Enter>", "pY", "#999999l", "#999999999999G", "#12]", ":goto 0<Enter>", ":x y z<Enter>",
  ]

  @Test(arguments: 0..<4)
  func neverTrapAndAlwaysFillTheScreen(_ seed: Int) throws {
    var generator = FixedGenerator(seed: UInt64(seed + 1))
    let stories = Self.stories()
    var state = StoryFixture.state()
    // Half of them on a tour, which looks at the state after every key.
    if seed % 2 == 1 { state.begin(.needle) }
    var size = Size(width: 80, height: 24)
    var pressed = 0
    while pressed < 5_000 {
      if generator.next(below: 50) == 0 {
        size = Size(width: 1 + generator.next(below: 200), height: 1 + generator.next(below: 60))
      }
      if generator.next(below: 400) == 0 { state.story = stories[generator.next(below: stories.count)] }
      if generator.next(below: 400) == 0 { state = ViewState(story: stories[generator.next(below: stories.count)]) }
      var keys = [Self.keys[generator.next(below: Self.keys.count)]]
      if generator.next(below: 20) == 0 { keys = try Key.parse(Self.lines[generator.next(below: Self.lines.count)]) }
      for key in keys { _ = state.handle(key, size: size) }
      // Sooner or later the search ends.
      if state.why != nil, generator.next(below: 10) == 0 { state.why = StoryFixture.finding }
      state.tick += 1
      state.advance()
      // The program computes these between keys, sooner or later.
      if generator.next(below: 2) == 0 { state.settle() }
      pressed += keys.count
      // A debug build draws slowly: not after every key.
      guard generator.next(below: 4) == 0 else { continue }
      let grid = state.draw(size: size, glyphs: generator.next(below: 4) == 0 ? .ascii : .unicode)
      #expect(grid.size == size)
      #expect(ScreenChecks.isClean(grid))
    }
  }

  /// The same prompt's story at its stages.
  private static func stories() -> [Story] {
    let done = StoryFixture.story
    var stories = [done]
    func add(_ stage: Story.Stage, _ change: (inout Story) -> Void) {
      var story = done
      story.stage = stage
      change(&story)
      stories.append(story)
    }
    add(.decode(step: 2)) { story in
      for index in story.lanes.indices { story.lanes[index].answer = Continuation() }
    }
    add(.lookahead(step: 3)) { ($0.lanes, $0.trueMass) = ([], nil) }
    add(.cancelled) { ($0.lanes, $0.trueMass) = (Array($0.lanes.prefix(1)), nil) }
    add(.failed("the disk is full")) { story in
      (story.lanes, story.trueMass, story.recording, story.full, story.decodeQueries) = ([], nil, nil, nil, nil)
    }
    add(.opening) { story in
      (story.lanes, story.trueMass, story.recording, story.full, story.decodeQueries) = ([], nil, nil, nil, nil)
    }
    return stories
  }
}

/// What every screen must fulfil.
enum ScreenChecks {
  /// No control character, escape, direction mark or invisible character in any cell, and whole wide glyphs.
  static func isClean(_ grid: Grid) -> Bool {
    for row in 0..<grid.height {
      var column = 0
      while column < grid.width {
        let cell = grid[row, column]
        guard cell.width == 1 || cell.width == 2 else { return false }
        guard !cell.glyph.isEmpty, cell.glyph.unicodeScalars.allSatisfy(isHarmless) else { return false }
        column += cell.width
      }
      guard column == grid.width else { return false }
    }
    return true
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
