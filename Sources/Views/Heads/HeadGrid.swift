import Exploration

/// How the head grid is shown.
package struct HeadsDisplay: Sendable {
  /// The figure that it shows.
  package var figure = HeadFigure.massRecall
  /// Whether it is sorted, the most striking heads first.
  package var isSorted = false
  /// How a selected span's tokens become one number.
  package var joining = TokenFigures.Joining.max
  /// Whether all heads of all layers stand in one picture, without digits; `nil` for what suits the figure.
  package var showsAll: Bool?
}

/// One figure of every layer and query head, and the order from the most striking head on.
struct HeadGrid {
  /// A head and its value.
  struct Entry {
    let layer: Int
    let head: Int
    let value: Double
  }

  /// What a figure's brightness is relative to.
  struct Range {
    /// Tokens of the prompt.
    let tokenCount: Int
    /// The largest value that is a finite number.
    let largest: Double
  }

  /// `[layer][queryHead]`.
  let values: [[Double]]
  /// What their brightness is relative to.
  let range: Range
  /// The mean over each layer's heads.
  let layerMeans: [Double]
  /// All heads from the most striking on; equal ones in the order of layers and heads.
  let sorted: [Entry]

  /// `nil` while the chosen figure is not known.
  init?(_ scene: Scene) {
    guard let values = scene.display.heads.figure.values(scene), !values.isEmpty else { return nil }
    self.values = values
    range = Range(
      tokenCount: scene.run.prompt.tokens.count,
      largest: values.joined().reduce(0) { $1.isFinite ? max($0, $1) : $0 })
    layerMeans = values.map(Self.mean)
    sorted = Self.sorted(values, lowestFirst: scene.display.heads.figure.lowestFirst)
  }

  /// The mean over all heads.
  var mean: Double { Self.mean(values.flatMap { $0 }) }

  private static func sorted(_ values: [[Double]], lowestFirst: Bool) -> [Entry] {
    let entries = values.enumerated().flatMap { layer, heads in
      heads.enumerated().map { Entry(layer: layer, head: $0, value: $1) }
    }
    return entries.enumerated().sorted { first, second in
      let (a, b) = (first.element.value, second.element.value)
      return a == b ? first.offset < second.offset : lowestFirst ? a < b : a > b
    }.map(\.element)
  }

  /// The mean of those that have a number.
  private static func mean(_ values: [Double]) -> Double {
    let values = values.filter(\.isFinite)
    return values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }
}
