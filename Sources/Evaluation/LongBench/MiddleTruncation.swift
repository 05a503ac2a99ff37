import Checkpoint

/// LongBench's way with prompts that are too long: the middle is left out, because instructions stand at both
/// ends (`pred.py`).
struct MiddleTruncation {
  /// Tokens of a prompt at most, those that begin a text included.
  let tokenLimit: Int

  /// The text as it is, or its first and last half of the tokens, each decoded by itself and put together.
  ///
  /// As in the reference, the result is read anew, so that it may have a token more or less where the halves
  /// meet.
  func truncated(_ text: String, tokenizer: Tokenizer) -> String {
    let tokens = tokenizer.encode(Array(text.utf8)).map(\.id)
    guard tokens.count > tokenLimit else { return text }
    let half = max(0, tokenLimit / 2)
    // A half of no tokens: Python's `tokens[-0:]` would be all of them; here it is none.
    return tokenizer.decode(tokens.prefix(half), startsText: true)
      + tokenizer.decode(tokens.suffix(half), startsText: true)
  }
}
