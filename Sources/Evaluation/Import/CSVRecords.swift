import Foundation

/// A table in CSV as pandas writes it (RFC 4180): names in the first line, fields in quotes where they hold
/// commas, quotes or ends of lines.
struct CSVRecords {
  /// A row, and the line of the file that it begins in.
  struct Row {
    let line: Int
    let fields: [String]
  }

  let file: String
  /// The columns' places by their names.
  let columns: [String: Int]
  let rows: [Row]

  private static let cure = "the file was cut off or changed: copy it again, or run the evaluation again"

  /// Reads a table.
  /// - Throws: `ImportError`.
  init(_ data: Data, file: String) throws {
    self.file = file
    var records = try Self.records(Array(data), file: file)
    guard !records.isEmpty else {
      throw ImportError(file, expected: "a line of column names", found: "an empty file", cure: Self.cure)
    }
    let names = records.removeFirst()
    columns = Dictionary(zip(names.fields, 0...)) { first, _ in first }
    guard columns.count == names.fields.count else {
      let twice = names.fields.first { name in names.fields.count { $0 == name } > 1 } ?? ""
      throw ImportError(
        file, "line 1", expected: "each column once", found: "\(ImportError.quoted(twice)) twice",
        cure: Self.cure)
    }
    if let odd = records.first(where: { $0.fields.count != names.fields.count }) {
      throw ImportError(
        file, "line \(odd.line)", expected: "\(names.fields.count) fields, as in line 1",
        found: "\(odd.fields.count)", cure: Self.cure)
    }
    guard !records.isEmpty else {
      throw ImportError(file, expected: "a row for each question", found: "none", cure: Self.cure)
    }
    rows = records
  }

  /// The place of a column that there must be.
  /// - Throws: `ImportError`.
  func column(_ name: String) throws -> Int {
    guard let place = columns[name] else {
      throw ImportError(
        file, "line 1", expected: "a column '\(name)'",
        found: columns.keys.sorted().map { ImportError.quoted($0) }.joined(separator: ", "),
        cure: "name the folder of an evaluation of kvpress, as it wrote it")
    }
    return place
  }

  private static func records(_ bytes: [UInt8], file: String) throws -> [Row] {
    let (quote, comma, newline, carriage) = (UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(10), UInt8(13))
    var rows: [Row] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var (line, begin, index) = (1, 1, 0)
    func text(_ bytes: [UInt8]) throws -> String {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ImportError(file, "line \(line)", expected: "UTF-8", found: "other bytes", cure: cure)
      }
      return text
    }
    // A byte order mark is no part of the first name.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    while index < bytes.count {
      if bytes[index] == quote, field.isEmpty {
        let opened = line
        index += 1
        while true {
          guard index < bytes.count else {
            throw ImportError(
              file, "line \(opened)", expected: "a quote that ends the field", found: "the file's end",
              cure: cure)
          }
          if bytes[index] == quote {
            index += 1
            guard index < bytes.count, bytes[index] == quote else { break }
          }
          if bytes[index] == newline { line += 1 }
          field.append(bytes[index])
          index += 1
        }
        guard index == bytes.count || [comma, newline, carriage].contains(bytes[index]) else {
          throw ImportError(
            file, "line \(line)", expected: "a comma or the line's end behind a quoted field",
            found: ImportError.quoted(String(decoding: bytes[index...].prefix(12), as: UTF8.self)),
            cure: cure)
        }
      } else if bytes[index] != comma, bytes[index] != newline, bytes[index] != carriage {
        field.append(bytes[index])
        index += 1
      }
      let ends = index < bytes.count ? bytes[index] : newline
      guard [comma, newline, carriage].contains(ends) else { continue }
      fields.append(try text(field))
      field = []
      index += 1
      guard ends != comma else {
        if index >= bytes.count { fields.append("") }
        if index < bytes.count { continue }
        rows.append(Row(line: begin, fields: fields))
        return rows
      }
      if ends == carriage, index < bytes.count, bytes[index] == newline { index += 1 }
      // A line without anything in it is no row.
      if fields != [""] { rows.append(Row(line: begin, fields: fields)) }
      fields = []
      line += 1
      begin = line
    }
    return rows
  }
}
