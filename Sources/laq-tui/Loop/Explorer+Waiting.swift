import Eviction
import Exploration
import Views

// What waits until somebody looks at it.
extension Explorer {
  /// The policies of which something is to be computed now: what is looked at, or all for a file.
  private var missing: [Policy] {
    guard state.why?.isFinished != false else { return [] }
    return awaited == nil
      ? state.missingPolicies : state.setup.settings.policies.filter { state.run.lacks([$0]) }
  }

  /// Has computed what has waited and is looked at now.
  ///
  /// It does not go on with the rest by itself: what nobody looks at would warm a laptop for minutes, and keep
  /// the engine, which does one thing at a time, from the next key's work.
  func catchUp() {
    state.resumeWaiting()
    let missing = missing
    guard !missing.isEmpty, !missing.allSatisfy({ catching?.policies.contains($0) == true }) else { return }
    stopSweeping()
    catching?.task.cancel()
    // What the former work still tells is out of date.
    generation += 1
    asked.removeAll()
    let (engine, updates, generation, run) = (input.engine, updates, generation, state.run)
    let task = Task.detached {
      let run = await engine.catchUp(run, lookingAt: missing) {
        updates.put(.run($0), generation: generation)
      }
      updates.put(.caughtUp(run), generation: generation)
    }
    catching = (task, missing)
  }
}
