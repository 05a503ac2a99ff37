/// The pieces of a policy's name: `scorer`, then `/allocation`, then `+wrapper` any number of times, each
/// with settings in brackets.
///
/// A plus begins a wrapper only before a letter, because `laq++` is a word. Small and capital letters are the
/// same, and spaces mean nothing, but within a file's name.
struct PolicyNameParser {
  private let text: String
  private(set) var scorer: Substring = ""
  private(set) var allocation: Substring?
  private(set) var wrappers: [Substring] = []

  /// - Throws: `PolicyNameError.malformed`.
  init(_ text: String) throws {
    self.text = text
    let compact = Self.compact(text)
    var pieces: [(mark: Character, text: Substring)] = []
    var (start, mark, depth) = (compact.startIndex, Character(" "), 0)
    for index in compact.indices {
      let character = compact[index]
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      guard (0...1).contains(depth) else { throw PolicyNameError.malformed(text) }
      let following = compact.index(after: index)
      let isWrapper = character == "+" && following < compact.endIndex && compact[following].isLetter
      if depth == 0, character == "/" || isWrapper {
        pieces.append((mark, compact[start..<index]))
        (start, mark) = (following, character)
      }
    }
    pieces.append((mark, compact[start...]))
    for (index, piece) in pieces.enumerated() {
      guard !piece.text.isEmpty, piece.mark != "/" || index == 1 else {
        throw PolicyNameError.malformed(text)
      }
      switch piece.mark {
      case "/": allocation = piece.text
      case "+": wrappers.append(piece.text)
      default: scorer = piece.text
      }
    }
  }

  /// Small letters without spaces, and brackets as they stand.
  private static func compact(_ text: String) -> Substring {
    var (compact, depth) = ("", 0)
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if depth > 0 {
        compact.append(character)
      } else if !character.isWhitespace {
        compact += character.lowercased()
      }
    }
    return Substring(compact)
  }

  /// One piece with complete settings.
  /// - Parameter unknown: the error for a name that no family has; it is given the nearest one.
  /// - Throws: `PolicyNameError`.
  func part<Family: PolicyFamily>(
    _ piece: Substring, of families: [Family], unknown: (String, String) -> PolicyNameError
  ) throws -> (family: Family, part: PolicyPart) {
    let (name, pairs) = try brackets(piece)
    guard let family = families.named(name) else { throw unknown(name, families.nearest(to: name)) }
    var given: [String: String] = [:]
    for (typed, value) in pairs {
      let key = typed.map(Self.word) ?? family.parameters.first { !$0.isNamed }?.key
      guard let key else { throw PolicyNameError.malformed(text) }
      guard let parameter = family.parameters.first(where: { $0.key == key }) else {
        throw PolicyNameError.unknownSetting(
          policy: family.name, key: key, known: family.parameters.map(\.key))
      }
      guard given[key] == nil else {
        throw PolicyNameError.repeatedSetting(policy: family.name, key: key)
      }
      let read = parameter.domain == .file ? Self.trimmed(value) : Self.word(value)
      guard let canonical = parameter.canonical(read) else {
        throw PolicyNameError.badSetting(
          policy: family.name, key: key, value: read, range: parameter.range)
      }
      given[key] = canonical
    }
    let values = family.standardSettings(given: given).values.merging(given) { _, given in given }
    return (family, PolicyPart(name: family.name, settings: PolicySettings(values: values)))
  }

  /// What was typed as a word.
  private static func word(_ typed: String) -> String { typed.lowercased().filter { !$0.isWhitespace } }

  /// What was typed as a file's name.
  private static func trimmed(_ typed: String) -> String {
    let start = typed.drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// The word and what stands in the brackets behind it; a value without a key has none.
  private func brackets(_ piece: Substring) throws -> (String, [(String?, String)]) {
    guard let open = piece.firstIndex(of: "(") else { return (String(piece), []) }
    guard piece.last == ")" else { throw PolicyNameError.malformed(text) }
    let pairs = try piece[piece.index(after: open)...].dropLast().split(separator: ",").map { pair in
      let sides = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard (1...2).contains(sides.count), sides.allSatisfy({ !Self.word($0).isEmpty }) else {
        throw PolicyNameError.malformed(text)
      }
      return (sides.count == 2 ? sides[0] : nil, sides[sides.count - 1])
    }
    return (String(piece[..<open]), pairs)
  }
}

/// Levenshtein's distance between two short words.
func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, character) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let substituted = diagonal + (b[j] == character ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
