/// A setting that a policy's name may carry in brackets.
public struct PolicyParameter: Sendable, Hashable {
  /// What a setting may be.
  public enum Domain: Sendable, Hashable {
    /// Whole numbers in a range.
    case integer(ClosedRange<Int>)
    /// Odd whole numbers in a range.
    case odd(ClosedRange<Int>)
    /// Tokens in a range, or a share of the budget (`B/4`); of a window that observes, `auto` and
    /// `question`, too.
    case window(ClosedRange<Int>)
    /// Numbers in a range.
    case number(ClosedRange<Double>)
    /// Numbers in a range, joined by colons.
    case numbers(ClosedRange<Double>)
    /// One of some words.
    case word([String])
    /// One of some words, or a prefix with a colon and a model behind it: a path or a name.
    case wordOrModel([String], prefix: String)
    /// The path of a file.
    case file
  }

  /// The key, as typed.
  public let key: String
  /// What it may be.
  public let domain: Domain
  /// The value when it is not named.
  public let standard: String
  /// What it does, in a few words.
  public let meaning: String
  /// Whether the key is typed and printed; one setting of a family may be a value alone.
  let isNamed: Bool
  /// What `auto` stands for, of a window that observes; `nil` for other settings.
  let automatic: Window?

  init(
    _ key: String, _ domain: Domain, _ standard: String, _ meaning: String, isNamed: Bool = true,
    automatic: Window? = nil
  ) {
    self.automatic = automatic
    self.key = key
    self.domain = domain
    self.standard = standard
    self.meaning = meaning
    self.isNamed = isNamed
  }

  /// The values that are allowed, in words.
  public var range: String {
    switch domain {
    case .integer: "a whole number from \(briefRange)"
    case .window(let range):
      "a whole number from \(range.lowerBound) to \(range.upperBound), a share of the budget as B/4"
        + (automatic == nil ? ", or B" : ", auto, or question")
    case .odd(let range): "an odd number from \(range.lowerBound) to \(range.upperBound)"
    case .number: "a number from \(briefRange)"
    case .numbers: "numbers from \(briefRange)"
    case .word: briefRange
    case .wordOrModel(_, let prefix):
      "\(briefRange), a path or a name as --model takes it, \(Self.quoting): \(prefix):\"MODEL\""
    case .file: "the path of a file, \(Self.quoting)"
    }
  }

  /// The same in fewer words, for lists: of numbers the smallest and the largest.
  public var briefRange: String {
    switch domain {
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .window(let range):
      "\(range.lowerBound) to \(range.upperBound), \(automatic == nil ? "B, B/n" : "B/n, question, auto")"
    case .odd(let range): "odd, \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "\(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
    case .numbers(let range):
      "\(Self.text(range.lowerBound)) to \(Self.text(range.upperBound)), joined by colons"
    case .word(let words): words.joined(separator: ", ")
    case .wordOrModel(let words, let prefix): (words + ["\(prefix):MODEL"]).joined(separator: ", ")
    case .file: "a file"
    }
  }

  /// When a path needs quotes.
  private static let quoting =
    "in double quotes where it holds a comma, a bracket, an equals sign or a space"

  /// A value as a name has it: a path in quotes where it needs them.
  func text(_ value: String) -> String {
    if domain == .file { return QuotedText.quoted(value) }
    guard case .wordOrModel(_, let prefix) = domain, let model = Self.model(value, behind: prefix) else {
      return value
    }
    return "\(prefix):\(QuotedText.quoted(model))"
  }

  /// The model behind a prefix; `nil` where there is none.
  private static func model(_ value: String, behind prefix: String) -> String? {
    let (begin, model) = (value.prefix(prefix.count + 1), value.dropFirst(prefix.count + 1))
    return begin.lowercased() == prefix + ":" && !model.isEmpty ? String(model) : nil
  }

  /// Whether a value is allowed.
  func allows(_ value: String) -> Bool { canonical(value) != nil }

  /// The one spelling of a value; `nil` if it is not allowed. Upper and lower case are the same, but in a
  /// model's path.
  func canonical(_ typed: String) -> String? {
    let value = typed.lowercased()
    return switch domain {
    case .wordOrModel(let words, let prefix):
      words.contains(value) ? value : Self.model(typed, behind: prefix).map { "\(prefix):\($0)" }
    case .integer(let range): Int(value).flatMap { range.contains($0) ? String($0) : nil }
    case .window(let range):
      switch Window(value) {
      case nil: nil
      case .tokens(let count, _): range.contains(count) ? String(count) : nil
      case .share: Window.canonical(value)
      case .bounded, .question, .asked: automatic == nil ? nil : Window.canonical(value)
      }
    case .odd(let range): Int(value).flatMap { range.contains($0) && $0 % 2 == 1 ? String($0) : nil }
    case .number(let range): Self.number(value, in: range)
    case .numbers(let range):
      value.split(separator: ":", omittingEmptySubsequences: false)
        .reduce([String]?.some([])) { list, part in
          Self.number(String(part), in: range).flatMap { number in list.map { $0 + [number] } }
        }?.joined(separator: ":")
    case .word(let words): words.contains(value) ? value : nil
    case .file: typed.isEmpty ? nil : typed
    }
  }

  private static func number(_ value: String, in range: ClosedRange<Double>) -> String? {
    // A range contains no NaN; -0 is 0.
    Double(value).flatMap { range.contains($0) ? text($0 == 0 ? 0 : $0) : nil }
  }

  /// The shortest text that parses back to a number.
  private static func text(_ value: Double) -> String {
    value.rounded() == value && abs(value) < 1e6 ? String(Int(value)) : String(value)
  }
}

extension PolicyParameter {
  static let kernel = PolicyParameter("kernel", .odd(1...63), "7", "width of the pooling")
  static let pool = PolicyParameter("pool", .word(Pooling.allCases.map(\.rawValue)), "max", "kind of pooling")

  /// A window of observing tokens.
  /// - Parameter automatic: what `auto` stands for.
  static func observed(
    _ key: String, standard: String = "auto", least: Int = 1, automatic: Window = .standard,
    _ meaning: String
  ) -> PolicyParameter {
    PolicyParameter(key, .window(least...4096), standard, meaning, automatic: automatic)
  }

  /// The named styles of a family, the default first.
  static func styles(_ words: [String], _ meaning: String) -> PolicyParameter {
    PolicyParameter("style", .word(words), words.first ?? "", meaning)
  }

  /// A number of tokens; `least` is 1 where none would leave nothing to score by.
  static func window(
    _ key: String, _ standard: Int, least: Int = 0, _ meaning: String
  ) -> PolicyParameter {
    PolicyParameter(key, .integer(least...4096), String(standard), meaning)
  }
}
