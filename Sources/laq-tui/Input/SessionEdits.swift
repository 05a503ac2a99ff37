import Eviction
import Exploration

/// What a session has kept by hand, taken over to the prompt that is opened: options beside the session may
/// put something else around its text, or have another model read it.
struct SessionEdits {
  /// The session's text and framing; `nil` where its tokens are not known any more.
  private let former: Prompt?
  /// Why they are not.
  private let reason: String

  /// The positions mean what they meant.
  /// - Parameter former: the prompt as the session had it; `nil` where it cannot be made again.
  init(former: Prompt?) {
    (self.former, reason) = (former, "the session's own question or chat is not to be had")
  }

  /// The positions mean nothing.
  init(lostBecause reason: String) { (former, self.reason) = (nil, reason) }

  /// Policies with what was kept by hand at the tokens that it was about.
  /// - Parameters:
  ///   - question: the one that they were looked at with.
  ///   - prompt: the one that they are looked at with.
  /// - Returns: the policies, and what a person should know where something is left out.
  func carried(_ policies: [Policy], question: String?, to prompt: Prompt) -> (
    policies: [Policy], warning: String?
  ) {
    guard policies.contains(where: { !$0.edits.isEmpty }) else { return (policies, nil) }
    guard let before = try? former?.asking(question) else {
      return (policies.map(\.unedited), "\(reason): what was kept by hand is left out")
    }
    guard before.hash != prompt.hash else { return (policies, nil) }
    let (carried, lostCount) = PromptShift(from: before, to: prompt).carried(policies)
    return (
      carried,
      lostCount == 0
        ? nil
        : "another question or chat than the session's: what was kept by hand of the former one is left out"
    )
  }
}
