/// Porter's stemmer (1980) with the changes of NLTK, which ROUGE's usual implementation stems with.
///
/// Words are letters from a to z, and digits, which count as consonants.
struct PorterStemmer {
  /// Words that NLTK stems by a list.
  private static let irregular = [
    "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
    "innings": "inning",
    "inning": "inning", "outings": "outing", "outing": "outing", "cannings": "canning", "canning": "canning",
    "howe": "howe", "proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
  ]

  /// The stem of a lower-case word.
  static func stem(_ word: String) -> String {
    if let stem = irregular[word] { return stem }
    guard word.utf8.count > 2 else { return word }
    var stem = Stem(Array(word.utf8))
    stem.plurals()
    stem.pasts()
    stem.finalY()
    stem.doubleSuffixes()
    stem.suffixes(Stem.third) { $0.measure > 0 }
    stem.suffixes(Stem.fourth) { $0.measure > 1 }
    stem.finalE()
    return String(decoding: stem.letters, as: UTF8.self)
  }
}

/// A word while it loses its suffixes.
private struct Stem {
  var letters: [UInt8]

  init(_ letters: [UInt8]) { self.letters = letters }

  /// A suffix, what takes its place, and what else must hold of what stands before it.
  struct Rule {
    let suffix: [UInt8]
    let replacement: [UInt8]
    let condition: (@Sendable (Stem) -> Bool)?

    init(_ suffix: String, _ replacement: String, _ condition: (@Sendable (Stem) -> Bool)? = nil) {
      (self.suffix, self.replacement, self.condition) = (
        Array(suffix.utf8), Array(replacement.utf8), condition
      )
    }
  }

  static let second = [
    Rule("ational", "ate"), Rule("tional", "tion"), Rule("enci", "ence"), Rule("anci", "ance"),
    Rule("izer", "ize"),
    Rule("bli", "ble"), Rule("alli", "al"), Rule("entli", "ent"), Rule("eli", "e"), Rule("ousli", "ous"),
    Rule("ization", "ize"), Rule("ation", "ate"), Rule("ator", "ate"), Rule("alism", "al"),
    Rule("iveness", "ive"),
    Rule("fulness", "ful"), Rule("ousness", "ous"), Rule("aliti", "al"), Rule("iviti", "ive"),
    Rule("biliti", "ble"),
    Rule("fulli", "ful"),
    // The l belongs to what is measured.
    Rule("logi", "log") { Stem($0.letters + Array("l".utf8)).measure > 0 },
  ]
  static let third = [
    Rule("icate", "ic"), Rule("ative", ""), Rule("alize", "al"), Rule("iciti", "ic"), Rule("ical", "ic"),
    Rule("ful", ""),
    Rule("ness", ""),
  ]
  static let fourth =
    ["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"].map { Rule($0, "") }
    + [
      Rule("ion", "") {
        $0.measure > 1 && ($0.letters.last == UInt8(ascii: "s") || $0.letters.last == UInt8(ascii: "t"))
      }
    ]
    + ["ou", "ism", "ate", "iti", "ous", "ive", "ize"].map { Rule($0, "") }

  /// Applies the first rule whose suffix the word has; if its condition fails, none.
  @discardableResult
  mutating func suffixes(_ rules: [Rule], _ condition: (Stem) -> Bool) -> Bool {
    for rule in rules where letters.hasSuffix(rule.suffix) {
      let before = Stem(Array(letters.dropLast(rule.suffix.count)))
      guard rule.condition?(before) ?? condition(before) else { return false }
      letters = before.letters + rule.replacement
      return true
    }
    return false
  }

  /// Step 1a.
  mutating func plurals() {
    if has("ies") {
      letters.removeLast(letters.count == 4 ? 1 : 2)
    } else if has("sses") {
      letters.removeLast(2)
    } else if has("s"), !has("ss") {
      letters.removeLast()
    }
  }

  /// Step 1b.
  mutating func pasts() {
    if has("ied") {
      letters.removeLast(letters.count == 4 ? 1 : 2)
      return
    }
    if has("eed") {
      if Stem(Array(letters.dropLast(3))).measure > 0 { letters.removeLast() }
      return
    }
    guard suffixes([Rule("ed", ""), Rule("ing", "")], { $0.hasVowel }) else { return }
    if has("at") || has("bl") || has("iz") {
      letters.append(UInt8(ascii: "e"))
    } else if endsInDoubleConsonant {
      if let last = letters.last, !"lsz".utf8.contains(last) { letters.removeLast() }
    } else if measure == 1, endsInShortSyllable {
      letters.append(UInt8(ascii: "e"))
    }
  }

  /// Step 1c.
  mutating func finalY() {
    guard has("y"), letters.count > 2, isConsonant(letters.count - 2) else { return }
    letters[letters.count - 1] = UInt8(ascii: "i")
  }

  /// Step 2.
  mutating func doubleSuffixes() {
    while has("alli"), Stem(Array(letters.dropLast(4))).measure > 0 { letters.removeLast(2) }
    suffixes(Self.second) { $0.measure > 0 }
  }

  /// Step 5.
  mutating func finalE() {
    if has("e") {
      let before = Stem(Array(letters.dropLast()))
      if before.measure > 1 || before.measure == 1 && !before.endsInShortSyllable { letters = before.letters }
    }
    if has("ll"), Stem(Array(letters.dropLast())).measure > 1 { letters.removeLast() }
  }

  private func has(_ suffix: String) -> Bool { letters.hasSuffix(Array(suffix.utf8)) }

  private func isConsonant(_ index: Int) -> Bool {
    if "aeiou".utf8.contains(letters[index]) { return false }
    return letters[index] != UInt8(ascii: "y") || index == 0 || !isConsonant(index - 1)
  }

  private var hasVowel: Bool { letters.indices.contains { !isConsonant($0) } }

  /// Porter's m: how often a vowel is followed by a consonant.
  var measure: Int {
    let kinds = letters.indices.map(isConsonant)
    return zip(kinds, kinds.dropFirst()).count { !$0 && $1 }
  }

  private var endsInDoubleConsonant: Bool {
    letters.count >= 2 && letters[letters.count - 1] == letters[letters.count - 2]
      && isConsonant(letters.count - 1)
  }

  /// Porter's *o: consonant, vowel, consonant, and the last is not w, x or y; in NLTK a word of vowel and
  /// consonant, too.
  private var endsInShortSyllable: Bool {
    let end = letters.count - 1
    if letters.count == 2 { return !isConsonant(0) && isConsonant(1) }
    return letters.count >= 3 && isConsonant(end - 2) && !isConsonant(end - 1) && isConsonant(end)
      && !"wxy".utf8.contains(letters[end])
  }
}

extension [UInt8] {
  fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool {
    suffix.count <= count && self[(count - suffix.count)...].elementsEqual(suffix)
  }
}
