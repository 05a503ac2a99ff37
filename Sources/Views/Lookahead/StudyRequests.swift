import Eviction
import Exploration
import Synchronization

/// Remembers the last request for a study: its rows are policies with other settings, and a frame asks for
/// them several times.
///
/// Equal policies and settings have equal requests whether they are remembered or not.
final class StudyRequests: Sendable {
  private struct Known {
    let policy: Policy
    let settings: ExplorationSettings
    let request: LookaheadStudy.Request?
  }

  private let memory = Mutex<Known?>(nil)

  /// What a study of a policy asks for; `nil` for a policy without a lookahead.
  func request(_ policy: Policy, _ settings: ExplorationSettings) -> LookaheadStudy.Request? {
    memory.withLock { memory in
      if let known = memory, known.policy == policy, known.settings == settings { return known.request }
      let made = LookaheadStudy.Request(policy, settings)
      memory = Known(policy: policy, settings: settings, request: made)
      return made
    }
  }
}
