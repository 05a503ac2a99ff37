/// What policies see of a prompt when they choose: all of it, or the text without its question, which is then
/// put to what was kept, as in kvpress' pipeline.
package enum CompressedPart: String, Sendable, Hashable, CaseIterable {
  /// Text and question.
  case all
  /// The text alone.
  case context
}
