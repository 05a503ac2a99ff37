import Transformer

/// What a person asks a policy to keep: tokens, a share of the prompt, or memory.
///
///     256        tokens per layer and head
///     12.5%      a share of the prompt's tokens
///     64MiB      bytes of keys and values, over all layers and heads
public enum Budget: Sendable, Hashable {
  /// Tokens per layer and head, at least 1.
  case tokens(Int)
  /// A share of the prompt's tokens.
  case share(Share)
  /// Bytes of all kept keys and values, at least 1.
  case bytes(Int)

  /// A share as it was typed, in decimal: `parts / whole`, more than 0 and at most 1.
  ///
  /// It is no floating-point number, because kvpress' ratio is `1 − share` *as typed*: of 10 %, `1 - 0.9`.
  public struct Share: Sendable, Hashable {
    /// What stays.
    let parts: Int
    /// A power of ten.
    let whole: Int

    /// kvpress' compression ratio: the double nearest to the decimal number.
    var compressionRatio: Double { Double(whole - parts) / Double(whole) }
  }

  /// The tokens that heads keep on average.
  ///
  /// A share s keeps `Int(n · (1 − r))` tokens with `r = 1 − s`, at least one, as kvpress does; bytes are
  /// divided among all heads and rounded down.
  /// - Parameters:
  ///   - granularity: the heads that keep sets of their own; memory is counted for each.
  ///   - bytesPerElement: of a key or a value, as `KeptTokens.byteCount` and the screens count them.
  /// - Throws: `BudgetError.lessThanOneToken`.
  public func resolved(
    shape: ModelShape, granularity: Granularity, tokenCount: Int, bytesPerElement: Int = 4
  ) throws -> TokenBudget {
    switch self {
    case .tokens(let count): return TokenBudget(tokens: count, tokenCount: tokenCount)
    case .share(let share): return TokenBudget(share, tokenCount: tokenCount)
    case .bytes(let bytes):
      let heads = shape.layerCount * granularity.headCount(in: shape)
      let each = heads * shape.headDimension * 2 * bytesPerElement
      guard bytes >= each else { throw BudgetError.lessThanOneToken(budget: description, least: each) }
      return TokenBudget(tokens: bytes / each, tokenCount: tokenCount)
    }
  }
}

/// Why a budget is not understood, or holds nothing.
public enum BudgetError: Error, Equatable, CustomStringConvertible {
  /// The text has not the form of a budget.
  case malformed(String)
  /// The number is too large, or 0.
  case outOfRange(String, range: String)
  /// One token in every head takes more bytes.
  case lessThanOneToken(budget: String, least: Int)

  /// The budget as it is typed.
  public var description: String {
    switch self {
    case .malformed(let text):
      "'\(text)' is no budget; write tokens per head as 256, a share of the prompt as 12.5%, or memory as 64MiB"
    case .outOfRange(let text, let range): "the budget '\(text)' is not allowed; it takes \(range)"
    case .lessThanOneToken(let budget, let least):
      "a budget of \(budget) holds no token: one in every layer and head takes \(Budget.bytes(least)); ask for more"
    }
  }
}
