import Foundation

/// Decompositions and compositions of Unicode, gathered once from Foundation's answers for single scalars.
///
/// Those are right where those for sequences are not: on Linux Foundation leaves 가 + ᆨ apart in NFC and does
/// not sort the half-width voicing mark. It takes about 30 ms, when the first text needs it.
struct UnicodeTables: Sendable {
  static let canonical = UnicodeTables { $0.decomposedStringWithCanonicalMapping }
  static let compatible = UnicodeTables { $0.decomposedStringWithCompatibilityMapping }

  /// Full decompositions, but for Hangul syllables.
  private let decompositions: [UInt32: [UInt32]]
  /// The scalar that two compose to, by both.
  private let compositions: [UInt64: UInt32]
  /// Scalars that compose with one before them.
  private let seconds: Set<UInt32>
  /// For the basic plane: whether a scalar stays what it is, whatever stands beside it.
  private let inert: [Bool]

  /// Where scalars with decompositions are, but for Hangul syllables.
  private static let ranges: [ClosedRange<UInt32>] = [
    0xA0...0x33FF, 0xA000...0xABFF, 0xF900...0xFFFF, 0x1_0000...0x1_1FFF, 0x1_6000...0x1_6FFF,
    0x1_D000...0x1_D7FF,
    0x1_E000...0x1_FFFF, 0x2_F800...0x2_FA1F,
  ]

  /// Scalars of later versions stay as they are: the tables of Hugging Face's `tokenizers` (0.22) end at
  /// Unicode 11.
  private static let newestAge = 11

  private init(_ decompose: (String) -> String) {
    var decompositions: [UInt32: [UInt32]] = [:]
    var composites: [(UInt32, [UInt32])] = []
    for range in Self.ranges {
      for value in range {
        guard let scalar = Unicode.Scalar(value), scalar.properties.age?.major ?? .max <= Self.newestAge
        else {
          continue
        }
        let text = String(Character(scalar))
        let parts = decompose(text).unicodeScalars.map(\.value)
        guard parts != [value] else { continue }
        decompositions[value] = parts
        // What NFC keeps, and only that, is composed again.
        guard text.precomposedStringWithCanonicalMapping.unicodeScalars.elementsEqual([scalar]) else {
          continue
        }
        composites.append((value, text.decomposedStringWithCanonicalMapping.unicodeScalars.map(\.value)))
      }
    }
    self.decompositions = decompositions
    var compositions: [UInt64: UInt32] = [:]
    // A longer one begins with what a shorter one composes to.
    for (value, parts) in composites.sorted(by: { $0.1.count < $1.1.count }) where parts.count > 1 {
      let first = parts[1..<(parts.count - 1)].reduce(parts[0]) { compositions[Self.key($0, $1)] ?? $0 }
      compositions[Self.key(first, parts[parts.count - 1])] = value
    }
    self.compositions = compositions
    let seconds = Set(compositions.keys.map { UInt32(truncatingIfNeeded: $0) })
    self.seconds = seconds
    inert = (0..<UInt32(0x1_0000)).map { value in
      decompositions[value] == nil && !seconds.contains(value) && Self.combiningClass(value) == 0
        && !Hangul.isPart(value)
    }
  }

  private static func key(_ first: UInt32, _ second: UInt32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second)
  }

  /// Whether a scalar stays what it is in every form, whatever stands beside it.
  func isInert(_ value: UInt32) -> Bool {
    guard value >= 0x1_0000 else { return inert[Int(value)] }
    return decompositions[value] == nil && !seconds.contains(value) && Self.combiningClass(value) == 0
  }

  /// Whether a scalar may go together with what stands before it.
  func combines(_ value: UInt32) -> Bool {
    let first = decompositions[value]?.first ?? value
    return Self.combiningClass(first) != 0 || seconds.contains(first) || Hangul.isVowelOrFinal(first)
  }

  /// A scalar's full decomposition.
  func decomposed(_ value: UInt32) -> [UInt32] {
    decompositions[value] ?? Hangul.decomposed(value) ?? [value]
  }

  /// What two scalars compose to, the first being a starter.
  func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
    compositions[Self.key(first, second)] ?? Hangul.composed(first, second)
  }

  /// The canonical combining class; 0 for starters.
  static func combiningClass(_ value: UInt32) -> UInt8 {
    Unicode.Scalar(value)?.properties.canonicalCombiningClass.rawValue ?? 0
  }
}

/// Hangul syllables, which compose by arithmetic (The Unicode Standard, section 3.12).
private enum Hangul {
  private static let (base, lead, vowel, final): (UInt32, UInt32, UInt32, UInt32) = (
    0xAC00, 0x1100, 0x1161, 0x11A7
  )
  private static let (leadCount, vowelCount, finalCount): (UInt32, UInt32, UInt32) = (19, 21, 28)
  private static let syllables = base..<base + leadCount * vowelCount * finalCount

  static func isVowelOrFinal(_ value: UInt32) -> Bool {
    (vowel..<vowel + vowelCount).contains(value) || (final + 1..<final + finalCount).contains(value)
  }

  static func isPart(_ value: UInt32) -> Bool { syllables.contains(value) || isVowelOrFinal(value) }

  static func decomposed(_ value: UInt32) -> [UInt32]? {
    guard syllables.contains(value) else { return nil }
    let index = value - base
    let parts = [lead + index / (vowelCount * finalCount), vowel + index / finalCount % vowelCount]
    return index % finalCount == 0 ? parts : parts + [final + index % finalCount]
  }

  static func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if (lead..<lead + leadCount).contains(first), (vowel..<vowel + vowelCount).contains(second) {
      return base + ((first - lead) * vowelCount + second - vowel) * finalCount
    }
    guard syllables.contains(first), (first - base) % finalCount == 0,
      (final + 1..<final + finalCount).contains(second)
    else { return nil }
    return first + second - final
  }
}
