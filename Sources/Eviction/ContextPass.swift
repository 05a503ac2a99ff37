import Transformer

/// A pass over the prompt's full cache that a scorer asks for beside the prefill: the context is fed to the model once
/// more, and what it attends to is measured.
///
/// It depends on the prompt alone: budgets, granularities and allocations share its result.
public enum ContextPass: Sendable, Hashable {
  /// KVzip: the model is asked to repeat the context, and is fed the repetition, part by part.
  ///
  /// Attention is a softmax over the prompt's first `sinks` keys, those of the part, and the repetition's own. With
  /// `dividesByInputNorm` it is divided by the norm of what each token brings into a layer's attention (KVzip+).
  case reconstruction(partLength: Int, sinks: Int, dividesByInputNorm: Bool)
  /// KVCompose: the context as it is, fed behind itself; attention is the model's own.
  case repetition

  /// What is fed to the model.
  /// - Parameters:
  ///   - tokens: the prompt's.
  ///   - prompts: how a repetition is asked for.
  public func replays(of tokens: [Int], _ prompts: RepetitionPrompts) -> [Replay] {
    switch self {
    case .repetition: return tokens.isEmpty ? [] : [Replay(tokens: tokens, measured: tokens.indices)]
    case .reconstruction(let partLength, let sinks, let dividesByInputNorm):
      let start = min(max(0, prompts.prefixCount), tokens.count)
      return stride(from: start, to: tokens.count, by: max(1, partLength)).map { first in
        let part = first..<min(first + max(1, partLength), tokens.count)
        let cue = first - min(RepetitionPrompts.cueLength, max(1, partLength))..<first
        let request = first == start ? prompts.whole : prompts.part + tokens[cue]
        return Replay(
          tokens: request + prompts.suffix + tokens[part], measured: part,
          softmax: .chosen([0..<min(sinks, first), part].filter { !$0.isEmpty }), dividesByInputNorm: dividesByInputNorm)
      }
    }
  }
}

/// How a model is asked to repeat its context (KVzip, Kim et al. 2025, arXiv 2505.23416), as token ids: a policy knows
/// no tokenizer.
public struct RepetitionPrompts: Sendable, Hashable {
  /// The request for the whole context, or its first part.
  public static let wholeText = "\n\nRepeat the previous context exactly."
  /// The request for a later part, before the last tokens of the part before it.
  public static let partText = "\n\nRepeat the part of the previous context exactly, starting with"
  /// What ends a request where there is no chat template.
  public static let plainSuffix = "\n"
  /// Tokens of the part before that a later request ends in.
  static let cueLength = 8

  /// `wholeText`.
  public let whole: [Int]
  /// `partText`.
  public let part: [Int]
  /// What turns from the user to the model: the end of the chat template.
  public let suffix: [Int]
  /// Tokens at the prompt's beginning that are the template's own and are not repeated. They are not measured: but for
  /// the protected first ones, nothing is less important.
  public let prefixCount: Int

  /// Makes requests.
  public init(whole: [Int], part: [Int], suffix: [Int], prefixCount: Int = 0) {
    self.whole = whole
    self.part = part
    self.suffix = suffix
    self.prefixCount = prefixCount
  }
}
