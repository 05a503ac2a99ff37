/// A row of colours from low to high, of ever greater lightness, so that it also reads without hue.
package struct Ramp: Hashable, Sendable {
  /// Palette indices from low to high; never empty.
  package let indices: [UInt8]

  /// The steps of this ramp.
  package var count: Int { indices.count }

  /// The colour for a value in 0...1; values outside, and NaN, are held to the ends.
  package func color(_ value: Double) -> Color { .palette(indices[step(value)]) }

  /// The colour for a value as a ground, with what is best read on it.
  package func ground(_ value: Double) -> Style {
    let color = color(value)
    return Style(foreground: color.legibleInk, background: color)
  }

  /// Which step a value in 0...1 falls on.
  package func step(_ value: Double) -> Int {
    let held = value.isNaN ? 0 : min(max(value, 0), 1)
    return min(count - 1, Int(held * Double(count)))
  }

  /// Dark blue, teal, green, pale yellow: each step is lighter than the one before (L* of CIELAB), and none
  /// is so much more colourful than the next that it looks like more.
  package static let heat = Ramp(indices: [17, 18, 19, 24, 30, 36, 42, 120, 192, 229])
  /// Dark blue over grey to yellow, as cividis: lightness grows evenly also for eyes without red, green or
  /// blue cones.
  package static let blueToYellow = Ramp(indices: [17, 18, 24, 242, 102, 247, 143, 185, 227])
  /// Black, blue, cyan, yellow, white of the basic colours.
  package static let eight = Ramp(indices: [0, 4, 6, 3, 7])
  /// Near black to near white.
  package static let grey = Ramp(indices: (0..<12).map { UInt8(232 + 2 * $0) })
  /// The other way round, for light backgrounds: low values are the lightest.
  package var reversed: Ramp { Ramp(indices: indices.reversed()) }
}
