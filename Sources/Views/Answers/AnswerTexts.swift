import Exploration
import Screen
import Synchronization

/// Remembers how answers are written, and where their lines break: of dozens of policies that answer with
/// hundreds of tokens, that takes longer than a frame.
///
/// The same questions have the same answers whether they are remembered or not, so drawing stays a pure
/// function.
final class AnswerTexts: Sendable {
  /// More answers than this are forgotten at once.
  private static let limit = 256

  /// An answer's tokens as they are written, and the columns of each.
  struct Written: Sendable {
    let texts: [String]
    let widths: [Int]
  }

  /// A part of a token on a line.
  struct Part: Sendable {
    /// The token's index.
    let token: Int
    let text: String
  }

  private struct Key: Hashable {
    let model: String
    let promptHash: String
    let isASCII: Bool
    let tokens: [Int]

    init(_ tokens: [Int], _ run: Run, _ glyphs: GlyphSet) {
      (model, promptHash, isASCII) = (run.modelName, run.prompt.hash, glyphs.isASCII)
      self.tokens = tokens
    }
  }

  private struct WrappedKey: Hashable {
    let answer: Key
    let ending: String?
    let width: Int
  }

  private let memory = Mutex<[Key: Written]>([:])
  private let wrapped = Mutex<[WrappedKey: [[Part]]]>([:])

  /// An answer's tokens as they are written; controls and escapes are shown, never passed on.
  func texts(of tokens: [Int], in run: Run, glyphs: GlyphSet) -> [String] {
    written(tokens, in: run, glyphs: glyphs).texts
  }

  /// The same with the columns that each takes.
  func written(_ tokens: [Int], in run: Run, glyphs: GlyphSet) -> Written {
    let key = Key(tokens, run, glyphs)
    return memory.withLock { memory in
      if let known = memory[key] { return known }
      let texts = tokens.map {
        Sanitizer.visible(bytes: run.vocabulary.bytes(of: $0), glyphs: glyphs, spaces: false)
      }
      let made = Written(texts: texts, widths: texts.map(TextWidth.of))
      if memory.count >= Self.limit { memory.removeAll() }
      memory[key] = made
      return made
    }
  }

  /// The lines of an answer in a width.
  /// - Parameter ending: what is written behind the tokens, as one more.
  func lines(of tokens: [Int], ending: String?, in run: Run, width: Int, glyphs: GlyphSet) -> [[Part]] {
    let key = WrappedKey(answer: Key(tokens, run, glyphs), ending: ending, width: width)
    if let known = wrapped.withLock({ $0[key] }) { return known }
    let texts = texts(of: tokens, in: run, glyphs: glyphs) + (ending.map { [$0] } ?? [])
    let made = WrappedText.lines(
      texts.enumerated().map { index, text in
        let endsLine =
          tokens.indices.contains(index) && run.vocabulary.bytes(of: tokens[index]).last == 0x0A
        return (text: text, endsLine: endsLine)
      }, width: width
    ).map { $0.map { Part(token: $0.piece, text: $0.text) } }
    wrapped.withLock { wrapped in
      if wrapped.count >= Self.limit { wrapped.removeAll() }
      wrapped[key] = made
    }
    return made
  }
}
