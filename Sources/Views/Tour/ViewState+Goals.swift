import Eviction
import Exploration
import Screen

/// What the goals of a tour's steps ask of a state.
extension ViewState {
  /// Whether the token under the cursor is part of some words, where they first stand in the prompt.
  func isCursor(in words: String) -> Bool {
    guard let range = run.prompt.text.firstRange(of: Array(words.utf8)),
      run.prompt.tokens.indices.contains(cursor.position)
    else { return false }
    return run.prompt.tokens[cursor.position].byteRange.overlaps(range)
  }

  /// Whether the active policy evicts the token under the cursor in the chosen head.
  var evictsCursor: Bool {
    scene.result.map {
      !$0.kept.positions(layer: cursor.layer, queryHead: cursor.head).contains(cursor.position)
    } ?? false
  }

  /// Whether the chosen row of the lookahead view has pseudo tokens from some source.
  func isAtPseudoTokens(from source: LookaheadSettings.Source) -> Bool {
    guard display.view == .lookahead, let rows = scene.studyRequest?.rows,
      rows.indices.contains(scene.studyRow), case .source(source, _) = rows[scene.studyRow].place
    else { return false }
    return true
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
    guard run.stage == .done, run.settings == setup.settings else { return nil }
    let outcomes = run.results.compactMap { result -> EditOutcome? in
      guard let edit = result.policy.edits.last, !begun.settings.policies.contains(result.policy),
        let own = run.results.first(where: { $0.policy == result.policy.unedited })
      else { return nil }
      let edited = edit.positions.clamped(to: 0...max(0, run.prompt.tokens.count - 1)).prefix(8)
      let text = quoted(edited.flatMap { run.prompt.bytes(at: $0) }, limit: 10)
      let answer = quoted(result.answer.tokens.flatMap { run.vocabulary.bytes(of: $0) }, limit: 32)
      return EditOutcome(
        isChanged: result.answer.firstDifference(from: own.answer) != nil,
        words:
          "\(edit.action == .evict ? "without" : "with") \(text) \(result.policy.unedited.title) says \(answer)"
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
