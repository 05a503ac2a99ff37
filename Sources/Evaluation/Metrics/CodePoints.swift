/// Text as the official scorers see it: code points, one after the other.
///
/// They are Python programs. Its strings compare code point by code point, while canonically equivalent
/// `String`s are equal; its idea of a space, a digit and a letter is Unicode's with some of its own, which
/// are said where they differ.
struct CodePoints: Sendable, Hashable {
  let scalars: [Unicode.Scalar]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }
  init(_ scalars: some Sequence<Unicode.Scalar>) { self.scalars = Array(scalars) }

  var isEmpty: Bool { scalars.isEmpty }
  var count: Int { scalars.count }

  /// As `str.lower()`: full case mappings, and a sigma at the end of a word becomes a final one.
  var lowercased: CodePoints {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for (index, scalar) in scalars.enumerated() {
      if scalar.isASCII {
        let isCapital = (0x41...0x5A).contains(scalar.value)
        result.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
      } else if scalar == "\u{3A3}" {
        result.append(isFinalSigma(index) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return CodePoints(result)
  }

  /// Unicode's Final_Sigma: a cased letter stands before it and none behind it, letters that case ignores
  /// left out.
  private func isFinalSigma(_ index: Int) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }

  /// As `str.split()`: the parts between runs of space, none of them empty.
  var words: [CodePoints] { scalars.split(whereSeparator: \.isPythonSpace).map { CodePoints($0) } }

  /// As `str.strip()`.
  var stripped: CodePoints {
    guard let first = scalars.firstIndex(where: { !$0.isPythonSpace }),
      let last = scalars.lastIndex(where: { !$0.isPythonSpace })
    else { return CodePoints("") }
    return CodePoints(scalars[first...last])
  }

  /// As `str.split(separator)`: an empty text has one part, which is empty.
  func split(_ separator: Unicode.Scalar) -> [CodePoints] {
    scalars.split(separator: separator, omittingEmptySubsequences: false).map { CodePoints($0) }
  }

  /// As `str.lstrip("\n").split("\n")`: the lines, from the first that is not empty.
  var linesFromFirst: [CodePoints] { CodePoints(scalars.drop { $0 == "\n" }).split("\n") }

  /// As `re.findall(r"\d+")`: every run of decimal digits, of any script.
  var numbers: [CodePoints] {
    scalars.split { $0.properties.generalCategory != .decimalNumber }.map { CodePoints($0) }
  }

  /// As `re.findall(prefix + r"(\d+)")[0]`: the first number that stands right behind a prefix.
  func number(behind prefix: String) -> CodePoints? {
    let prefix = CodePoints(prefix).scalars
    for start in scalars.indices.dropLast(prefix.count) where scalars[start...].starts(with: prefix) {
      let digits = scalars[(start + prefix.count)...].prefix {
        $0.properties.generalCategory == .decimalNumber
      }
      if !digits.isEmpty { return CodePoints(digits) }
    }
    return nil
  }

  /// As `part in text`; an empty part is in every text.
  func contains(_ part: CodePoints) -> Bool {
    guard let first = part.scalars.first else { return true }
    guard part.count <= count else { return false }
    return (0...count - part.count).contains {
      scalars[$0] == first && scalars[$0...].starts(with: part.scalars)
    }
  }
}

extension Unicode.Scalar {
  /// As `str.isspace()`: Unicode's white space, and the four separators of ASCII, which Unicode counts as
  /// controls.
  var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

  /// As `\w` in a regular expression: letters and whatever has a numeric value, of any script; no combining
  /// marks.
  var isPythonWord: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: self == "_" || properties.numericType != nil
    }
  }

  /// Whether it is one of the 32 of `string.punctuation`.
  var isPythonPunctuation: Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}

extension String {
  init(_ text: CodePoints) {
    self.init(String.UnicodeScalarView(text.scalars))
  }
}
