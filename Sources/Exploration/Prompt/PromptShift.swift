import Checkpoint
import Eviction

/// Where a prompt's tokens stand in another prompt of the same text and tokenizer.
///
/// Another question before the text, or another chat around it, moves the text's tokens; where the text meets
/// what was put around it they may even be other tokens. What is not the text's is known only as far as both
/// prompts begin alike.
public struct PromptShift: Sendable {
  /// By the former position; `nil` where there is no such token any more.
  private let places: [Int?]

  /// Compares two prompts. Cost: one step for each token of both.
  public init(from former: Prompt, to prompt: Prompt) {
    let shared = zip(former.tokens, prompt.tokens).prefix { $0 == $1 }.count
    // A token with its bytes' place in the text stands there once.
    let ownPlaces = Dictionary(
      prompt.tokens.enumerated().filter { !$0.element.byteRange.isEmpty }.map { ($0.element, $0.offset) }
    ) { first, _ in first }
    let isSameText = former.text == prompt.text
    places = former.tokens.enumerated().map { position, token in
      guard isSameText else { return nil }
      return position < shared ? position : ownPlaces[token]
    }
  }

  /// Edits at the same tokens, and how many tokens of them are left out because the other prompt lacks them.
  public func carried(_ edits: [KeptEdit]) -> (edits: [KeptEdit], lostCount: Int) {
    var (carried, lostCount): ([KeptEdit], Int) = ([], 0)
    for edit in edits {
      guard edit.positions.lowerBound < places.count else { continue }
      var run: ClosedRange<Int>?
      for position in edit.positions.clamped(to: 0...places.count - 1) {
        guard let place = places[position] else {
          lostCount += 1
          continue
        }
        if let begun = run, begun.upperBound + 1 == place {
          run = begun.lowerBound...place
        } else {
          if let run { carried.append(KeptEdit(edit.action, run, in: edit.scope)) }
          run = place...place
        }
      }
      if let run { carried.append(KeptEdit(edit.action, run, in: edit.scope)) }
    }
    return (carried, lostCount)
  }

  /// Policies with their edits at the same tokens, and how many tokens of those are left out.
  public func carried(_ policies: [Policy]) -> (policies: [Policy], lostCount: Int) {
    var lostCount = 0
    let moved = policies.map { policy in
      guard !policy.edits.isEmpty else { return policy }
      let (edits, lost) = carried(policy.edits)
      lostCount += lost
      return policy.edited(edits)
    }
    return (moved, lostCount)
  }
}
