/// A table that reads as text and as Markdown: the first column to the left, the others to the right.
///
/// What a cell holds may come from a file: a bar is escaped, and a control, which would end the line, is a
/// space.
struct MarkdownTable {
  private var lines: [[String]]

  /// A table without lines.
  init(_ header: [String]) { lines = [header.map(Self.cell)] }

  /// Whether there is no line below the header.
  var isEmpty: Bool { lines.count == 1 }

  /// Adds a line with as many cells as the header has.
  mutating func add(_ cells: [String]) { lines.append(cells.map(Self.cell)) }

  private static func cell(_ text: String) -> String {
    var cell = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: cell += " "
      default: cell += scalar == "|" ? "\\|" : String(scalar)
      }
    }
    return cell
  }

  /// The table, its last line ended.
  var text: String {
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    func row(_ cells: [String]) -> String {
      "| "
        + zip(cells, widths).enumerated().map { index, cell in
          let space = String(repeating: " ", count: cell.1 - cell.0.count)
          return index == 0 ? cell.0 + space : space + cell.0
        }.joined(separator: " | ") + " |"
    }
    let rule = widths.enumerated().map { index, width in
      index == 0
        ? String(repeating: "-", count: width) : String(repeating: "-", count: max(1, width - 1)) + ":"
    }
    return ([row(lines[0]), row(rule)] + lines.dropFirst().map(row)).joined(separator: "\n") + "\n"
  }
}
