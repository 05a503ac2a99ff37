import Exploration

/// Keys and values of the held-out part: words, names and numbers that the embedded model's training had in
/// no fact.
enum TaskWords {
  /// One word in six is held out; the rule needs no list (`held_out` in `Samples/Model/words.py`).
  static func isHeldOut(_ word: String) -> Bool { CRC32.checksum(Array("laq \(word)".utf8)) % 6 == 0 }

  /// Held-out adjectives and nouns.
  static let adjectives = TaskVocabulary.adjectives.filter(isHeldOut)
  static let nouns = TaskVocabulary.nouns.filter(isHeldOut)

  /// What the facts of a text tell of their keys; these words are those of training.
  static func relation(_ random: inout CaseRandom) -> String { random.one(of: TaskVocabulary.relations) }

  /// A made-up name of two or three syllables.
  static func name(_ random: inout CaseRandom) -> String {
    while true {
      var word = syllable(&random, beginning: random.one(of: TaskVocabulary.onsets))
      if random.happens(0.35) { word = syllable(&random, beginning: word) }
      word += random.one(of: TaskVocabulary.endings)
      word = word.prefix(1).uppercased() + word.dropFirst()
      if isHeldOut(word) { return word }
    }
  }

  private static func syllable(_ random: inout CaseRandom, beginning: String) -> String {
    beginning + random.one(of: TaskVocabulary.vowels) + random.one(of: TaskVocabulary.codas)
  }

  /// Different names.
  static func names(_ count: Int, _ random: inout CaseRandom) -> [String] {
    var found: [String] = []
    while found.count < count {
      let name = name(&random)
      if !found.contains(name) { found.append(name) }
    }
    return found
  }

  /// What a fact says of its key: a thing, a number, a name, or two of them.
  static func value(_ random: inout CaseRandom) -> String {
    let kind = random.fraction()
    if kind < 0.5 { return "\(random.one(of: adjectives)) \(random.one(of: nouns))" }
    if kind < 0.7 { return number(&random) }
    if kind < 0.85 { return name(&random) }
    return "\(random.one(of: nouns)) \(number(&random))"
  }

  /// Three to five digits.
  static func number(_ random: inout CaseRandom) -> String {
    while true {
      let digits = random.number(in: 3...5)
      let least = [1, 10, 100, 1000, 10_000][digits - 1]
      let text = String(random.number(in: least...least * 10 - 1))
      if isHeldOut(text) { return text }
    }
  }
}
