/// Sets of scalars: `[…]`, `\p{…}` and the other escapes.
extension RegexParser {
  /// What follows a `[`.
  mutating func characterClass() throws -> ScalarSet {
    try enter()
    defer { leave() }
    let isNegated = take("^")
    // What stands before the last '&&', and after it.
    var (others, result) = (ScalarSet.all, ScalarSet.none)
    var isFirst = true
    while isFirst || current != "]" {
      isFirst = false
      if take("&&") {
        (others, result) = (others.intersection(result), .none)
        continue
      }
      if take("[") {
        result = result.union(try take(":") ? namedClass() : characterClass())
        continue
      }
      let (set, scalar) = try member()
      guard let scalar, current == "-" else {
        result = result.union(set)
        continue
      }
      _ = try next()
      if current == "]" {
        result = result.union(set).union(ScalarSet("-"))
        continue
      }
      guard let last = try member().scalar, scalar <= last else {
        throw Failure(reason: "such a range in '[…]'")
      }
      result = result.union(ScalarSet(scalar.value...last.value))
    }
    _ = try next()
    result = try cased(others.intersection(result))
    return isNegated ? result.complement : result
  }

  /// What follows a `[:`.
  private mutating func namedClass() throws -> ScalarSet {
    let isNegated = take("^")
    var name = ""
    while !take(":]") { name.unicodeScalars.append(try next()) }
    guard let set = ScalarSet(class: name) else {
      throw Failure(reason: "the class '[:\(ByteString(name)):]'")
    }
    return isNegated ? set.complement : set
  }

  /// A scalar, or an escape for one or several.
  private mutating func member() throws -> (set: ScalarSet, scalar: Unicode.Scalar?) {
    guard take("\\") else {
      let scalar = try next()
      return (ScalarSet(scalar), scalar)
    }
    if let scalar = try escapedScalar() { return (ScalarSet(scalar), scalar) }
    return (try escapedSet(), nil)
  }

  /// What follows a `\`.
  mutating func escape() throws -> ScalarSet {
    if let scalar = try escapedScalar() { return ScalarSet(scalar) }
    return try escapedSet()
  }

  private mutating func escapedSet() throws -> ScalarSet {
    let letter = try next()
    switch letter {
    case "s": return .whiteSpace
    case "S": return ScalarSet.whiteSpace.complement
    case "d": return try category("Nd")
    case "D": return try category("Nd").complement
    case "w": return .word
    case "W": return ScalarSet.word.complement
    case "p", "P":
      guard take("{") else { throw Failure(reason: "a '\\\(letter)' without '{…}'") }
      let isNegated = take("^")
      var name = ""
      while !take("}") { name.unicodeScalars.append(try next()) }
      let set = try category(name)
      return isNegated == (letter == "p") ? set.complement : set
    default: throw Failure(reason: "the escape '\\\(letter)'")
    }
  }

  private func category(_ name: String) throws -> ScalarSet {
    guard let set = ScalarSet(property: name) else {
      throw Failure(reason: "the Unicode property '\(ByteString(name))'")
    }
    return set
  }

  /// The scalar that an escape stands for; `nil`, and nothing taken, when it stands for a set.
  private mutating func escapedScalar() throws -> Unicode.Scalar? {
    let controls: [(Unicode.Scalar, Unicode.Scalar)] = [
      ("r", "\r"), ("n", "\n"), ("t", "\t"), ("f", "\u{C}"), ("v", "\u{B}"), ("a", "\u{7}"), ("e", "\u{1B}"),
    ]
    guard let letter = current else { throw Failure(reason: "a '\\' at the end") }
    if let control = controls.first(where: { $0.0 == letter }) {
      _ = try next()
      return control.1
    }
    if take("x{") { return try hexadecimal(digits: 1...8, end: "}") }
    if take("x") { return try hexadecimal(digits: 1...2) }
    if take("u") { return try hexadecimal(digits: 4...4) }
    let isWordCharacter = letter.properties.isAlphabetic || (0x30...0x39).contains(letter.value)
    return isWordCharacter ? nil : try next()
  }

  private mutating func hexadecimal(digits: ClosedRange<Int>, end: String = "") throws -> Unicode.Scalar {
    var text = ""
    while let scalar = current, scalar.properties.isASCIIHexDigit, text.count < digits.upperBound {
      text.unicodeScalars.append(try next())
    }
    guard digits.contains(text.count), take(end), let value = UInt32(text, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw Failure(reason: "a hexadecimal escape that is no character") }
    return scalar
  }
}

extension ScalarSet {
  /// With every case of the letters in it: those of ASCII, and the two others that Unicode folds to such
  /// letters, ſ and the Kelvin sign.
  /// - Throws: `RegexParser.Failure` for a set in which other letters have cases.
  func ignoringCase() throws -> ScalarSet {
    var result = self
    for lower in UInt32(0x61)...0x7A {
      let others: [UInt32] = lower == 0x73 ? [0x17F] : lower == 0x6B ? [0x212A] : []
      let cases = [lower, lower - 0x20] + others
      guard cases.contains(where: contains) else { continue }
      result = cases.reduce(result) { $0.union(ScalarSet($1...$1)) }
    }
    // A set of whole categories or with huge ranges cannot be listed here; its case matters in no tokenizer.
    let beyond = zip(starts, kinds).contains { start, kinds in
      start >= 0x80 && kinds != 0 && start != 0x17F && start != 0x212A
    }
    guard !beyond || kinds.count == 1 else {
      throw RegexParser.Failure(reason: "letters beyond ASCII in '(?i:…)'")
    }
    return result
  }
}
