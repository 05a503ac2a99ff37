/// A field of CSV (RFC 4180).
public enum CSVField {
  private static let special = Set(",\"\n\r".utf8)

  /// The field as it stands in a line: in quotes, with those within doubled, where it holds what would end
  /// it.
  ///
  /// By bytes: a comma with an accent and the two bytes of a line's end are one character each, and end a
  /// field all the same.
  public static func quoted(_ field: String) -> String {
    field.utf8.contains(where: special.contains) ? inQuotes(field) : field
  }

  /// The same in quotes in any case.
  static func inQuotes(_ field: String) -> String {
    let mark = UInt8(ascii: "\"")
    return "\"" + String(decoding: field.utf8.flatMap { $0 == mark ? [mark, mark] : [$0] }, as: UTF8.self)
      + "\""
  }
}
