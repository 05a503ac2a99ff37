import CTerminal
import Screen

/// The ncurses pairs made so far; when the terminal has no more, first the background and then all colour is
/// given up.
struct ColorPairs {
  private struct Pair: Hashable {
    let foreground: Int32
    let background: Int32
  }
  private var numbers: [Pair: Int32] = [:]

  mutating func number(for style: Style, depth: ColorDepth) -> Int32 {
    guard depth != .mono, style.foreground != nil || style.background != nil else { return 0 }
    let pair = Pair(foreground: code(style.foreground, depth), background: code(style.background, depth))
    if let known = numbers[pair] { return known }
    let next = Int32(numbers.count + 1)
    if next < min(term_pairs(), 32_767), term_pair(next, pair.foreground, pair.background) == 0 {
      numbers[pair] = next
      return next
    }
    return numbers[Pair(foreground: pair.foreground, background: -1)] ?? 0
  }

  private func code(_ color: Color?, _ depth: ColorDepth) -> Int32 {
    guard let color else { return -1 }
    switch depth {
    case .mono: return -1
    case .eight: return Int32(color.nearest8)
    case .palette256: return Int32(color.nearest256)
    case .rgb:
      // Direct descriptions take the first eight numbers for the terminal's own colours.
      if case .palette(let index) = color, index < 8 { return Int32(index) }
      let (red, green, blue) = color.components
      return Int32(red << 16 | green << 8 | blue)
    }
  }
}
