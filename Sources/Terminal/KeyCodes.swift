import CTerminal
import Screen

/// From what ncurses reads to keys.
@MainActor
enum KeyCodes {
  static func isResize(_ code: UInt32) -> Bool { code == 0o632 }

  static func character(_ code: UInt32) -> Key? {
    switch code {
    case 10, 13: return .enter
    case 9: return .tab
    case 27: return .escape
    case 8, 127: return .backspace
    case 1...26: return Unicode.Scalar(code + 96).map { .control(Character($0)) }
    case 0..<32, 128..<160: return nil
    default: return Unicode.Scalar(code).map { .character(Character($0)) }
    }
  }

  // The KEY_ numbers of ncurses, which are part of its binary interface.
  static func key(_ code: UInt32) -> Key? {
    switch code {
    case 0o402: return .down
    case 0o403: return .up
    case 0o404: return .left
    case 0o405: return .right
    case 0o406: return .home
    case 0o407: return .backspace
    case 0o411...0o507: return .function(Int(code) - 0o410)
    case 0o512: return .delete
    case 0o513: return .insert
    case 0o522: return .pageDown
    case 0o523: return .pageUp
    case 0o527: return .enter
    case 0o541: return .backTab
    case 0o550: return .end
    case 0o631: return mouse()
    default: return nil
    }
  }

  private static func mouse() -> Key? {
    var row: Int32 = 0, column: Int32 = 0
    let kinds: [Int32: Key.Mouse] = [1: .click, 2: .release, 3: .wheelUp, 4: .wheelDown]
    guard let kind = kinds[term_mouse(&row, &column)] else { return nil }
    return .mouse(row: Int(row), column: Int(column), kind: kind)
  }
}
