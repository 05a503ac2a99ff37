/// A setting that a policy's name may carry in brackets.
public struct PolicyParameter: Sendable, Hashable {
  /// What a setting may be.
  public enum Domain: Sendable, Hashable {
    /// Whole numbers in a range.
    case integer(ClosedRange<Int>)
    /// Odd whole numbers in a range.
    case odd(ClosedRange<Int>)
    /// One of some words.
    case word([String])
  }

  /// The key, as typed.
  public let key: String
  /// What it may be.
  public let domain: Domain
  /// The value when it is not named.
  public let standard: String
  /// What it does, in a few words.
  public let meaning: String

  init(_ key: String, _ domain: Domain, _ standard: String, _ meaning: String) {
    self.key = key
    self.domain = domain
    self.standard = standard
    self.meaning = meaning
  }

  /// The values that are allowed, in words.
  public var range: String {
    switch domain {
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .odd(let range): "an odd number from \(range.lowerBound) to \(range.upperBound)"
    case .word(let words): words.joined(separator: ", ")
    }
  }

  /// Whether a value is allowed.
  func allows(_ value: String) -> Bool {
    switch domain {
    case .integer(let range): Int(value).map(range.contains) ?? false
    case .odd(let range): Int(value).map { range.contains($0) && $0 % 2 == 1 } ?? false
    case .word(let words): words.contains(value)
    }
  }
}

extension PolicyParameter {
  static let kernel = PolicyParameter("kernel", .odd(1...63), "7", "width of the pooling")
  static let pool = PolicyParameter("pool", .word(Pooling.allCases.map(\.rawValue)), "max", "kind of pooling")

  /// A number of tokens; `least` is 1 where none would leave nothing to score by.
  static func window(
    _ key: String, _ standard: Int, least: Int = 0, _ meaning: String
  ) -> PolicyParameter {
    PolicyParameter(key, .integer(least...4096), String(standard), meaning)
  }
}
