import Exploration
import Screen
import Views

/// Presses random keys, clicks and turns the wheel on random runs at changing sizes, and looks at every
/// screen.
///
/// Equal seeds press equal keys. Files are not written and the engine is not asked: what the program would do
/// for a key is left undone, and the run changes as if it had begun anew.
package struct KeyStorm {
  /// What came of it.
  package struct Report: Sendable {
    /// Keys pressed, and screens drawn.
    package var keys = 0, frames = 0
    /// Seconds of each key with its screen; what the program computes on other threads is not in them.
    package var seconds: [Double] = []
    /// The slowest key, and where it was pressed.
    package var slowest = ""
    /// What was wrong with a screen, and the keys that led there; `nil` if nothing was.
    package var fault: String?
  }

  private let runs: [Run]
  private let finding: WhyFinding?
  private var generator: FixedGenerator
  private var state: ViewState
  private var size = Size(width: 80, height: 24)
  /// The last keys, for the fault.
  private var trail: [Key] = []

  /// - Parameter runs: what may be on the screen, at least one.
  /// - Parameter finding: what a search for a cause comes to, sooner or later.
  package init(runs: [Run], finding: WhyFinding? = nil, seed: UInt64) {
    precondition(!runs.isEmpty, "a storm needs a run")
    (self.runs, self.finding) = (runs, finding)
    generator = FixedGenerator(seed: seed)
    state = ViewState(run: runs[0])
  }

  /// Goes on for so many keys; ends early at a fault.
  /// - Parameter keysPerFrame: how many keys go by between two screens on average.
  package mutating func run(keys count: Int, keysPerFrame: Int = 1) -> Report {
    var report = Report()
    var slowest = 0.0
    while report.keys < count, report.fault == nil {
      changeTheWorld()
      for key in nextKeys() {
        trail = trail.suffix(19) + [key]
        let glyphs: GlyphSet = oneIn(4) ? .ascii : .unicode
        let isDrawn = oneIn(keysPerFrame)
        var grid: Grid?
        let seconds = Self.seconds {
          _ = state.handle(key, size: size, glyphs: glyphs)
          if isDrawn { grid = state.draw(size: size, glyphs: glyphs) }
        }
        report.keys += 1
        report.seconds.append(seconds)
        if seconds > slowest { (slowest, report.slowest) = (seconds, description(of: key)) }
        if let grid {
          report.frames += 1
          if grid.size != size || !ScreenChecks.isClean(grid) { report.fault = description(of: key) }
        }
      }
      state.tick += 1
      state.advance()
    }
    return report
  }

  /// What happens between keys: the window changes, the run goes on, details and causes become known.
  private mutating func changeTheWorld() {
    if oneIn(50) { size = Size(width: 1 + generator.next(below: 220), height: 1 + generator.next(below: 70)) }
    if oneIn(400) {
      // Another stage of the same prompt's run follows; another prompt begins anew.
      let run = runs[generator.next(below: runs.count)]
      if run.prompt.hash == state.run.prompt.hash {
        state.run = run
      } else {
        state = ViewState(run: run)
      }
    }
    if oneIn(400) {
      state = ViewState(run: runs[generator.next(below: runs.count)])
      state.display.theme = Theme.all[generator.next(below: Theme.all.count)]
      if oneIn(2) { state.begin(.needle) }
    }
    if state.why != nil, let finding, oneIn(10) { state.why = finding }
    if oneIn(2) { state.settle() }
  }

  private mutating func nextKeys() -> [Key] {
    if oneIn(20), let keys = try? Key.parse(Self.lines[generator.next(below: Self.lines.count)]) {
      return keys
    }
    if oneIn(6) {
      let kind = Key.Mouse.allCases[generator.next(below: Key.Mouse.allCases.count)]
      return [
        .mouse(
          row: generator.next(below: size.height + 2) - 1, column: generator.next(below: size.width + 2) - 1,
          kind: kind)
      ]
    }
    return [Self.keys[generator.next(below: Self.keys.count)]]
  }

  private func description(of key: Key) -> String {
    let words =
      "\(key) in \(state.display.view.title) of \(state.run.prompt.name) at \(size.width)x\(size.height) after \(Key.notation(trail))"
    return Sanitizer.visible(words, spaces: false)
  }

  private mutating func oneIn(_ count: Int) -> Bool { generator.next(below: max(1, count)) == 0 }

  private static func seconds(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  private static let keys: [Key] =
    KeyTable.bindings.flatMap(\.keys) + "0123456789abcxyzsfFwWMcvZ#é鍵\u{301}".map(Key.character)
    + [.tab, .backTab, .backspace, .delete, .insert, .enter, .escape, .function(5), .control("x")]

  private static let lines = [
    "/clerk<Enter>", "/#5<Enter>", "/#99999999999999999999<Enter>", ":goto 300<Enter>", ":layer 2<Enter>",
    ":head 4<Enter>",
    ":budget 999999<Enter>", ":policy h2o<Enter>", ":policy laq(m=256)/uniform<Enter>", ":theme dark<Enter>",
    ":theme basic<Enter>", ":why snapkv<Enter>", ":why<Enter>", "pY", "#999999l", "#999999999999G", "#12]",
    ":goto 0<Enter>",
    ":x y z<Enter>",
  ]
}

/// A linear congruential generator (Knuth's MMIX constants): the same numbers everywhere.
package struct FixedGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Begins anywhere.
  package init(seed: UInt64) { state = seed }

  /// The next number.
  package mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }

  /// A number from 0 to one less than `bound`, from the upper bits.
  package mutating func next(below bound: Int) -> Int { Int((next() >> 11) % UInt64(bound)) }
}
