import Exploration

/// Who keeps the token at the cursor, or the selected span, in each query head of every layer.
struct TokenInHeads {
  /// `[layer][queryHead]`.
  let fates: [[TokenFate]]

  /// `nil` while the active policy has kept nothing yet.
  ///
  /// A span counts as kept where one of its tokens is, or, if its tokens are summed, where all are.
  init?(_ scene: Scene) {
    guard let result = scene.result, let recording = scene.run.recording else { return nil }
    let span = scene.cursor.selection
    let wanted = scene.display.heads.joining == .sum ? span.count : 1
    let shape = result.kept.shape
    let pinned = scene.pinnedResult?.kept
    fates = (0..<min(shape.layerCount, recording.shape.layerCount)).map { layer in
      let isHidden = span.upperBound < recording.firstSeen(layer: layer)
      return (0..<shape.queryHeadCount).map { head in
        let kept = result.kept.positions(layer: layer, queryHead: head).count(in: span) >= wanted
        let other = pinned.map { $0.positions(layer: layer, queryHead: head).count(in: span) >= wanted }
        if kept, isHidden { return .useless }
        let own = result.kept.granularity.head(forQueryHead: head, in: shape)
        if kept, let always = result.scores?.protected(layer: layer, head: own),
          always.count(in: span) >= wanted
        {
          return .protected
        }
        return switch (kept, other ?? kept) {
        case (true, true): .both
        case (true, false): .active
        case (false, true): .pinned
        case (false, false): .neither
        }
      }
    }
  }

  /// How many heads have a fate.
  func count(_ fate: TokenFate) -> Int { fates.reduce(0) { $0 + $1.count { $0 == fate } } }
}

extension [Int] {
  /// How many of an ascending array's numbers lie in a range, in a logarithmic number of steps.
  func count(in range: ClosedRange<Int>) -> Int {
    firstIndex(notBelow: range.upperBound + 1) - firstIndex(notBelow: range.lowerBound)
  }

  /// Whether an ascending array contains a number, in a logarithmic number of steps.
  func containsSorted(_ wanted: Int) -> Bool { count(in: wanted...wanted) > 0 }

  private func firstIndex(notBelow wanted: Int) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
