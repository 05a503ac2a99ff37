/// SentencePiece's unigram model (Kudo 2018, section 3.2): of all ways to cut a piece into tokens, the one of
/// the highest sum of scores (Viterbi).
struct UnigramModel: Sendable {
  let table: TokenTable
  /// The logarithm of each token's probability, by id.
  let scores: [Double]
  let unknown: Int
  /// The id of each byte's token; all `nil` without byte fallback.
  let byteIDs: [Int?]
  /// The score of a character without a token.
  let unknownScore: Double

  /// How much less likely than the least likely token an unknown character is.
  static let unknownPenalty = 10.0

  /// The best way to reach a place: from where, by which token (`nil` for none), with which sum.
  private struct Step {
    var start = -1
    var id: Int?
    var score = 0.0
  }

  /// Appends a piece's tokens. Cost: the piece's length times that of the longest token.
  func encode(_ piece: ArraySlice<AlignedScalar>, into encoding: inout Encoding) {
    guard !piece.isEmpty else { return }
    let scalars = Array(piece)
    // Where each scalar begins in the bytes, and the end.
    var offsets = [0]
    var bytes: [UInt8] = []
    for scalar in scalars {
      scalar.appendBytes(to: &bytes)
      offsets.append(bytes.count)
    }
    let best = bestSteps(bytes, offsets)
    var path: [(range: Range<Int>, id: Int?)] = []
    var end = scalars.count
    while end > 0 {
      let step = best[end]
      // Neighbouring unknown characters become one token.
      if step.id == nil, let last = path.last, last.id == nil {
        path[path.count - 1].range = step.start..<last.range.upperBound
      } else {
        path.append((step.start..<end, step.id))
      }
      end = step.start
    }
    for (range, id) in path.reversed() {
      let place = scalars[range].byteRange ?? 0..<0
      if let id {
        encoding.append(id, at: place)
      } else {
        appendUnknown(bytes[offsets[range.lowerBound]..<offsets[range.upperBound]], place, into: &encoding)
      }
    }
  }

  private func bestSteps(_ bytes: [UInt8], _ offsets: [Int]) -> [Step] {
    var best = [Step](repeating: Step(), count: offsets.count)
    for start in 0..<offsets.count - 1 {
      let score = best[start].score
      var hasSingle = false
      func consider(_ end: Int, _ id: Int?, _ sum: Double) {
        if best[end].start < 0 || sum > best[end].score { best[end] = Step(start: start, id: id, score: sum) }
      }
      table.forEachPrefix(of: bytes[offsets[start]...], ends: offsets[(start + 1)...]) { end, id in
        consider(end, id, score + scores[id])
        hasSingle = hasSingle || end == start + 1
      }
      if !hasSingle { consider(start + 1, nil, score + unknownScore) }
    }
    return best
  }

  private func appendUnknown(_ bytes: ArraySlice<UInt8>, _ place: Range<Int>, into encoding: inout Encoding) {
    let fallback = bytes.compactMap { byteIDs[Int($0)] }
    guard fallback.count == bytes.count else {
      encoding.append(unknown, at: place)
      return
    }
    for (index, id) in fallback.enumerated() {
      encoding.append(id, at: place.part(index, of: fallback.count))
    }
  }
}

extension UnigramModel {
  /// Reads `model` of a `tokenizer.json`.
  init(_ model: JSONObject, vocabulary: TokenizerVocabulary) throws {
    guard let list = model["vocab"]?.array, !list.isEmpty else {
      throw model.bad("vocab", expected: "a list of tokens and scores")
    }
    // Each entry has been checked to be a pair with a number.
    scores = list.map { $0.array?.last?.double ?? 0 }
    unknown = try model.integer("unk_id", in: 0...list.count - 1)
    table = TokenTable(vocabulary.entries.filter { !$0.bytes.isEmpty }.reversed())
    let usesBytes = try model.flag("byte_fallback")
    byteIDs = usesBytes ? TokenModel.fallbackIDs(vocabulary.entries) : [Int?](repeating: nil, count: 256)
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
  }
}
