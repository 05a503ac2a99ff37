/// A list of texts as Python or NumPy prints it into a field of CSV: `['a', 'b']`, `["it's" 'b'\n 'c']`.
enum PythonList {
  /// Why a text is no such list.
  enum Failure: Error {
    /// NumPy leaves out the middle of long arrays.
    case abridged
    case malformed
  }

  /// The list's texts; of a text that is no list, itself alone.
  static func texts(_ field: String) throws -> [String] {
    let trimmed = field.drop { $0.isWhitespace }
    guard trimmed.hasPrefix("["), let last = trimmed.lastIndex(where: { !$0.isWhitespace }),
      trimmed[last] == "]"
    else { return [field] }
    var rest = trimmed[..<last].dropFirst()
    var texts: [String] = []
    while let first = rest.first {
      if first.isWhitespace || first == "," {
        rest.removeFirst()
      } else if first == "'" || first == "\"" {
        rest.removeFirst()
        texts.append(try quoted(&rest, until: first))
      } else {
        let word = rest.prefix { !$0.isWhitespace && $0 != "," }
        guard word != "..." else { throw Failure.abridged }
        guard !word.contains("[") else { throw Failure.malformed }
        texts.append(String(word))
        rest = rest.dropFirst(word.count)
      }
    }
    return texts
  }

  private static func quoted(_ rest: inout Substring, until quote: Character) throws -> String {
    var text = ""
    while let next = rest.popFirst() {
      if next == quote { return text }
      guard next == "\\" else {
        text.append(next)
        continue
      }
      guard let escaped = rest.popFirst() else { throw Failure.malformed }
      switch escaped {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      case "x": text.append(try scalar(&rest, digits: 2))
      case "u": text.append(try scalar(&rest, digits: 4))
      case "U": text.append(try scalar(&rest, digits: 8))
      default: text.append(escaped)
      }
    }
    throw Failure.malformed
  }

  private static func scalar(_ rest: inout Substring, digits: Int) throws -> Character {
    let code = rest.prefix(digits)
    guard code.count == digits, let number = UInt32(code, radix: 16), let scalar = Unicode.Scalar(number)
    else { throw Failure.malformed }
    rest = rest.dropFirst(digits)
    return Character(scalar)
  }
}
