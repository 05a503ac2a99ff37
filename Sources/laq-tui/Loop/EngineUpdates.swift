import Exploration
import Screen
import Synchronization
import Views

/// What other threads have to tell the screen's, until it takes it.
final class EngineUpdates: Sendable {
  enum Update: Sendable {
    /// A run has come further.
    case run(Run)
    /// A run has what has waited and was looked at.
    case caughtUp(Run)
    /// A search for what an answer lacked has.
    case finding(WhyFinding)
    /// Details are computed, of a sweep a part of them.
    case details(Details.Answer, for: Details.Request)
    /// A file is written, or could not be.
    case written(ExportRequest, failure: (any Error)?)

    /// A session's recording is being written: bytes of all.
    case writing(SessionRequest, done: Int, of: Int)
    /// A session is kept with its recording, or could not be.
    case kept(SessionRequest, KeptRecordingFile?, failure: (any Error)?)

    /// What is being done, in a few words; `nil` once nothing is.
    func progress(_ glyphs: GlyphSet) -> String? {
      switch self {
      case .run(let run), .caughtUp(let run): run.progress(glyphs)
      case .finding(let finding): finding.progress
      case .details(.sweep(let sweep), for: .sweep(let keys)):
        sweep.progress(keys)
      case .details(.study(let study), for: _): study.progress
      case .details, .written, .writing, .kept: nil
      }
    }

    /// Whether a newer one says all that this one says.
    fileprivate func isReplaced(by newer: Update) -> Bool {
      switch (self, newer) {
      case (.run, .run), (.finding, .finding), (.writing, .writing): true
      default: false
      }
    }
  }

  private let untaken = Mutex<[(update: Update, generation: Int)]>([])
  private let onUpdate: @Sendable (Update) -> Void

  /// - Parameter onUpdate: called behind every update, on the thread that it comes from.
  init(onUpdate: @escaping @Sendable (Update) -> Void) { self.onUpdate = onUpdate }

  /// - Parameter generation: counts the runs; what belongs to a former one is out of date.
  func put(_ update: Update, generation: Int) {
    untaken.withLock { untaken in
      untaken.removeAll { $0.update.isReplaced(by: update) }
      untaken.append((update, generation))
    }
    onUpdate(update)
  }

  /// What has come since the last time, oldest first.
  func take() -> [(update: Update, generation: Int)] {
    untaken.withLock { untaken in
      defer { untaken = [] }
      return untaken
    }
  }
}
