import Transformer

/// A pass over the prompt's full cache that a scorer asks for beside the prefill: the context is fed to the
/// model once more, and what it attends to is measured.
///
/// It depends on the prompt alone: budgets, granularities and allocations share its result.
public enum ContextPass: Sendable, Hashable {
  /// KVzip: the model is asked to repeat the context, and is fed the repetition, part by part.
  ///
  /// Attention is a softmax over the prompt's first `sinks` keys, those of the part, and the repetition's
  /// own. With `dividesByInputNorm` it is divided by the norm of what each token brings into a layer's
  /// attention (KVzip+).
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
          softmax: .chosen([0..<min(sinks, first), part].filter { !$0.isEmpty }),
          dividesByInputNorm: dividesByInputNorm)
      }
    }
  }
}
