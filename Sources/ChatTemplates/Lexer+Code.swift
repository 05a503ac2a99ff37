/// The tokens inside tags.
extension Lexer {
  private static let closers = ["(": ")", "[": "]", "{": "}"]

  mutating func lexCode(isBlock: Bool) throws {
    let opened = line
    let ending = isBlock ? "%}" : "}}"
    var brackets: [String] = []
    while true {
      advance(to: afterSpace(index))
      guard let scalar = at(index) else {
        throw TemplateError.syntax(
          line: opened, reason: "'\(isBlock ? "{%" : "{{")' is not closed with '\(ending)'")
      }
      if brackets.isEmpty, takeEnd(isBlock: isBlock) { return }
      if scalar.isDigit {
        try lexNumber()
      } else if scalar.isWord {
        let end = source[index...].firstIndex { !$0.isWord } ?? source.count
        add(.name(Text(source[index..<end])))
        advance(to: end)
      } else if scalar == "'" || scalar == "\"" {
        try lexString(quote: scalar)
      } else if let symbol = symbol(beginningWith: scalar) {
        if let closer = Self.closers[symbol] {
          brackets.append(closer)
        } else if [")", "]", "}"].contains(symbol), brackets.popLast() != symbol {
          throw TemplateError.syntax(line: line, reason: "'\(symbol)' closes nothing")
        }
        add(.symbol(symbol))
        advance(to: index + symbol.unicodeScalars.count)
      } else {
        throw TemplateError.syntax(
          line: line, reason: "\(Text([scalar]).quoted) stands where nothing like it may")
      }
    }
  }

  /// The operator or bracket at the current place.
  private func symbol(beginningWith first: Unicode.Scalar) -> String? {
    switch (first, at(index + 1)) {
    case ("/", "/"), ("*", "*"): String(first) + String(first)
    case ("=", "="), ("!", "="), ("<", "="), (">", "="): String(first) + "="
    default: "+-*/%~()[]{}.,:|<>=".unicodeScalars.contains(first) ? String(first) : nil
    }
  }

  private mutating func takeEnd(isBlock: Bool) -> Bool {
    if isBlock {
      let hasSign = matches("-%}", at: index) || matches("+%}", at: index)
      guard hasSign || matches("%}", at: index) else { return false }
      add(.blockEnd)
      advance(to: afterBlockEnd(at: hasSign ? index + 1 : index, from: index))
    } else {
      let hasSign = matches("-}}", at: index)
      guard hasSign || matches("}}", at: index) else { return false }
      add(.printEnd)
      advance(to: hasSign ? afterSpace(index + 3) : index + 2)
    }
    return true
  }

  private func afterDigits(_ offset: Int) -> Int {
    var offset = offset
    while let scalar = at(offset), scalar.isDigit || (scalar == "_" && at(offset + 1)?.isDigit == true) {
      offset += 1
    }
    return offset
  }

  private mutating func lexNumber() throws {
    var end = afterDigits(index)
    var isWhole = true
    if index == 0 || at(index - 1) != "." {
      if at(end) == ".", at(end + 1)?.isDigit == true {
        end = afterDigits(end + 1)
        isWhole = false
      }
      let sign = at(end + 1) == "+" || at(end + 1) == "-" ? 1 : 0
      if at(end) == "e" || at(end) == "E", at(end + 1 + sign)?.isDigit == true {
        end = afterDigits(end + 1 + sign)
        isWhole = false
      }
    }
    let digits = Text(source[index..<end].filter { $0 != "_" }).string
    if isWhole, let value = Int(digits) {
      add(.integer(value))
    } else if !isWhole, let value = Double(digits), value.isFinite {
      add(.number(value))
    } else {
      throw TemplateError.syntax(line: line, reason: "the number \(Text(digits).quoted) is too large")
    }
    advance(to: end)
  }

  private mutating func lexString(quote: Unicode.Scalar) throws {
    let opened = line
    var end = index + 1
    var text: [Unicode.Scalar] = []
    while true {
      guard let scalar = at(end) else {
        throw TemplateError.syntax(line: opened, reason: "a string that begins here is not closed")
      }
      if scalar == quote { break }
      if scalar == "\\" {
        end = try lexEscape(at: end + 1, into: &text)
      } else {
        text.append(scalar)
        end += 1
      }
    }
    add(.string(Text(text)))
    advance(to: end + 1)
  }

  /// Reads what follows a backslash.
  /// - Returns: the offset behind it.
  private func lexEscape(at offset: Int, into text: inout [Unicode.Scalar]) throws -> Int {
    guard let scalar = at(offset) else { return offset }
    let simple: [Unicode.Scalar: Unicode.Scalar] = [
      "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{07}", "b": "\u{08}",
      "f": "\u{0C}", "v": "\u{0B}",
    ]
    if let meant = simple[scalar] {
      text.append(meant)
      return offset + 1
    }
    if scalar == "\n" { return offset + 1 }
    if (0x30...0x37).contains(scalar.value) {
      let digits = source[offset...].prefix(3).prefix { (0x30...0x37).contains($0.value) }
      text.append(UInt32(Text(digits).string, radix: 8).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
      return offset + digits.count
    }
    let widths: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
    if let width = widths[scalar] {
      let digits = Text(source[(offset + 1)...].prefix(width)).string
      guard digits.utf8.count == width,
        digits.utf8.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
        let meant = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
      else {
        throw TemplateError.syntax(
          line: line, reason: "'\\\(scalar)' is not followed by a character's number")
      }
      text.append(meant)
      return offset + 1 + width
    }
    if scalar == "N" { throw TemplateError.unsupported(line: line, what: "a character by its name ('\\N')") }
    text += ["\\", scalar]
    return offset + 1
  }
}

extension Unicode.Scalar {
  var isDigit: Bool { (0x30...0x39).contains(value) }

  /// Whether a name may have it.
  var isWord: Bool {
    self == "_" || properties.isAlphabetic || properties.numericType != nil
      || [.nonspacingMark, .spacingMark].contains(properties.generalCategory)
  }
}
