import Checkpoint

/// Facts spread over filler, as the embedded model's texts are.
struct TaskText {
  /// The facts in their order.
  let facts: [String]
  /// The tokenizer in whose tokens the text is as long as it is asked to be.
  let tokenizer: Tokenizer

  /// The text with filler to about `length` tokens, never more unless the facts alone are; facts at random
  /// places.
  func spread(length: Int, _ random: inout CaseRandom) -> String {
    let sentences = filler(length: length - facts.reduce(0) { $0 + count($1) }, &random)
    let places = facts.map { _ in random.below(sentences.count + 1) }.sorted()
    var pieces: [String] = []
    var next = 0
    for index in 0...sentences.count {
      while next < places.count, places[next] == index {
        pieces.append(facts[next])
        next += 1
      }
      if index < sentences.count { pieces.append(sentences[index]) }
    }
    return joined(pieces, &random)
  }

  /// The text with the facts together at a depth: behind the sentence that ends at or before `depth` per cent
  /// of the filler.
  func inserted(atDepth depth: Double, length: Int, _ random: inout CaseRandom) -> String {
    let sentences = filler(length: length - facts.reduce(0) { $0 + count($1) }, &random)
    let counts = sentences.map(count)
    let target = Double(counts.reduce(0, +)) * depth / 100
    var (index, before) = (0, 0)
    while index < counts.count, Double(before + counts[index]) <= target {
      before += counts[index]
      index += 1
    }
    return joined(Array(sentences[..<index]) + facts + sentences[index...], &random)
  }

  /// Sentences of at most so many tokens together, and nearly as many.
  private func filler(length: Int, _ random: inout CaseRandom) -> [String] {
    var sentences: [String] = []
    var used = 0
    while true {
      let sentence = TaskFiller.sentence(&random)
      // A tokenizer may leave nothing of a sentence.
      used += max(1, count(sentence))
      guard used <= length else { return sentences }
      sentences.append(sentence)
    }
  }

  /// Paragraphs of a few sentences, so that the text reads as one.
  private func joined(_ pieces: [String], _ random: inout CaseRandom) -> String {
    pieces.enumerated().reduce("") { text, piece in
      piece.offset == 0 ? piece.element : text + (random.happens(0.12) ? "\n" : " ") + piece.element
    }
  }

  /// A sentence's tokens where it stands behind another one.
  func count(_ sentence: String) -> Int {
    tokenizer.encode(Array(" \(sentence)".utf8), addingSpecialTokens: false).count
  }
}
