/// Reads the part of TOML 1.0 that a configuration is made of: tables, keys, texts, whole numbers, true and
/// false, lists. Numbers with a point, dates, inline tables and lists of tables are refused by name.
///
/// A reader of our own, because it must survive any file: the toml++ in TOMLKit 0.6.0 ends the program by an
/// assertion on `[=]` or `[.a]` and overflows the stack on long dotted keys, and TOMLKit tells no line of a
/// value that is understood.
struct TOMLReader {
  /// A key with its value.
  struct Entry: Equatable {
    /// The table's names, and the key.
    let path: [String]
    let value: TOMLValue
    /// Where the key stands, from 1.
    let line: Int
  }

  /// What is wrong, and where.
  struct Failure: Error, Equatable {
    let line: Int
    let reason: String
  }

  private static let deepestList = 8
  private static let longestPath = 8

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var line = 1

  /// Reads a file's text.
  /// - Returns: every key, in the file's order.
  /// - Throws: `Failure`.
  static func entries(in text: String) throws -> [Entry] {
    var reader = TOMLReader(scalars: Array(text.unicodeScalars))
    if reader.current == "\u{FEFF}" { reader.index += 1 }
    return try reader.document()
  }

  private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

  // MARK: Lines

  private mutating func document() throws -> [Entry] {
    var entries: [Entry] = []
    var table: [String] = []
    var seen: Set<[String]> = []
    while true {
      skipSpace(withLines: true)
      guard let scalar = current else { return entries }
      let start = line
      let isTable = scalar == "["
      if isTable {
        index += 1
        guard current != "[" else { throw failure("lists of tables, [[…]], are not used here") }
        table = try path()
        try expect("]")
      } else {
        let path = table + (try path())
        try expect("=")
        entries.append(Entry(path: path, value: try value(depth: 0), line: start))
      }
      let path = isTable ? table : entries[entries.count - 1].path
      guard seen.insert(path).inserted else {
        throw Failure(line: start, reason: "'\(path.joined(separator: "."))' stands here for the second time")
      }
      skipSpace(withLines: false)
      guard current == nil || atLineEnd else {
        throw failure("the end of the line was expected, and not \(shown)")
      }
    }
  }

  /// One name or several with points between them.
  private mutating func path() throws -> [String] {
    var names: [String] = []
    repeat {
      skipSpace(withLines: false)
      names.append(try name())
      guard names.count <= Self.longestPath else { throw failure("so many names with points between them") }
      skipSpace(withLines: false)
    } while take(".")
    return names
  }

  private mutating func name() throws -> String {
    if current == "\"" || current == "'" { return try text() }
    let start = index
    while let scalar = current, scalar.isASCII,
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_"
    {
      index += 1
    }
    guard index > start else { throw failure("a name was expected, and not \(shown)") }
    return word(from: start)
  }

  // MARK: Values

  private mutating func value(depth: Int) throws -> TOMLValue {
    skipSpace(withLines: false)
    switch current {
    case "\"", "'": return .text(try text())
    case "[": return .list(try list(depth: depth + 1))
    default: return try plain()
    }
  }

  /// True, false, or a whole number.
  private mutating func plain() throws -> TOMLValue {
    let start = index
    while let scalar = current, scalar.isASCII,
      scalar.properties.isAlphabetic || "0123456789+-_.:".unicodeScalars.contains(scalar)
    { index += 1 }
    let word = word(from: start)
    switch word {
    case "true": return .flag(true)
    case "false": return .flag(false)
    case "":
      throw failure("a value was expected, and not \(shown): a \"text\", a number, true, false, or a [list]")
    default:
      // Underscores stand between digits.
      let digits = word.replacing("_", with: "")
      guard !word.hasPrefix("_"), !word.hasSuffix("_"), !word.contains("__"), let number = Int(digits) else {
        throw failure("'\(word)' is no whole number; a text stands in quotes")
      }
      return .number(number)
    }
  }

  private mutating func list(depth: Int) throws -> [TOMLValue] {
    guard depth <= Self.deepestList else { throw failure("lists in lists so deep") }
    let start = line
    index += 1
    var values: [TOMLValue] = []
    while true {
      skipSpace(withLines: true)
      if take("]") { return values }
      values.append(try value(depth: depth))
      skipSpace(withLines: true)
      if take("]") { return values }
      guard take(",") else {
        throw current == nil
          ? Failure(line: start, reason: "this list has no end")
          : failure("a comma or ']' was expected, and not \(shown)")
      }
    }
  }

  /// A text in quotes, of one line or, in three quotes, of several; only double quotes know escapes.
  private mutating func text() throws -> String {
    let start = line
    guard let quote = current else { return "" }
    let three = String(repeating: Character(quote), count: 3)
    let isLong = take(three)
    if isLong {
      // A line's end right behind the quotes is none of the text's.
      if take("\r\n") || take("\n") { line += 1 }
    } else {
      index += 1
    }
    var result = String.UnicodeScalarView()
    while let scalar = current {
      if isLong ? take(three) : take(String(Character(quote))) {
        // Up to two quotes may stand before the three that end it.
        for _ in 0..<2 where isLong && take(String(Character(quote))) { result.append(quote) }
        return String(result)
      }
      guard scalar != "\n" || isLong else { break }
      index += 1
      if scalar == "\n" { line += 1 }
      if scalar == "\\", quote == "\"" {
        try appendEscape(to: &result, isLong: isLong)
      } else if scalar.value >= 0x20 && scalar.value != 0x7F || scalar == "\t"
        || isLong && (scalar == "\n" || scalar == "\r")
      {
        result.append(scalar)
      } else {
        throw failure("a control character in a text; write it as \\u00…")
      }
    }
    throw Failure(line: start, reason: "this text has no end")
  }

  private mutating func appendEscape(to text: inout String.UnicodeScalarView, isLong: Bool) throws {
    guard let scalar = current else { throw failure("a '\\' at the end") }
    index += 1
    let plain: [Unicode.Scalar: Unicode.Scalar] = [
      "b": "\u{8}", "t": "\t", "n": "\n", "f": "\u{C}", "r": "\r", "\"": "\"", "\\": "\\",
    ]
    if let meant = plain[scalar] {
      text.append(meant)
    } else if scalar == "u" || scalar == "U" {
      let digits = scalars[index...].prefix(scalar == "u" ? 4 : 8)
      guard digits.count == (scalar == "u" ? 4 : 8), digits.allSatisfy({ $0.properties.isASCIIHexDigit }),
        let meant = UInt32(String(String.UnicodeScalarView(digits)), radix: 16).flatMap(Unicode.Scalar.init)
      else { throw failure("'\\\(scalar)' needs \(scalar == "u" ? 4 : 8) digits of a character") }
      text.append(meant)
      index += digits.count
    } else if isLong, scalar == "\n" || scalar == "\r" || scalar == " " || scalar == "\t" {
      // The rest of the line, and the space at the beginning of those that follow.
      index -= 1
      while let space = current, space == " " || space == "\t" || space == "\n" || space == "\r" {
        if space == "\n" { line += 1 }
        index += 1
      }
    } else {
      throw failure(
        "'\\\(scalar)' stands for nothing; a '\\' itself is '\\\\', or write the text in 'single quotes'")
    }
  }

  // MARK: Scalars

  private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  /// What stands at this place, for errors.
  private var shown: String {
    current.map { $0 == "\n" ? "the end of the line" : "'\($0.escaped(asASCII: false))'" }
      ?? "the end of the file"
  }

  private var atLineEnd: Bool {
    current == "\n" || current == "\r" && scalars[index...].dropFirst().first == "\n"
  }

  private func failure(_ reason: String) -> Failure { Failure(line: line, reason: reason) }

  private func word(from start: Int) -> String { String(String.UnicodeScalarView(scalars[start..<index])) }

  private mutating func take(_ text: String) -> Bool {
    guard scalars[index...].starts(with: text.unicodeScalars) else { return false }
    index += text.unicodeScalars.count
    return true
  }

  private mutating func expect(_ text: String) throws {
    guard take(text) else { throw failure("'\(text)' was expected, and not \(shown)") }
  }

  /// Passes over spaces and a comment, and, where lines may end, over those, too.
  private mutating func skipSpace(withLines: Bool) {
    while let scalar = current {
      if scalar == "#" {
        while current != nil, current != "\n" { index += 1 }
      } else if scalar == " " || scalar == "\t" {
        index += 1
      } else if withLines, atLineEnd {
        index += scalar == "\r" ? 2 : 1
        line += 1
      } else {
        return
      }
    }
  }
}
