import Transformer

extension Explorer {
  /// Answers a prompt under many policies and budgets from one prefill.
  ///
  /// Nothing is measured beside the answers: this is the way of benchmarks, where `explore` is that of screens. What the
  /// policies answer is the same, but for rounding: more lanes pass the weights together here.
  /// - Returns: the full cache's answer, then each policy's at each budget, budgets of a policy together.
  /// - Throws: `CancellationError`; `TransformerError`, `CheckpointError` and `GateError`. A policy that
  ///   lacks what it looks at, or whose budget holds no token, has an obstacle in place of an answer.
  public func answers(_ request: AnswerRequest) throws -> [PolicyAnswer] {
    try withAnswering(request) { try $0.answers() }
  }

  /// Runs a request's prefill, then what is to be done with it.
  func withAnswering<Result>(_ request: AnswerRequest, _ body: (Answering) throws -> Result) throws -> Result {
    let decoder = try open { _, _ in }
    let gate = try request.policies.contains { $0.needs.contains(.gate) } ? openGate() : nil
    do {
      return try body(
        Answering(request, decoder: decoder, gate: gate, endTokens: configuration.endTokens.union(request.endTokens)))
    } catch is PrefillInterrupted {
      throw CancellationError()
    }
  }
}
