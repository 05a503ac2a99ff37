extension ScalarSet {
  /// Every scalar of a property as Oniguruma has it: a general category by its short or long name, a script,
  /// or one of POSIX's classes; `nil` for an unknown name. Case, spaces and `_` count for nothing.
  init?(property name: String) {
    let plain = String(name.lowercased().unicodeScalars.filter { !" _-".unicodeScalars.contains($0) })
    if let category = Self.longNames[plain]
      ?? ScalarKind.categories.first(where: { $0.lowercased() == plain })
    {
      self.init(category: category)
    } else if plain.count == 1, let category = ScalarSet(category: plain.uppercased()) {
      self = category
    } else if let ranges = ScalarScripts.ranges[plain] {
      self.init(ranges: ranges)
    } else {
      self.init(class: plain)
    }
  }

  /// Every scalar of one of POSIX's classes, in Oniguruma's reading for Unicode; `nil` for an unknown name.
  init?(class name: String) {
    func union(_ categories: String...) -> ScalarSet {
      categories.compactMap { ScalarSet(category: $0) }.reduce(.none) { $0.union($1) }
    }
    let visible = union("Cc", "Cs", "Cn").union(.whiteSpace).complement
    switch name {
    case "alpha", "alphabetic": self = Self.alphabetic
    case "alnum": self = Self.alphabetic.union(union("Nd"))
    case "upper", "uppercase": self = Self.uppercase
    case "lower", "lowercase": self = Self.lowercase
    case "digit": self = union("Nd")
    case "word": self = .word
    case "space", "whitespace": self = .whiteSpace
    case "blank": self = union("Zs").union(ScalarSet("\t"))
    case "punct": self = union("P", "S")
    case "cntrl": self = union("Cc")
    case "graph": self = visible
    case "print": self = visible.union(union("Zs"))
    case "xdigit": self = ScalarSet(ranges: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66])
    case "ascii": self = ScalarSet(0...0x7F)
    case "any": self = .all
    default: return nil
    }
  }

  /// Every scalar of some ranges, ascending: first, last, first, last.
  init(ranges: [UInt32]) {
    var (starts, kinds): ([UInt32], [UInt64]) = ([0], [0])
    for (index, value) in ranges.enumerated() {
      let isFirst = index % 2 == 0
      let start = isFirst ? value : value + 1
      if start == starts[starts.count - 1] {
        kinds[kinds.count - 1] = isFirst ? .max : 0
      } else {
        starts.append(start)
        kinds.append(isFirst ? .max : 0)
      }
    }
    self.init(starts: starts, kinds: kinds)
  }

  /// What is in both.
  func intersection(_ other: ScalarSet) -> ScalarSet { complement.union(other.complement).complement }

  private static let alphabetic = ScalarSet(where: \.isAlphabetic)
  private static let uppercase = ScalarSet(where: \.isUppercase)
  private static let lowercase = ScalarSet(where: \.isLowercase)
    .union(ScalarSet(ScalarKind.lowercaseUntil17...ScalarKind.lowercaseUntil17))

  /// Every assigned scalar that Unicode says something of.
  private init(where holds: (Unicode.Scalar.Properties) -> Bool) {
    var ranges: [UInt32] = []
    for value in UInt32(0)...0x10_FFFF {
      guard let properties = Unicode.Scalar(value)?.properties, holds(properties),
        ScalarKind.isKnown(properties)
      else {
        continue
      }
      if ranges.last.map({ $0 + 1 == value }) == true {
        ranges[ranges.count - 1] = value
      } else {
        ranges += [value, value]
      }
    }
    self.init(ranges: ranges)
  }

  private static let longNames = [
    "letter": "L", "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt",
    "modifierletter": "Lm",
    "otherletter": "Lo", "mark": "M", "combiningmark": "M", "nonspacingmark": "Mn", "spacingmark": "Mc",
    "enclosingmark": "Me", "number": "N", "decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No",
    "punctuation": "P", "connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps",
    "closepunctuation": "Pe", "initialpunctuation": "Pi", "finalpunctuation": "Pf", "otherpunctuation": "Po",
    "symbol": "S", "mathsymbol": "Sm", "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So",
    "separator": "Z", "spaceseparator": "Zs", "lineseparator": "Zl", "paragraphseparator": "Zp", "other": "C",
    "control": "Cc", "format": "Cf", "surrogate": "Cs", "privateuse": "Co", "unassigned": "Cn",
  ]
}
