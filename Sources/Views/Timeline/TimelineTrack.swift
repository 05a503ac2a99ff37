import Exploration

/// The steps of a timeline laid along a line: every phase has room for its name, and shares the rest by its
/// steps.
struct TimelineTrack {
  /// A run of steps of one phase.
  struct Phase: Equatable {
    let name: String
    /// Indices of steps.
    let steps: Range<Int>
    /// Columns.
    let columns: Range<Int>
  }

  let phases: [Phase]

  init(_ steps: [Timeline.Step], width: Int) {
    var runs: [(name: String, steps: Range<Int>)] = []
    for (index, step) in steps.enumerated() {
      if let last = runs.last, last.name == step.phase {
        runs[runs.count - 1].steps = last.steps.lowerBound..<index + 1
      } else {
        runs.append((step.phase, index..<index + 1))
      }
    }
    let least = max(1, min(14, width / max(1, runs.count)))
    let spare = max(0, width - least * runs.count)
    // A phase of one step needs no more than its name.
    let weights = runs.map { $0.steps.count - 1 }
    let total = max(1, weights.reduce(0, +))
    var start = 0
    var given = 0
    phases = runs.enumerated().map { index, run in
      given += weights[index]
      let end = least * (index + 1) + spare * given / total
      defer { start = end }
      return Phase(name: run.name, steps: run.steps, columns: start..<max(start + 1, end))
    }
  }

  /// Where a step stands.
  func column(_ step: Int) -> Int {
    guard let phase = phases.first(where: { $0.steps.contains(step) }) else { return 0 }
    let place = step - phase.steps.lowerBound
    return phase.columns.lowerBound + place * phase.columns.count / phase.steps.count
  }

  /// The step that a column shows: the newest one begun there.
  func step(at column: Int) -> Int {
    guard let phase = phases.first(where: { $0.columns.contains(column) }) else { return 0 }
    let place = column - phase.columns.lowerBound
    let candidate =
      phase.steps.lowerBound + min(phase.steps.count - 1, place * phase.steps.count / phase.columns.count)
    // Integer division may name the step before the one that begins here.
    return phase.steps.contains(candidate + 1) && self.column(candidate + 1) <= column
      ? candidate + 1 : candidate
  }
}
