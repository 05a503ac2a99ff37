import Checkpoint
import Eviction
import Transformer

/// A model that drafts pseudo tokens: what it would answer, on its own full cache.
final class Draft {
  /// What was asked of it last, and what it said: at another budget the same is asked again.
  private struct Drafted {
    let prompt: [Int]
    let endTokens: Set<Int>
    let firstEnd: LookaheadSettings.FirstEndToken
    let count: Int
    let tokens: PseudoTokens
  }

  private let file: String
  private let decoder: Decoder
  private let endTokens: Set<Int>
  /// Ids from here on cannot be fed to the model that is drafted for.
  private let embeddedCount: Int
  private var last: Drafted?

  /// Opens a draft's weights.
  /// - Throws: `DraftError.notOpened`.
  init(_ checkpoint: Checkpoint, embeddedCount: Int, precision: Precision) throws {
    file = checkpoint.path
    self.embeddedCount = embeddedCount
    endTokens = checkpoint.configuration.endTokens
    do {
      decoder = try Decoder(
        checkpoint.configuration, weights: try checkpoint.weights(), precision: precision)
    } catch {
      throw DraftError.notOpened(draft: checkpoint.path, reason: String(describing: error))
    }
  }

  /// Tokens that it has room for behind a prompt.
  func room(behind prompt: [Int]) -> Int { max(0, decoder.configuration.contextLength - prompt.count) }

  /// The tokens with which it would go on.
  /// - Parameters:
  ///   - count: tokens at most.
  ///   - endTokens: those that end an answer of the model that is drafted for, besides its own.
  ///   - isTimed: whether it is to be computed though it may be known.
  ///   - onProgress: hears of its prefill.
  /// - Throws: `DraftError`, `CancellationError`.
  func tokens(
    behind prompt: [Int], count: Int, endTokens: Set<Int>, firstEnd: LookaheadSettings.FirstEndToken,
    isTimed: Bool = false, onProgress: (PrefillProgress) -> Void = { _ in }
  ) throws -> PseudoTokens {
    let count = min(count, room(behind: prompt))
    guard count > 0 else {
      throw DraftError.tooShort(
        file: file, contextLength: decoder.configuration.contextLength, tokenCount: prompt.count)
    }
    if !isTimed, let last, last.prompt == prompt, last.endTokens == endTokens, last.firstEnd == firstEnd,
      last.count >= count
    {
      return last.tokens.prefix(count)
    }
    let tokens = try continuation(of: prompt, count, endTokens, firstEnd, onProgress)
    last = Drafted(
      prompt: prompt, endTokens: endTokens, firstEnd: firstEnd, count: count, tokens: tokens)
    return tokens
  }

  private func continuation(
    of prompt: [Int], _ count: Int, _ endTokens: Set<Int>, _ firstEnd: LookaheadSettings.FirstEndToken,
    _ onProgress: (PrefillProgress) -> Void
  ) throws -> PseudoTokens {
    do {
      // Its queries are nothing to the model that is drafted for.
      let recording = try decoder.prefill(
        prompt, firstQueryPosition: prompt.count - 1, onProgress: onProgress)
      let greedy = GreedyDecoding(
        decoder: decoder, recording: recording, endTokens: endTokens.union(self.endTokens))
      let everything = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
      var lanes = [GreedyDecoding.Lane(recording, kept: everything, limit: count, firstEnd: firstEnd)]
      lanes[0].keepsQueries = false
      try greedy.run(&lanes)
      let continuation = lanes[0].continuation
      let fed = continuation.tokens.prefix { $0 < embeddedCount }
      return PseudoTokens(
        tokens: Array(fed), hasEnded: continuation.hasEnded || fed.count < continuation.tokens.count)
    } catch is PrefillInterrupted {
      // What is finished of it is no recording of the model's.
      throw CancellationError()
    } catch let error as TransformerError {
      throw DraftError.notRun(file: file, reason: String(describing: error))
    }
  }
}

/// The drafts of one engine, each with its weights.
final class OpenDrafts {
  private let models: DraftModels?
  private let precision: Precision
  private var open: [String: Draft] = [:]

  /// - Parameter models: `nil` where no model's own tokens are known.
  init(_ models: DraftModels?, precision: Precision) { (self.models, self.precision) = (models, precision) }

  /// - Throws: `DraftError`.
  func draft(_ name: String) throws -> Draft {
    if let known = open[name] { return known }
    guard let models else { throw DraftError.noModel(draft: name) }
    let draft = try Draft(
      models.checkpoint(name), embeddedCount: models.embeddedCount, precision: precision)
    open[name] = draft
    return draft
  }
}
