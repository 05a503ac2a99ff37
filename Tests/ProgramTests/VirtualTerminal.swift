import Screen

/// A small terminal: of the sequences that ncurses sends to an xterm, what moves the cursor, erases, and sets
/// modes.
///
/// Colours are not kept. What is unknown is listed in `unknown`, so that a test can tell when a sequence is
/// missing.
struct VirtualTerminal {
  private(set) var columns: Int
  private(set) var rows: Int
  private var cells: [[String]]
  /// Where the cursor is, seen or not.
  private(set) var row = 0, column = 0
  private var region: Range<Int>
  private var last = " "
  private var pending: [UInt8] = []

  /// Whether the alternate screen is shown.
  private(set) var isAlternate = false
  /// Whether the cursor is seen.
  private(set) var showsCursor = true
  /// The mouse modes that are on.
  private(set) var mouseModes: Set<Int> = []
  /// Whether cursor and number keys are the application's.
  private(set) var hasApplicationKeys = false
  /// How often the whole screen was cleared.
  private(set) var clearings = 0
  /// Sequences without a meaning here.
  private(set) var unknown: Set<String> = []

  init(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    cells = Self.blank(columns, rows)
    region = 0..<rows
  }

  /// Whether all modes are those of a shell.
  var isRestored: Bool { !isAlternate && showsCursor && mouseModes.isEmpty && !hasApplicationKeys }

  /// The rows as text, without spaces at the end.
  var lines: [String] {
    cells.map { row in
      var line = row.joined()
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  mutating func resize(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    cells = cells.prefix(rows).map {
      Array($0.prefix(columns)) + Array(repeating: " ", count: max(0, columns - $0.count))
    }
    cells += Self.blank(columns, max(0, rows - cells.count))
    (row, column, region) = (min(row, rows - 1), min(column, columns - 1), 0..<rows)
  }

  mutating func feed(_ bytes: some Sequence<UInt8>) {
    pending += bytes
    var index = 0
    while index < pending.count, let next = take(from: index) { index = next }
    pending.removeFirst(index)
  }

  private static func blank(_ columns: Int, _ rows: Int) -> [[String]] {
    Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  /// Takes one character or sequence; `nil` when it is not complete yet.
  private mutating func take(from start: Int) -> Int? {
    let first = pending[start]
    switch first {
    case 0x1B: return escape(from: start)
    case 0x0D: column = 0
    case 0x0A: lineFeed()
    case 0x08: column = max(0, min(column, columns - 1) - 1)
    case 0x09: column = min(columns - 1, column / 8 * 8 + 8)
    case 0..<0x20: break
    default:
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      guard start + length <= pending.count else { return nil }
      if let scalar = String(decoding: pending[start..<start + length], as: UTF8.self).unicodeScalars.first {
        put(scalar)
      }
      return start + length
    }
    return start + 1
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = TextWidth.of(scalar)
    if width == 0 {
      // A mark joins what stands before it.
      let before = max(0, min(column, columns) - 1)
      if !cells[row][before].isEmpty { cells[row][before].unicodeScalars.append(scalar) }
      return
    }
    if column + width > columns {
      column = 0
      lineFeed()
    }
    guard column < columns else { return }
    last = String(scalar)
    cells[row][column] = last
    if width == 2, column + 1 < columns { cells[row][column + 1] = "" }
    column += width
  }

  private mutating func lineFeed() {
    if row == region.upperBound - 1 { scroll(region, by: 1) } else { row = min(row + 1, rows - 1) }
  }

  private mutating func scroll(_ lines: Range<Int>, by count: Int) {
    let amount = min(abs(count), lines.count)
    let empty = Self.blank(columns, amount)
    var moved = Array(count > 0 ? cells[lines].dropFirst(amount) : cells[lines].dropLast(amount))
    moved.insert(contentsOf: empty, at: count > 0 ? moved.count : 0)
    cells.replaceSubrange(lines, with: moved)
  }

  private mutating func escape(from start: Int) -> Int? {
    guard start + 1 < pending.count else { return nil }
    switch pending[start + 1] {
    case UInt8(ascii: "["):
      guard let end = pending[(start + 2)...].firstIndex(where: { $0 >= 0x40 || $0 == 0x1B }) else {
        return nil
      }
      // A sequence that another one interrupts is given up.
      if pending[end] == 0x1B { return end }
      control(
        String(decoding: pending[(start + 2)..<end], as: UTF8.self), Character(Unicode.Scalar(pending[end])))
      return end + 1
    case UInt8(ascii: "]"):
      // A command to the terminal, up to a bell or a string's end: the question for its background, and the
      // clipboard.
      guard let end = pending[(start + 2)...].firstIndex(where: { $0 == 0x07 || $0 == 0x1B }) else {
        return nil
      }
      guard pending[end] == 0x1B else { return end + 1 }
      return end + 1 < pending.count ? end + 2 : nil
    case UInt8(ascii: "("), UInt8(ascii: ")"): return start + 2 < pending.count ? start + 3 : nil
    case UInt8(ascii: "M"):
      if row == region.lowerBound { scroll(region, by: -1) } else { row = max(0, row - 1) }
    case UInt8(ascii: "="): hasApplicationKeys = true
    case UInt8(ascii: ">"): hasApplicationKeys = false
    case UInt8(ascii: "7"), UInt8(ascii: "8"): break
    case let other: unknown.insert("ESC \(Character(Unicode.Scalar(other)))")
    }
    return start + 2
  }

  private mutating func control(_ parameters: String, _ final: Character) {
    if parameters.hasPrefix("?") {
      for mode in parameters.dropFirst().split(separator: ";").compactMap({ Int($0) }) {
        set(mode, to: final == "h")
      }
      return
    }
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    let count = max(1, numbers.first ?? 1)
    func number(_ index: Int) -> Int { index < numbers.count ? max(1, numbers[index]) : 1 }
    column = min(column, columns - 1)
    switch final {
    case "H", "f": (row, column) = (min(number(0), rows) - 1, min(number(1), columns) - 1)
    case "A": row = max(0, row - count)
    case "B": row = min(rows - 1, row + count)
    case "C": column = min(columns - 1, column + count)
    case "D": column = max(0, column - count)
    case "G": column = min(count, columns) - 1
    case "d": row = min(count, rows) - 1
    case "J": erase(numbers.first ?? 0)
    case "K": eraseLine(numbers.first ?? 0)
    case "X": for place in column..<min(columns, column + count) { cells[row][place] = " " }
    case "P":
      cells[row].removeSubrange(column..<min(columns, column + count))
      cells[row] += Array(repeating: " ", count: columns - cells[row].count)
    case "@":
      cells[row].insert(contentsOf: Array(repeating: " ", count: count), at: column)
      cells[row].removeLast(count)
    case "L": if row < region.upperBound { scroll(row..<region.upperBound, by: -count) }
    case "M": if row < region.upperBound { scroll(row..<region.upperBound, by: count) }
    case "S": scroll(region, by: count)
    case "T": scroll(region, by: -count)
    case "b": for _ in 0..<count { for scalar in last.unicodeScalars { put(scalar) } }
    case "r":
      let end = numbers.count > 1 ? min(number(1), rows) : rows
      (region, row, column) = (min(number(0), end) - 1..<end, 0, 0)
    case "m", "l", "h", "t", "c": break
    default: unknown.insert("CSI \(parameters)\(final)")
    }
  }

  private mutating func set(_ mode: Int, to isOn: Bool) {
    switch mode {
    case 1: hasApplicationKeys = isOn
    case 25: showsCursor = isOn
    case 1049: (isAlternate, cells) = (isOn, Self.blank(columns, rows))
    case 1000, 1002, 1003, 1006, 1015: if isOn { mouseModes.insert(mode) } else { mouseModes.remove(mode) }
    default: break
    }
  }

  private mutating func erase(_ kind: Int) {
    switch kind {
    case 0:
      if row == 0, column == 0 { clearings += 1 }
      eraseLine(0)
      for line in row + 1..<max(row + 1, rows) { cells[line] = Array(repeating: " ", count: columns) }
    case 1:
      eraseLine(1)
      for line in 0..<row { cells[line] = Array(repeating: " ", count: columns) }
    default:
      clearings += 1
      cells = Self.blank(columns, rows)
    }
  }

  private mutating func eraseLine(_ kind: Int) {
    let erased = kind == 0 ? column..<columns : kind == 1 ? 0..<column + 1 : 0..<columns
    for place in erased { cells[row][place] = " " }
  }
}
