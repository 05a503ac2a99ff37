import Exploration

/// Where a person is: in the model, in the text, and among the steps.
package struct Cursor: Sendable {
  /// The chosen layer.
  package var layer = 0
  /// The chosen query head.
  package var head = 0
  /// The token under the cursor, a position.
  package var position = 0
  /// Where the selected span of tokens begins, a position; it ends at the cursor.
  package var selectionStart: Int?
  /// The step shown; `nil` follows the newest.
  package var step: Int?
  /// Whether steps advance by themselves.
  package var isPlaying = false
  /// The heatmap's row that was chosen, an index into its rows; `nil` follows the shown step.
  package var heatmapRow: Int?

  /// The heatmap's row that others are compared with.
  var heldRow: HeldRow?

  /// A row of the heatmap, whatever rows there are beside it.
  struct HeldRow: Sendable, Hashable {
    let section: AttentionRows.Section
    let index: Int
  }

  /// A cursor at a token, in the first head.
  package init(position: Int) { self.position = max(0, position) }

  /// The tokens that an edit is about: the selected span, or the token under the cursor.
  var selection: ClosedRange<Int> {
    let start = selectionStart ?? position
    return min(start, position)...max(start, position)
  }

  /// Moves what is chosen into what a run has.
  mutating func comeInto(_ run: Run) {
    let last = max(0, run.prompt.tokens.count - 1)
    position = min(max(0, position), last)
    selectionStart = selectionStart.map { min(max(0, $0), last) }
    if let shape = run.recording?.shape ?? run.full?.kept.shape ?? run.results.first?.kept.shape {
      layer = min(max(0, layer), max(0, shape.layerCount - 1))
      head = min(max(0, head), max(0, shape.queryHeadCount - 1))
    }
  }
}
