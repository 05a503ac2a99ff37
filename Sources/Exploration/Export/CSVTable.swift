import Foundation

/// A table for spreadsheets and scripts: lines of fields, numbers as they are, texts in quotes.
struct CSVTable {
  /// A field.
  enum Field {
    case number(Double?)
    case single(Float)
    case count(Int?)
    case text(String?)
    case truth(Bool?)

    fileprivate var written: String {
      switch self {
      case .number(let value): value.map { $0.isFinite ? "\($0)" : "" } ?? ""
      case .single(let value): "\(value)"
      case .count(let value): value.map(String.init) ?? ""
      case .text(let value): value.map(CSVField.inQuotes) ?? ""
      case .truth(let value): value.map { $0 ? "1" : "0" } ?? ""
      }
    }
  }

  private let columns: [String]
  private var lines: [String] = []

  init(_ columns: [String]) { self.columns = columns }

  /// Adds a line, a field for each column.
  mutating func add(_ fields: [Field]) { lines.append(fields.map(\.written).joined(separator: ",")) }

  /// The table's bytes.
  var data: Data {
    Data((([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n").utf8)
  }
}
