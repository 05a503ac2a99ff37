import Checkpoint
import Exploration
import Screen

extension ViewState {
  /// Moves to the next token at which the last search finds something; wraps around.
  ///
  /// A text or an expression may run over several tokens: it is found at the token in which it begins.
  mutating func find(from start: Int, forward: Bool) {
    guard !search.isEmpty else {
      message = "nothing to find; \(keys.shown(.search)) begins a search"
      return
    }
    do {
      if matches?.typed != search || matches?.hash != run.prompt.hash {
        matches = try SearchMatches(search, in: run.prompt)
      }
    } catch let failure as TextPattern.Failure {
      message = "\(search): \(failure.reason) is not understood in a regular expression"
      return
    } catch {
      message = String(describing: error)
      return
    }
    guard let matches, let found = matches.next(from: start, forward: forward) else {
      message = "not found: \(search)"
      return
    }
    cursor = found.position
    if matches.positions.count > 1 { message = "\(search): \(found.number) of \(matches.positions.count)" }
  }
}
