import Checkpoint
import Transformer

extension TraceFile {
  /// Likely tokens of a step at most.
  private static let candidateLimit = 1 << 12

  /// The recorded answer with its distributions, and its queries.
  static func answer(
    _ tensors: TraceTensors, _ shape: ModelShape, _ words: TraceVocabulary
  ) throws -> (Continuation, QueryRows?) {
    var answer = Continuation()
    if let count = tensors.shape("answer")?.first {
      answer.tokens = try tensors.integers("answer", shape: [count])
      try words.check(answer.tokens, in: "answer")
    }
    answer.steps = try steps(tensors, words, tokenCount: answer.tokens.count)
    // A step more than tokens was the end token's.
    answer.hasEnded = answer.steps.count > answer.tokens.count
    answer.heldTokens = (0..<max(answer.tokens.count, answer.steps.count)).map {
      Double(tensors.header.tokenCount + $0)
    }
    return (answer, try decodeQueries(tensors, shape, tokenCount: answer.tokens.count))
  }

  private static func steps(_ tensors: TraceTensors, _ words: TraceVocabulary, tokenCount: Int) throws
    -> [NextTokens]
  {
    let name = "answer_top_ids"
    guard let sizes = tensors.shape(name) else { return [] }
    guard sizes.count == 2, (tokenCount...tokenCount + 1).contains(sizes[0]),
      (1...candidateLimit).contains(sizes[1])
    else {
      throw TraceError.wrongTensor(
        file: tensors.path, tensor: name,
        expected: "I64 [\(tokenCount) or \(tokenCount + 1), 1 to \(candidateLimit)]", found: "\(sizes)")
    }
    let ids = try tensors.integers(name, shape: sizes)
    try words.check(ids, in: name)
    let logits = try tensors.floats("answer_top_logits", shape: sizes)
    let sums = try tensors.floats("answer_log_sum_exp", shape: [sizes[0]])
    for (name, numbers) in [("answer_top_logits", logits), ("answer_log_sum_exp", sums)] {
      if let odd = numbers.first(where: { !$0.isFinite }) {
        throw tensors.bad(name, expected: "finite numbers", found: "\(odd)")
      }
    }
    return (0..<sizes[0]).map { step in
      let range = step * sizes[1]..<(step + 1) * sizes[1]
      return NextTokens(tokens: Array(ids[range]), logits: Array(logits[range]), logSumExp: sums[step])
    }
  }

  private static func decodeQueries(_ tensors: TraceTensors, _ shape: ModelShape, tokenCount: Int) throws
    -> QueryRows?
  {
    func name(_ layer: Int) -> String { "layers.\(layer).decode_queries" }
    guard let sizes = tensors.shape(name(0)) else { return nil }
    let count = sizes.first ?? 0
    let expected = [count, shape.queryHeadCount, shape.headDimension]
    guard count <= tokenCount else {
      throw TraceError.wrongTensor(
        file: tensors.path, tensor: name(0),
        expected: "rows for the \(tokenCount) tokens of the answer at most", found: "\(sizes)")
    }
    return QueryRows(
      shape: shape, tensors: try (0..<shape.layerCount).map { try tensors.mapped(name($0), shape: expected) },
      first: tensors.header.tokenCount)
  }
}
