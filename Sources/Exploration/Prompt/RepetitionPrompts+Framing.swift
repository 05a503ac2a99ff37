import Checkpoint
import Eviction

extension RepetitionPrompts {
  /// Asks for a prompt's repetition as its own turn was made: what ends the user's turn in a chat ends the
  /// request, too.
  ///
  /// Without a chat, a line's end does, as in kvpress for models without a template. What the template puts
  /// before the user's turn is not repeated; a system's turn, which says something of its own, is, and the
  /// template around it.
  init(_ framed: FramedText, tokens: [Token], tokenizer: Tokenizer, framing: PromptFraming) {
    func ids(_ text: some Sequence<UInt8>) -> [Int] {
      tokenizer.encode(Array(text), addingSpecialTokens: false).map(\.id)
    }
    let isChat = framing.chat != nil
    let isPlain = !isChat || framing.system?.isEmpty == false
    self.init(
      whole: ids(Self.wholeText.utf8), part: ids(Self.partText.utf8),
      suffix: isChat ? ids(framed.bytes[framed.turn.upperBound...]) : ids(Self.plainSuffix.utf8),
      prefixCount: isPlain ? 0 : tokens.prefix { $0.byteRange.upperBound <= framed.turn.lowerBound }.count)
  }
}
