/// The beginning of a prompt that has passed the model before: what need not pass it again when a question is
/// edited or a text goes on.
public struct RecordedPrefix: Sendable {
  /// An earlier prefill by the same model, of any number of tokens from `count` on.
  public let recording: Recording
  /// How many of its first tokens the new prompt begins with.
  public let count: Int

  /// What is taken over is a multiple of so many tokens.
  static let block = 128
  /// So many tokens pass at least: more than the kernels for few rows take.
  static let leastRest = Linear.fewRows + 1

  /// Makes a prefix; the caller knows that the tokens are the same.
  public init(_ recording: Recording, count: Int) {
    self.recording = recording
    self.count = count
  }
}

extension Decoder {
  /// The part of a prefix that a prefill of the whole would record with the same bytes; `nil` if there is
  /// none, and the whole prompt is to pass.
  ///
  /// Whole blocks are taken over and some tokens pass in any case, the last one because its logits are asked
  /// for: few rows go through other kernels than many, whose sums have another order. A prefix is of no use
  /// where its recording is of another shape or of a part of the layers, where queries are wanted that it
  /// does not hold, and where a rotation depends on the text's length (dynamic NTK scaling, LongRoPE) and
  /// differs for the two lengths.
  func adoptable(_ prefix: RecordedPrefix, tokenCount: Int, firstQueryPosition: Int) -> RecordedPrefix? {
    let recording = prefix.recording
    let count =
      min(prefix.count, recording.tokenCount, tokenCount - RecordedPrefix.leastRest) / RecordedPrefix.block
      * RecordedPrefix.block
    guard count > 0, recording.shape == shape,
      recording.firstQueryPosition <= firstQueryPosition || firstQueryPosition >= count,
      ropes.allSatisfy({ rotation($0, length: recording.tokenCount) == rotation($0, length: tokenCount) })
    else { return nil }
    return RecordedPrefix(recording, count: count)
  }
}
