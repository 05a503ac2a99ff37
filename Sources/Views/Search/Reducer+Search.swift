import Checkpoint
import Exploration
import Screen

extension ViewState {
  /// Moves to the next token at which the last search finds something; wraps around.
  ///
  /// A text or an expression may run over several tokens: it is found at the token in which it begins.
  mutating func find(from start: Int, forward: Bool) {
    guard !search.typed.isEmpty else {
      message = "nothing to find; \(display.keys.shown(.search)) begins a search"
      return
    }
    let matches: SearchMatches
    do { matches = try search.matches(in: run.prompt) } catch let failure as TextPattern.Failure {
      message = "\(search.typed): \(failure.reason) is not understood in a regular expression"
      return
    } catch {
      message = String(describing: error)
      return
    }
    guard let found = matches.next(from: start, forward: forward) else {
      message = "not found: \(search.typed)"
      return
    }
    cursor.position = found.position
    if matches.positions.count > 1 {
      message = "\(search.typed): \(found.number) of \(matches.positions.count)"
    }
  }
}
