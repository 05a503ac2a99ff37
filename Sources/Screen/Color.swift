/// A colour without a meaning: an entry of the 256-colour palette, or a 24-bit value.
package enum Color: Hashable, Sendable {
  /// An index into the xterm palette: 0-15 the terminal's own, 16-231 a 6x6x6 cube, 232-255 greys.
  case palette(UInt8)
  /// Red, green and blue, 0-255 each.
  case rgb(UInt8, UInt8, UInt8)

  /// Red, green and blue of this colour; the first sixteen are taken as xterm's defaults.
  package var components: (red: Int, green: Int, blue: Int) {
    switch self {
    case .rgb(let red, let green, let blue): return (Int(red), Int(green), Int(blue))
    case .palette(let index):
      let index = Int(index)
      if index < 16 { return Color.base[index] }
      if index >= 232 {
        let grey = 8 + 10 * (index - 232)
        return (grey, grey, grey)
      }
      let cube = index - 16
      return (Color.steps[cube / 36], Color.steps[cube / 6 % 6], Color.steps[cube % 6])
    }
  }

  /// The nearest entry of the 256-colour palette; the user-changeable first sixteen are never chosen for a
  /// 24-bit value.
  package var nearest256: UInt8 {
    if case .palette(let index) = self { return index }
    return UInt8(nearest(in: 16..<256))
  }

  /// The nearest of the eight basic colours, 0-7.
  package var nearest8: UInt8 {
    if case .palette(let index) = self, index < 16 { return index % 8 }
    return UInt8(nearest(in: 0..<8))
  }

  /// Perceived brightness in 0...1 (Rec. 709 weights on the stored values).
  package var brightness: Double {
    let (red, green, blue) = components
    return (0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue)) / 255
  }

  private func nearest(in range: Range<Int>) -> Int {
    let own = components
    func distance(_ index: Int) -> Int {
      let other = Color.palette(UInt8(index)).components
      let red = own.red - other.red, green = own.green - other.green, blue = own.blue - other.blue
      return 2 * red * red + 4 * green * green + 3 * blue * blue
    }
    return range.min { distance($0) < distance($1) } ?? range.lowerBound
  }

  private static let steps = [0, 95, 135, 175, 215, 255]
  private static let base: [(red: Int, green: Int, blue: Int)] = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
    (255, 255, 255),
  ]
}

/// How many colours a terminal, or an exported text, can show.
package enum ColorDepth: Int, Hashable, Sendable, Comparable {
  /// No colour: attributes only.
  case mono
  /// The eight basic colours.
  case eight
  /// The 256-colour palette.
  case palette256
  /// 24-bit colours.
  case rgb

  /// Fewer colours come first.
  package static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}
