import Checkpoint
import Eviction

/// What the token ids of a trace stand for, and the prompt that they make.
struct TraceVocabulary {
  private let tensors: TraceTensors
  private let bytes: [Int: [UInt8]]

  /// For drawing.
  var vocabulary: Vocabulary { Vocabulary(bytes: bytes) }

  /// Reads the vocabulary of a trace.
  /// - Throws: `TraceError` when an id stands in it twice, or offsets do not ascend from 0 to the number of
  ///   bytes.
  init(_ tensors: TraceTensors) throws {
    self.tensors = tensors
    let count = tensors.shape("vocabulary.ids")?.first ?? 0
    let ids = try tensors.integers("vocabulary.ids", shape: [count])
    let offsets = try tensors.integers("vocabulary.offsets", shape: [count + 1])
    let all = try tensors.bytes("vocabulary.bytes")
    guard offsets.first == 0, offsets.last == all.count, zip(offsets, offsets.dropFirst()).allSatisfy(<=)
    else {
      throw tensors.bad(
        "vocabulary.offsets", expected: "offsets that ascend from 0 to the \(all.count) bytes",
        found: "others, from \(offsets.first ?? 0) to \(offsets.last ?? 0)")
    }
    var bytes: [Int: [UInt8]] = [:]
    for (index, id) in ids.enumerated() {
      guard id >= 0, bytes.updateValue(Array(all[offsets[index]..<offsets[index + 1]]), forKey: id) == nil
      else {
        throw tensors.bad(
          "vocabulary.ids", expected: "ids from 0 on, each once", found: id < 0 ? "\(id)" : "\(id) twice")
      }
    }
    self.bytes = bytes
  }

  /// Refuses ids that the vocabulary lacks.
  func check(_ ids: [Int], in tensor: String) throws {
    if let unknown = ids.first(where: { bytes[$0] == nil }) {
      throw tensors.bad(tensor, expected: "ids of vocabulary.ids", found: "\(unknown)")
    }
  }

  /// The prompt of the recorded tokens. Where no token's place in the text is known, the text is what its
  /// tokens stand for.
  func prompt(_ tensors: TraceTensors, name: String) throws -> Prompt {
    let header = tensors.header
    let ids = try tensors.integers("tokens", shape: [header.tokenCount])
    try check(ids, in: "tokens")
    var pieces = ids.map { bytes[$0] ?? [] }
    let text: [UInt8]
    let ranges: [Range<Int>]
    if tensors.has("token_bytes") {
      text = try tensors.bytes("text")
      ranges = try self.ranges(byteCount: text.count)
      try check(byteCount: ranges.reduce(0) { $0 + $1.count }, of: "token_bytes")
      // A token's place in the text says more than the vocabulary: tokenizers put spaces where the text has
      // none.
      for (index, range) in ranges.enumerated() where !range.isEmpty { pieces[index] = Array(text[range]) }
    } else {
      try check(byteCount: pieces.reduce(0) { $0 + $1.count }, of: "tokens")
      text = Array(pieces.joined())
      var end = 0
      ranges = pieces.map { piece in
        defer { end += piece.count }
        return end..<end + piece.count
      }
    }
    return Prompt(
      name: name, text: text, tokens: zip(ids, ranges).map { Token(id: $0, byteRange: $1) }, pieces: pieces,
      hash: header.sha256, questionTokenCount: header.questionTokenCount,
      question: header.question.map { QuestionTokens(count: $0.count, behind: $0.behind) })
  }

  /// Refuses tokens that together are longer than any text that is read: one long piece of the vocabulary, or
  /// places that overlap, would make a small file fill the memory.
  private func check(byteCount: Int, of tensor: String) throws {
    guard byteCount <= PromptReader.byteLimit else {
      throw tensors.bad(
        tensor, expected: "tokens of at most \(PromptReader.byteLimit) bytes together", found: "\(byteCount)")
    }
  }

  private func ranges(byteCount: Int) throws -> [Range<Int>] {
    let count = tensors.header.tokenCount
    let places = try tensors.integers("token_bytes", shape: [count, 2])
    var last = 0
    return try (0..<count).map { position in
      let (start, end) = (places[2 * position], places[2 * position + 1])
      guard start >= last, start <= end, end <= byteCount else {
        throw tensors.bad(
          "token_bytes", expected: "places in the text's \(byteCount) bytes that ascend",
          found: "\(start) to \(end) for token \(position)")
      }
      last = start
      return start..<end
    }
  }
}
