/// The pieces of a policy's name: `scorer`, then `/allocation`, then `+wrapper` any number of times, each
/// with settings in brackets.
///
/// A plus begins a wrapper only before a letter, because `laq++` is a word. What stands in double quotes is
/// no syntax.
struct PolicyNameParser {
  /// The characters of one piece.
  typealias Piece = ArraySlice<QuotedText.Element>

  private let text: String
  private(set) var scorer: Piece = []
  private(set) var allocation: Piece?
  private(set) var wrappers: [Piece] = []

  /// - Throws: `PolicyNameError.malformed`.
  init(_ text: String) throws {
    self.text = text
    guard let compact = QuotedText(text)?.elements else { throw PolicyNameError.malformed(text) }
    var pieces: [(mark: Character, text: Piece)] = []
    var (start, mark, depth) = (compact.startIndex, Character(" "), 0)
    for index in compact.indices {
      let element = compact[index]
      if element.isMark("(") { depth += 1 }
      if element.isMark(")") { depth -= 1 }
      guard (0...1).contains(depth) else { throw PolicyNameError.malformed(text) }
      let following = index + 1
      let isWrapper =
        element.isMark("+") && following < compact.endIndex && compact[following].character.isLetter
      if depth == 0, element.isMark("/") || isWrapper {
        pieces.append((mark, compact[start..<index]))
        (start, mark) = (following, element.character)
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

  /// One piece with complete settings.
  /// - Parameter unknown: the error for a name that no family has; it is given the nearest one.
  /// - Throws: `PolicyNameError`.
  func part<Family: PolicyFamily>(
    _ piece: Piece, of families: [Family], unknown: (String, String) -> PolicyNameError
  ) throws -> (family: Family, part: PolicyPart) {
    let (name, pairs) = try brackets(piece)
    guard let family = families.named(name) else { throw unknown(name, families.nearest(to: name)) }
    var given: [String: String] = [:]
    for (typed, value) in pairs {
      let key = typed ?? family.parameters.first { !$0.isNamed }?.key
      guard let key else { throw PolicyNameError.malformed(text) }
      guard let parameter = family.parameters.first(where: { $0.key == key }) else {
        throw PolicyNameError.unknownSetting(
          policy: family.name, key: key, known: family.parameters.map(\.key))
      }
      guard given[key] == nil else {
        throw PolicyNameError.repeatedSetting(policy: family.name, key: key)
      }
      guard let canonical = parameter.canonical(value) else {
        throw PolicyNameError.badSetting(
          policy: family.name, key: key, value: value, range: parameter.range)
      }
      given[key] = canonical
    }
    let values = family.standardSettings(given: given).values.merging(given) { _, given in given }
    return (family, PolicyPart(name: family.name, settings: PolicySettings(values: values)))
  }

  /// The word and what stands in the brackets behind it; a value without a key has none. Upper and lower case
  /// are the same, but in values.
  private func brackets(_ piece: Piece) throws -> (String, [(String?, String)]) {
    guard let open = piece.firstIndex(where: { $0.isMark("(") }) else {
      return (piece.text.lowercased(), [])
    }
    guard piece.last?.isMark(")") == true else { throw PolicyNameError.malformed(text) }
    let pairs = try piece[(open + 1)...].dropLast().split { $0.isMark(",") }.map { pair in
      let sides = pair.split(omittingEmptySubsequences: false) { $0.isMark("=") }.map(\.text)
      guard (1...2).contains(sides.count), sides.allSatisfy({ !$0.isEmpty }) else {
        throw PolicyNameError.malformed(text)
      }
      return (sides.count == 2 ? sides[0].lowercased() : nil, sides[sides.count - 1])
    }
    return (piece[..<open].text.lowercased(), pairs)
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
