import Foundation

extension Color {
  /// Relative luminance in 0...1 (WCAG 2.2, of sRGB): how much light the colour gives, unlike `brightness` on
  /// a linear scale.
  package var luminance: Double {
    let (red, green, blue) = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }

  /// Lightness as eyes see it, 0...100: L* of CIELAB. Equal steps look equal.
  package var lightness: Double {
    let luminance = luminance
    return luminance > 216 / 24389 ? 116 * cbrt(luminance) - 16 : luminance * 24389 / 27
  }

  /// Red, green and blue as amounts of light in 0...1.
  package var linear: (red: Double, green: Double, blue: Double) {
    func light(_ stored: Int) -> Double {
      let value = Double(stored) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let (red, green, blue) = components
    return (light(red), light(green), light(blue))
  }

  /// The contrast of text in one of two colours on the other, 1...21 (WCAG 2.2); 4.5 and more are easily
  /// read.
  package func contrast(with other: Color) -> Double {
    let (one, two) = (luminance, other.luminance)
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)
  }

  /// Black or white, whichever is better read on this colour: its contrast is at least 4.58.
  package var legibleInk: Color {
    let (black, white) = (Color.palette(16), Color.palette(231))
    return contrast(with: black) >= contrast(with: white) ? black : white
  }
}
