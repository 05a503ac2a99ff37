/// How the heatmap is shown.
package struct HeatmapDisplay: Sendable {
  /// How attention turns to brightness.
  package enum Scale: String, Sendable, CaseIterable {
    /// Three powers of ten below the most that any row gives a key which is no sink.
    case withoutSinks = "without sinks"
    case logarithmic = "log"
    case linear
  }

  /// Which heads a row shows.
  package enum HeadMode: String, Sendable, CaseIterable {
    case single, mean, max
  }

  /// Which heads it shows.
  package var headMode = HeadMode.single
  /// Its scale.
  package var scale = Scale.withoutSinks
  /// Whether two rows share a line, where half blocks and colour allow.
  package var pairsRows = false
  /// Keys per cell; `nil` fits all of them to the width.
  package var keysPerCell: Int? = 1
  /// Whether cells of one key are as wide as a word, which stands over them.
  package var showsWords = false
}
