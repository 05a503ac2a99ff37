/// What a pattern can ask about a scalar: its general category and whether it is white space, in six bits.
struct ScalarKind: Hashable, Sendable {
  /// The category's number in `categories`, and 32 for white space.
  let code: UInt8

  /// How many codes there can be.
  static let count = 64

  /// Two-letter names of the general categories, in the order of their numbers.
  static let categories = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf",
    "Po",
    "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  /// The newest Unicode that counts: Oniguruma in Hugging Face's `tokenizers` (0.22) knows 16, so what came
  /// later is unassigned there.
  private static let newestAge = 16

  /// ʕ, a small letter until Unicode 17 made it one without case.
  static let lowercaseUntil17: UInt32 = 0x295

  /// The kind of a scalar's value; a byte that is no UTF-8 counts as the replacement character U+FFFD.
  static func of(_ value: UInt32) -> ScalarKind {
    value < table.count ? ScalarKind(code: table[Int(value)]) : computed(value)
  }

  /// Kinds of the basic plane: Unicode's own tables take 40 ns a question, this a load.
  private static let table: [UInt8] = (0..<UInt32(0x1_0000)).map { computed($0).code }

  private static func computed(_ value: UInt32) -> ScalarKind {
    guard value < AlignedScalar.invalidBase else { return of(0xFFFD) }
    if value == lowercaseUntil17 { return ScalarKind(code: 1) }
    // What is no scalar below that is a surrogate, which no text has.
    guard let properties = Unicode.Scalar(value)?.properties else { return ScalarKind(code: 27) }
    guard isKnown(properties) else {
      return ScalarKind(code: properties.generalCategory == .privateUse ? 28 : 29)
    }
    return ScalarKind(code: number(of: properties.generalCategory) | (properties.isWhitespace ? 32 : 0))
  }

  /// Whether a scalar was assigned in the newest Unicode that counts.
  static func isKnown(_ properties: Unicode.Scalar.Properties) -> Bool {
    properties.age?.major ?? .max <= newestAge
  }

  private static func number(of category: Unicode.GeneralCategory) -> UInt8 {
    switch category {
    case .uppercaseLetter: 0
    case .lowercaseLetter: 1
    case .titlecaseLetter: 2
    case .modifierLetter: 3
    case .otherLetter: 4
    case .nonspacingMark: 5
    case .spacingMark: 6
    case .enclosingMark: 7
    case .decimalNumber: 8
    case .letterNumber: 9
    case .otherNumber: 10
    case .connectorPunctuation: 11
    case .dashPunctuation: 12
    case .openPunctuation: 13
    case .closePunctuation: 14
    case .initialPunctuation: 15
    case .finalPunctuation: 16
    case .otherPunctuation: 17
    case .mathSymbol: 18
    case .currencySymbol: 19
    case .modifierSymbol: 20
    case .otherSymbol: 21
    case .spaceSeparator: 22
    case .lineSeparator: 23
    case .paragraphSeparator: 24
    case .control: 25
    case .format: 26
    case .surrogate: 27
    case .privateUse: 28
    case .unassigned: 29
    @unknown default: 29
    }
  }
}
