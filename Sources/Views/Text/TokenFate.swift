import Exploration
import Screen

/// What became of a token under the active and the pinned policy, in the chosen layer and head.
enum TokenFate: Int, CaseIterable {
  case protected, both, active, pinned, neither, undecided
  /// Kept by the active policy, and out of the layer's sliding window: no token of the answer sees it.
  case useless

  var role: Theme.Role {
    switch self {
    case .protected: .window
    case .both: .keptBoth
    case .active: .keptActive
    case .pinned: .keptPinned
    case .neither, .useless: .evicted
    case .undecided: .text
    }
  }

  /// What stands in a cell of the head grid.
  var word: String {
    switch self {
    case .protected: "W"
    case .both: "both"
    case .active: "act"
    case .pinned: "pin"
    case .neither: "none"
    case .undecided: ""
    case .useless: "u"
    }
  }

  /// The cover glyph: fates differ without colour, too.
  func glyph(_ glyphs: GlyphSet) -> String {
    switch self {
    case .protected: "W"
    case .both: glyphs.shades[3]
    case .active: glyphs.shades[2]
    case .pinned: glyphs.shades[1]
    case .neither: glyphs.shades[0]
    case .undecided: " "
    case .useless: "u"
    }
  }
}

/// The fates of every token at the shown step.
struct TokenFates {
  let fates: [TokenFate]
  /// How many tokens have each fate, by its raw value.
  private var tally = [Int](repeating: 0, count: TokenFate.allCases.count)

  init(_ scene: Scene) {
    let count = scene.run.prompt.tokens.count
    guard let result = scene.result, scene.shownStep != .prefill else {
      fates = Array(repeating: .undecided, count: count)
      tally[TokenFate.undecided.rawValue] = count
      return
    }
    var kept = result.kept
    var isLookahead = false
    if case .lookahead = scene.shownStep, let cheap = result.lookahead?.cheap {
      kept = cheap
      isLookahead = true
    }
    var active = [Bool](repeating: false, count: count)
    for position in kept.positions(layer: scene.cursor.layer, queryHead: scene.cursor.head) {
      active[position] = true
    }
    var pinned: [Bool]?
    if let other = scene.pinnedResult?.kept, !isLookahead {
      var map = [Bool](repeating: false, count: count)
      for position in other.positions(layer: scene.cursor.layer, queryHead: scene.cursor.head) {
        map[position] = true
      }
      pinned = map
    }
    let head = result.kept.granularity.head(forQueryHead: scene.cursor.head, in: result.kept.shape)
    let protected = Set(
      isLookahead ? [] : result.scores?.protected(layer: scene.cursor.layer, head: head) ?? [])
    let first = scene.run.recording?.firstSeen(layer: scene.cursor.layer) ?? 0
    fates = (0..<count).map { position in
      if position < first, active[position] { return .useless }
      if active[position], protected.contains(position) { return .protected }
      return switch (active[position], pinned?[position] ?? active[position]) {
      case (true, true): .both
      case (true, false): .active
      case (false, true): .pinned
      case (false, false): .neither
      }
    }
    for fate in fates { tally[fate.rawValue] += 1 }
  }

  func count(_ wanted: TokenFate...) -> Int { wanted.reduce(0) { $0 + tally[$1.rawValue] } }
}
