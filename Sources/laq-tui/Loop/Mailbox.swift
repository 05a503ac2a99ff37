import Exploration
import Synchronization
import Views

/// What other threads have to tell the screen's: the newest run, computed details, and what became of an
/// export.
final class Mailbox: Sendable {
  private struct Contents {
    var run: (Run, generation: Int)?
    var finding: (WhyFinding, generation: Int)?
    var answers: [(Details.Answer, Details.Request?, generation: Int)] = []
    var outcome: (Result<Void, any Error>, ExportRequest)?
  }

  private let contents = Mutex(Contents())

  func put(_ run: Run, generation: Int) { contents.withLock { $0.run = (run, generation) } }

  func put(_ finding: WhyFinding, generation: Int) {
    contents.withLock { $0.finding = (finding, generation) }
  }

  func put(_ answer: Details.Answer, for request: Details.Request?, generation: Int) {
    contents.withLock { $0.answers.append((answer, request, generation)) }
  }

  func put(_ outcome: Result<Void, any Error>, for request: ExportRequest) {
    contents.withLock { $0.outcome = (outcome, request) }
  }

  func take() -> (Run, generation: Int)? {
    contents.withLock { contents in
      defer { contents.run = nil }
      return contents.run
    }
  }

  /// What became of the last export.
  func takeOutcome() -> (Result<Void, any Error>, ExportRequest)? {
    contents.withLock { contents in
      defer { contents.outcome = nil }
      return contents.outcome
    }
  }

  func takeFinding() -> (WhyFinding, generation: Int)? {
    contents.withLock { contents in
      defer { contents.finding = nil }
      return contents.finding
    }
  }

  /// What has been computed, oldest first.
  func takeAnswers() -> [(Details.Answer, Details.Request?, generation: Int)] {
    contents.withLock { contents in
      defer { contents.answers = [] }
      return contents.answers
    }
  }
}
