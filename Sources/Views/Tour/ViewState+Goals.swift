import Eviction
import Exploration
import Screen

/// What the goals of a tour's steps ask of a state.
extension ViewState {
  /// Whether the token under the cursor is part of some words, where they first stand in the prompt.
  func isCursor(in words: String) -> Bool {
    guard let range = story.prompt.text.firstRange(of: Array(words.utf8)),
      story.prompt.tokens.indices.contains(cursor)
    else { return false }
    return story.prompt.tokens[cursor].byteRange.overlaps(range)
  }

  /// Whether the active policy evicts the token under the cursor in the chosen head.
  var evictsCursor: Bool {
    lane.map { !$0.kept.positions(layer: layer, queryHead: head).contains(cursor) } ?? false
  }

  /// What a person's edits did to a policy's answer.
  struct EditOutcome {
    /// Whether it differs from the answer without edits.
    let isChanged: Bool
    /// The newest edit and the answer, as in `without "0" LAQ says "... is 915."`.
    let words: String
  }

  /// What the edits did that were made since some settings; `nil` without any, and while the answer is
  /// decoded.
  func editOutcome(since begun: Setup) -> EditOutcome? {
    guard story.stage == .done, story.settings == settings else { return nil }
    let outcomes = story.results.compactMap { lane -> EditOutcome? in
      guard let edit = lane.policy.edits.last, !begun.settings.policies.contains(lane.policy),
        let own = story.results.first(where: { $0.policy == lane.policy.unedited })
      else { return nil }
      let edited = edit.positions.clamped(to: 0...max(0, story.prompt.tokens.count - 1)).prefix(8)
      let text = quoted(edited.flatMap { story.prompt.bytes(at: $0) }, limit: 10)
      let answer = quoted(lane.answer.tokens.flatMap { story.vocabulary.bytes(of: $0) }, limit: 32)
      return EditOutcome(
        isChanged: lane.answer.firstDifference(from: own.answer) != nil,
        words:
          "\(edit.action == .evict ? "without" : "with") \(text) \(lane.policy.unedited.title) says \(answer)"
      )
    }
    return outcomes.first(where: \.isChanged) ?? outcomes.first
  }

  private func quoted(_ bytes: [UInt8], limit: Int) -> String {
    let text = Sanitizer.visible(bytes: bytes, glyphs: .ascii, spaces: false)
    // A backtick would be read as the mark of a key.
    let visible = String(text.drop { $0 == " " }).replacing("`", with: "'")
    return "\"\(TextWidth.clipped(visible, to: limit, ellipsis: "..."))\""
  }
}
