/// Reads a pattern as Oniguruma does, which Hugging Face's `tokenizers` use; what no known tokenizer uses is
/// an error that names it.
struct RegexParser {
  /// What is not supported, or wrong.
  struct Failure: Error, Equatable {
    let reason: String
  }

  private static let maximumDepth = 32
  private static let largestCount = 100

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var depth = 0
  private var ignoresCase = false

  /// Takes a pattern apart.
  /// - Throws: `Failure`.
  static func parse(_ pattern: String) throws -> RegexSyntax {
    var parser = RegexParser(scalars: Array(pattern.unicodeScalars))
    let result = try parser.alternatives()
    guard parser.current == nil else { throw Failure(reason: "a ')' without '('") }
    return result
  }

  private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

  /// The scalar at the cursor; `nil` at the end.
  var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  /// Takes a scalar.
  mutating func next() throws -> Unicode.Scalar {
    guard let scalar = current else { throw Failure(reason: "an end amid something") }
    index += 1
    return scalar
  }

  /// Takes a text if it comes next.
  mutating func take(_ text: String) -> Bool {
    guard scalars[index...].starts(with: text.unicodeScalars) else { return false }
    index += text.unicodeScalars.count
    return true
  }

  /// A set with every case of its letters, inside a group that asks for that.
  func cased(_ set: ScalarSet) throws -> ScalarSet { ignoresCase ? try set.ignoringCase() : set }

  private mutating func alternatives() throws -> RegexSyntax {
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws -> RegexSyntax {
    var parts: [RegexSyntax] = []
    while let scalar = current, scalar != "|", scalar != ")" {
      parts.append(try repetitions(of: try atom()))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func atom() throws -> RegexSyntax {
    let scalar = try next()
    switch scalar {
    case "(": return try group()
    case "[": return .scalar(try characterClass())
    case "\\": return .scalar(try cased(try escape()))
    case ".": return .scalar(ScalarSet("\n").complement)
    // Oniguruma's Ruby syntax: the end of any line.
    case "$": return .before(ScalarSet("\n"), orEnd: true)
    case "^": throw Failure(reason: "the anchor '^'")
    case "*", "+", "?": throw Failure(reason: "a '\(scalar)' after nothing")
    default: return .scalar(try cased(ScalarSet(scalar)))
    }
  }

  /// What follows a `(`.
  private mutating func group() throws -> RegexSyntax {
    try enter()
    defer { leave() }
    if take("?!") { return .before(try neighbour("ahead").complement, orEnd: true) }
    if take("?=") { return .before(try neighbour("ahead"), orEnd: false) }
    if take("?<!") { return .behind(try neighbour("behind").complement, orStart: true) }
    if take("?<=") { return .behind(try neighbour("behind"), orStart: false) }
    let outer = ignoresCase
    defer { ignoresCase = outer }
    if take("?i:") {
      ignoresCase = true
    } else if !take("?:"), current == "?" {
      throw Failure(
        reason: "the group '(" + String(String.UnicodeScalarView(scalars[index...].prefix(3))) + "'")
    }
    let result = try alternatives()
    guard take(")") else { throw Failure(reason: "a '(' without ')'") }
    return result
  }

  /// Begins what may stand in itself.
  mutating func enter() throws {
    depth += 1
    guard depth <= Self.maximumDepth else { throw Failure(reason: "groups nested too deeply") }
  }

  /// Ends it.
  mutating func leave() { depth -= 1 }

  /// What a look at the character beside the place looks for.
  private mutating func neighbour(_ direction: String) throws -> ScalarSet {
    let inside = try alternatives()
    guard take(")") else { throw Failure(reason: "a '(' without ')'") }
    let branches = if case .alternatives(let branches) = inside { branches } else { [inside] }
    var set = ScalarSet.none
    for branch in branches {
      guard case .scalar(let one) = branch else {
        throw Failure(reason: "a look \(direction) at more than one character")
      }
      set = set.union(one)
    }
    return set
  }

  private mutating func repetitions(of atom: RegexSyntax) throws -> RegexSyntax {
    var result = atom
    while let (least, most) = try counts() {
      switch result {
      case .before, .behind: throw Failure(reason: "a repeated look ahead or behind")
      default: break
      }
      // Behind '{…}' a '+' is a repetition of its own.
      if !isCounted, take("+") {
        result = try possessive(result, least: least, most: most)
      } else {
        result = .repetition(result, least: least, most: most, lazy: take("?"))
      }
    }
    return result
  }

  /// As many as there are, none of them given back: behind them comes none of the kind, unless no more may be
  /// taken.
  private func possessive(_ atom: RegexSyntax, least: Int, most: Int?) throws -> RegexSyntax {
    guard case .scalar(let set) = atom else {
      throw Failure(reason: "a possessive repetition of more than one character")
    }
    let end = RegexSyntax.before(set.complement, orEnd: true)
    guard most != nil else {
      return .sequence([.repetition(atom, least: least, most: nil, lazy: false), end])
    }
    return .alternatives([atom, end])
  }

  /// Whether the count that was read last stood in braces.
  private var isCounted: Bool { index > 0 && scalars[index - 1] == "}" }

  private mutating func counts() throws -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard take("{") else { return nil }
    let least = try number()
    let most: Int?
    if take(",") {
      most = current == "}" ? nil : try number()
    } else {
      most = least
    }
    guard take("}"), least <= most ?? least else { throw Failure(reason: "such a '{…}'") }
    return (least, most)
  }

  private mutating func number() throws -> Int {
    var value: Int?
    while let digit = current?.value, (0x30...0x39).contains(digit) {
      index += 1
      value = (value ?? 0) * 10 + Int(digit) - 0x30
      guard value ?? 0 <= Self.largestCount else { break }
    }
    guard let value, value <= Self.largestCount else {
      throw Failure(reason: "a '{…}' that is no count up to \(Self.largestCount)")
    }
    return value
  }
}

/// A pattern of a tokenizer, taken apart: the part of regular expressions that tokenizers use.
indirect enum RegexSyntax: Hashable, Sendable {
  /// One scalar of a set.
  case scalar(ScalarSet)
  /// One after another; none of them matches the empty text.
  case sequence([RegexSyntax])
  /// The first that leads to a match.
  case alternatives([RegexSyntax])
  /// As often as possible, or as seldom when it is `lazy`.
  case repetition(RegexSyntax, least: Int, most: Int?, lazy: Bool)
  /// Nothing, before a scalar of a set or, where that is allowed, before the end.
  case before(ScalarSet, orEnd: Bool)
  /// Nothing, behind a scalar of a set or, where that is allowed, at the beginning.
  case behind(ScalarSet, orStart: Bool)

  /// The text itself.
  static func literal(_ text: some Sequence<Unicode.Scalar>) -> RegexSyntax {
    .sequence(text.map { .scalar(ScalarSet($0)) })
  }
}
