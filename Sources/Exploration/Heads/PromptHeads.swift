import Eviction
import Transformer

/// What the heads of a model are for one prompt's answer: which of them look at what is copied, and which
/// cannot be evicted.
public struct PromptHeads: Sendable {
  /// The model's sizes.
  public let shape: ModelShape
  /// The full cache's result.
  public let full: PolicyResult
  /// How often each head looks at what the answer copies; `nil` where it copies nothing.
  public let retrieval: RetrievalScores?
  /// What evictions cost, each policy at each budget, budgets of a policy together.
  public let results: [Result<HeadCosts, Unavailable>]
}

/// Why a prompt tells nothing of heads.
public enum PromptHeadsError: Error, Hashable, CustomStringConvertible {
  /// The full cache's answer is over before a token of it.
  case noAnswer(String)
  /// The full cache's answer lacks what is expected: no eviction is to blame.
  case missesExpected(String, expected: String, answer: String)

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .noAnswer(let name):
      "\(name): the full cache's answer ends at once, so that no head can cost it; ask something else"
    case .missesExpected(let name, let expected, let answer):
      """
      \(name): '\(expected.prefix(80))' is expected, and the full cache's own answer misses it ('\(answer.prefix(160))'): no \
      eviction is to blame, and the prompt does not count; ask what the model can answer
      """
    }
  }
}

extension RunEngine {
  /// Measures the heads on one prompt.
  /// - Parameters:
  ///   - run: of the prompt, with what is expected of an answer among its settings; where nothing is, the
  ///     full cache's answer is wanted.
  ///   - request: the policies and budgets.
  ///   - needle: what an answer copies from; where nothing is given what is expected, and else all of the
  ///     text.
  /// - Throws: `PromptHeadsError`; as `results`.
  public func heads(
    _ run: Run, _ request: RunRequest, needle: [ExpectedAnswer] = []
  ) throws -> PromptHeads {
    try stopping {
      var active = try begin(request, as: run)
      try active.complete()
      return try PromptHeads(active, needle: needle)
    }
  }
}

extension PromptHeads {
  init(_ active: ActiveRun, needle: [ExpectedAnswer]) throws {
    let run = active.run
    guard let recording = run.recording, let full = run.full, !full.answer.tokens.isEmpty else {
      throw PromptHeadsError.noAnswer(run.prompt.name)
    }
    let isExpected = !run.settings.expected.isEmpty
    guard let tokens = isExpected ? run.expectedTokens : 0...full.answer.tokens.count - 1 else {
      throw PromptHeadsError.missesExpected(
        run.prompt.name, expected: run.settings.expected.map(\.description).joined(separator: "', '"),
        answer: run.vocabulary.text(full.answer.tokens).split(whereSeparator: \.isWhitespace)
          .joined(separator: " "))
    }
    let wanted = WhyAim(target: isExpected ? .expected : .whole, tokens: tokens)
    (shape, self.full) = (recording.shape, full)
    // What is expected may be worded otherwise in the text, or be no part of it.
    let copied = run.prompt.positions(of: needle.isEmpty ? run.settings.expected : needle)
    retrieval = try RetrievalScores(run, needle: copied.isEmpty ? nil : copied)
    results = try active.results.dropFirst().map { result in
      switch result {
      case .failure(let error): return .failure(error)
      case .success(let result):
        guard
          let trials = WhyTrials(
            run, result: result, source: active.source, endTokens: active.request.endTokens)
        else { throw PromptHeadsError.noAnswer(run.prompt.name) }
        return .success(try trials.costs(wanted, needsAnswer: active.request.needsAnswer))
      }
    }
  }
}
